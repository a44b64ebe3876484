"""Writes sample exports of the platforms: their real headers and quirks, invented people."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

from siyu.simulate.headers import QIANNIU_ORDER, TMALL_ORDER_2018_19, WEIXIN_SHOP_ORDER, YOUZAN_CUSTOMER, YOUZAN_ORDER
from siyu.sources.load import load
from siyu.sources.loadreport import FileReport
from siyu.store.workspace import Workspace

#: What the header of 2016 did not have yet.
SINCE_2018 = (
    "是否上传合同照片", "是否上传小票", "是否代付", "新零售交易类型", "新零售导购门店名称", "新零售导购门店id",
    "新零售发货门店名称", "新零售发货门店id", "退款金额", "预约门店", "确认收货时间", "打款商家金额",
    "含应开票给个人的个人红包",
)  # fmt: skip
HEADERS = {
    "youzan_order_2026": YOUZAN_ORDER.split(","),
    "youzan_customer_2026": YOUZAN_CUSTOMER.split(","),
    "taobao_tmall_ExportOrderList_2016": [n for n in TMALL_ORDER_2018_19.split(",") if n not in SINCE_2018],
    "taobao_tmall_ExportOrderList_2018_19": TMALL_ORDER_2018_19.split(","),
    "qianniu_order_current": QIANNIU_ORDER.split(","),
    "weixin_shop_order_current": WEIXIN_SHOP_ORDER.split(","),
}
NOW = dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)

Row = dict[str, str]


def write(path: Path, header: str, rows: list[Row], encoding: str = "utf-8-sig") -> Path:
    """An export with the header of that name; cells by cleaned column name (the second 分销员 is 分销员#2)."""
    names = _distinct(HEADERS[header])
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(HEADERS[header])
        for row in rows:
            unknown = row.keys() - set(names)
            assert not unknown, f"not in the header: {unknown}"
            writer.writerow([row.get(name, "") for name in names])
    return path


def _distinct(header: list[str]) -> list[str]:
    names = [name.strip() for name in header]
    return [name if name not in names[:i] else f"{name}#2" for i, name in enumerate(names)]


def load_one(workspace: Workspace, path: Path, **options: Any) -> FileReport:
    """Load one file and give its report."""
    return load(workspace, [path], **{"now": NOW, **options}).files[0]


def facts(workspace: Workspace, kind: str) -> list[dict[str, Any]]:
    """The facts of a kind in force, in the order of their files."""
    table = workspace.warehouse.in_force(kind)
    return workspace.warehouse.rows(table.order_by("fact_id"))


def gmv(workspace: Workspace) -> int:
    """What was paid, in minor units."""
    return sum(order["paid_amount"] for order in facts(workspace, "orders") if order["paid_at"] is not None)


def namespaces(workspace: Workspace) -> list[str]:
    """The namespaces of all identifiers known, sorted."""
    return sorted(row["namespace"] for row in workspace.warehouse.rows(workspace.warehouse.table("identifier")))


def links(workspace: Workspace) -> int:
    """Pairs of identifiers that records link."""
    return workspace.warehouse.count(workspace.warehouse.table("link_record"))
