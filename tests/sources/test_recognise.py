"""A file is known by its header, its name or its columns; what is not known is refused with what is nearest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from siyu.core.errors import SourceError
from siyu.core.kinds import KINDS, Kind
from siyu.sources.mappings import mappingfile
from siyu.sources.mappings.recognise import kind_of_name, recognise
from siyu.sources.readers import cells

YOUZAN = ["订单号", "归属店铺", "订单创建时间", "买家付款时间", "订单实付金额", "买家手机号"]
OF_HEADER = {
    "taobao_tmall_ExportOrderList_2016": "tmall_orders",
    "taobao_tmall_ExportOrderList_2018_19": "tmall_orders",
    "qianniu_order_current": "tmall_orders",
    "youzan_order_2026": "youzan_orders",
    "youzan_customer_2026": "youzan_customers",
    "weixin_shop_order_current": "weixin_shop_orders",
    "taobao_tmall_ExportOrderDetailList": "tmall_order_details",
    "taobao_tmall_item_report_recent_subset": "tmall_items",
    "qianniu_settlement_current": "tmall_settlement",
    "weixin_shop_ledger_current": "weixin_shop_ledger",
    "douyin_order_current": "douyin_orders",
    "kuaishou_order_current": "kuaishou_orders",
    "xiaohongshu_order_current": "xiaohongshu_orders",
    "jd_order_2016": "jd_orders",
    "jd_order_2017": "jd_orders",
    "jd_order_2026_subset": "jd_orders",
    "pinduoduo_order_current": "pinduoduo_orders",
    "shopify_orders_export_2026": "shopify_orders",
    "shopify_customers_export_subset": "shopify_customers",
}


def whole(kind: Kind) -> list[str]:
    people = [f"{person}id.phone" for person in kind.persons]
    return [*(field.name for field in kind.fields), *people]


def cleaned(header: list[str]) -> list[str]:
    """A header row as a reader gives it."""
    return list(filter(None, cells.header(header)))


@pytest.fixture(scope="module")
def headers(shared) -> dict[str, list[str]]:
    """The real header rows, by name."""
    real = json.loads((shared / "data" / "platform_export_headers.json").read_text(encoding="utf-8"))
    assert real.keys() == OF_HEADER.keys()
    return {name: entry["columns"] for name, entry in real.items()}


@pytest.mark.parametrize("name", OF_HEADER)
def test_every_real_header_is_recognised_and_by_one_mapping_alone(headers, name):
    columns = cleaned(headers[name])
    assert recognise("导出.csv", columns) == OF_HEADER[name]
    assert [m.name for m in mappingfile.shipped().values() if m.recognises(columns)] == [OF_HEADER[name]]


@pytest.mark.parametrize("name", OF_HEADER)
def test_a_real_header_gives_its_mapping_all_it_needs(headers, name):
    mapping = mappingfile.shipped()[OF_HEADER[name]]
    lacking = [rows.lacking(mapping.headers(cleaned(headers[name]))) for rows in mapping.rows]
    assert lacking == [()] * len(mapping.rows)


@pytest.mark.parametrize("name", OF_HEADER)
def test_columns_in_another_order_with_a_mark_and_empty_ends_are_the_same_header(headers, name):
    row = ["\ufeff" + headers[name][-1].strip(), *headers[name][-2::-1], "", ""]
    assert recognise("导出.csv", cleaned(row)) == OF_HEADER[name]


@pytest.mark.parametrize("name", OF_HEADER)
def test_a_header_without_what_its_mapping_can_do_without_is_still_recognised(headers, name):
    mapping = mappingfile.shipped()[OF_HEADER[name]]
    needed = {h for rows in mapping.rows for c in rows.columns if not c.optional for h in c.headers}
    needed |= {*mapping.recognise_columns, *mapping.recognise_any}
    columns = cleaned(headers[name])
    kept = [c for c, known in zip(columns, mapping.headers(columns)) if known in needed]
    assert recognise("导出.csv", kept) == OF_HEADER[name]


def test_a_platform_header_wins_over_a_canonical_name():
    assert recognise("orders.csv", YOUZAN) == "youzan_orders"


@pytest.mark.parametrize(("name", "kind"), [
    ("orders.csv", "orders"), ("orders-2026.parquet", "orders"), ("order_lines_x.jsonl", "order_lines"),
    ("touchpoint_daily (1).xlsx", "touchpoint_daily"), ("Members.CSV", "members"), ("orders2026.csv", "orders"),
])
def test_a_file_is_named_after_its_kind(name, kind):
    found = kind_of_name(Path(name))
    assert found is not None
    assert found.name == kind


@pytest.mark.parametrize("name", ["reorders.csv", "ordersheet.csv", "data.csv"])
def test_other_names_say_nothing(name):
    assert kind_of_name(Path(name)) is None


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_columns_of_a_kind_tell_it_whatever_the_file_is_called(kind):
    assert recognise("data.csv", whole(kind)) == kind.name


def test_the_name_decides_where_columns_fit_several_kinds():
    columns = ["occurred_at", "kind", "id.phone"]
    assert recognise("contents.csv", columns) == "contents"
    with pytest.raises(SourceError, match="fit more than one: contents, feedback"):
        recognise("data.csv", columns)


def test_a_name_whose_columns_are_missing_says_which():
    with pytest.raises(SourceError, match="'orders', but it lacks paid_amount"):
        recognise("orders.csv", ["order_id", "paid_at"])


def test_a_snapshot_of_relations_needs_no_starts():
    assert recognise("relations.csv", ["relation_type", "id.phone"]) == "relations"


def test_an_unknown_header_names_the_nearest_and_the_remedy():
    with pytest.raises(SourceError) as refused:
        recognise("导出.csv", [c for c in YOUZAN if c != "订单实付金额"])
    assert "youzan_orders: lacks 订单实付金额" in refused.value.message
    assert "--as KIND" in refused.value.remedy
    assert "--map FILE" in refused.value.remedy


def test_a_mapping_of_the_workspace_is_found_and_wins_over_a_shipped_one(tmp_path):
    own = tmp_path / "mine.toml"
    own.write_text('name = "mine"\n[recognise]\ncolumns = ["订单号", "归属店铺"]\n[[rows]]\nkind = "orders"\n'
                   '[rows.columns]\norder_id = "订单号"\npaid_amount = "订单实付金额"\n', encoding="utf-8")
    assert recognise("orders.csv", YOUZAN, tmp_path) == str(own)


def test_two_mappings_of_one_header_are_ambiguous(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(
            f'name = "{name}"\n[recognise]\ncolumns = ["a"]\n[[rows]]\nkind = "products"\n[rows.columns]\nsku = "a"\n',
            encoding="utf-8")
    with pytest.raises(SourceError, match="more than one"):
        recognise("x.csv", ["a", "b"], tmp_path)
