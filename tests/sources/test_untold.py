"""What an export does not tell stands in the report of its load, by the columns that its file has."""

from __future__ import annotations

import pytest

from siyu.simulate.headers import HEADER_ROWS
from siyu.sources.coverage.untold import buyers, note, untold
from siyu.sources.mappings.mappingfile import shipped
from siyu.sources.mappings.recognise import exports
from siyu.sources.readers.cells import header
from tests.sources import test_platforms_douyin as douyin
from tests.sources import test_platforms_tmall as tmall
from tests.sources.exports import load_one, write

BUYERS = {
    "taobao_tmall_ExportOrderList_2016": ("taobao_nick",), "taobao_tmall_ExportOrderList_2018_19": ("taobao_nick",),
    "qianniu_order_current": (), "douyin_order_current": (), "kuaishou_order_current": (),
    "xiaohongshu_order_current": ("xiaohongshu_uid",), "weixin_shop_order_current": (), "youzan_order_2026": ("phone",),
    "jd_order_2016": ("jd_pin",), "jd_order_2017": ("jd_pin",), "jd_order_2026_subset": (),
    "pinduoduo_order_current": (), "shopify_orders_export_2026": ("email", "phone"),
}  # fmt: skip


#: Headers without a column of refunds that others of the same export have.
WITHOUT_REFUNDS = {"taobao_tmall_ExportOrderList_2016"}


def read(name: str):
    """The mapping of a header row, and its columns by the names the mapping uses."""
    columns = [column for column in header(HEADER_ROWS[name].split(",")) if column]
    mapping = shipped()[exports(columns)[0]]
    return mapping, mapping.headers(columns)


@pytest.mark.parametrize("name", BUYERS)
def test_who_bought_is_named_by_these_columns_and_no_recipient(name):
    mapping, headers = read(name)
    assert buyers(mapping, headers) == BUYERS[name]
    said = note(mapping, headers)
    assert any("names the buyer" in text for text in said) == (not BUYERS[name])
    assert any("tells refunds" in text for text in said) == (name in WITHOUT_REFUNDS)


@pytest.mark.parametrize("name", sorted(HEADER_ROWS.keys() - BUYERS.keys()))
def test_exports_beside_those_of_orders_have_no_gaps_of_their_own(name):
    assert untold(*read(name)) == ()


@pytest.mark.parametrize(("name", "codes"), [
    ("taobao_tmall_ExportOrderList_2016", ["goods", "refunds"]), ("youzan_order_2026", ["goods", "refunded_at"]),
    ("pinduoduo_order_current", ["buyer", "ordered_at", "refund_parts", "refunded_at"]),
])  # fmt: skip
def test_what_no_column_tells_is_a_gap(name, codes):
    assert [gap.code for gap in untold(*read(name))] == codes


def test_the_report_of_a_load_says_that_nobody_is_named(workspace, tmp_path):
    report = load_one(workspace, write(tmp_path / "o.csv", douyin.HEADER, douyin.ROWS))
    assert any(line.startswith("no column names the buyer") for line in report.notes)


def test_a_column_of_refunds_under_another_name_is_told(workspace, tmp_path):
    path = write(tmp_path / "o.csv", tmall.MIDDLE, [tmall.shown("1", "alice", "40.00", "60.00")])
    path.write_text(path.read_text(encoding="utf-8-sig").replace("退款金额", "退款金额（元）"), encoding="utf-8-sig")
    report = load_one(workspace, path)
    assert any("no column tells refunds (looked for '退款金额')" in text for text in report.notes)
