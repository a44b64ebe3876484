"""Douyin's export has a line per item: amounts are summed, discounts of the payment are nobody's, nobody is named."""

from __future__ import annotations

import pytest

from tests.breadth import wide
from tests.sources.exports import Row, facts, gmv, links, load_one, namespaces, write

HEADER = "douyin_order_current"
CIPHERTEXT = "##f8a3Kq==*CgYIASAHKAESPgo8$"


def item(order: str, number: str, due: str, **cells: str) -> Row:
    """A line of a paid order; ids carry a tab, and what names somebody is ciphertext."""
    return {"主订单编号": f"\t{order}", "子订单编号": f"\t{number}", "选购商品": "面霜", "商品数量": "1",
            "商品ID": "\t77", "商家编码": "HG001", "商品单价": due, "订单应付金额": due, "支付优惠": "0.00",
            "收件人": CIPHERTEXT, "收件人手机号": f"$${CIPHERTEXT}", "订单提交时间": "2026-03-01 10:00:00",
            "支付完成时间": "2026-03-01 10:05:00", "订单状态": "已完成", "售后状态": "-", "流量体裁": "直播",
            "达人ID": "0", **cells}  # fmt: skip


ROWS = [
    item("D1", "D1", "150.00"),
    item("D1", "D1-2", "1,050.50", 支付优惠="50.50", 商家编码="HG002", 商品数量="2"),
    item("D2", "D2", "99.00", 订单状态="已关闭", 售后状态="退款成功"),
    item("D3", "D3", "20.00", 订单状态="已关闭", 支付完成时间=""),
    item("D4", "D4", "10.00"),
    item("D4", "D4-2", "40.00", 售后状态="同意退款，退款成功", 支付优惠="1.00"),
    item("D5", "D5", "60.00", 售后状态="换货成功"),
    item("D6", "D6;\tD6-2", "30.00;5.50", 选购商品="面膜;小样", 商品数量="1;2", 商家编码="HG003;HG004"),
]
HAND_SUM = 15000 + 100000 + 9900 + 1000 + 3900 + 6000 + 3550
HAND_REFUNDS = {"D2": 9900, "D4": 3900}


@pytest.fixture
def report(workspace, tmp_path):
    return load_one(workspace, write(tmp_path / "1712.csv", HEADER, ROWS))


def test_items_add_up_to_what_the_buyer_paid_for_the_order(workspace, report):
    assert (report.mapping, report.read, report.counts["loaded"]) == ("douyin_orders", 8, 8)
    assert gmv(workspace) == HAND_SUM


def test_a_refund_that_succeeded_takes_back_the_item_and_is_observed(workspace, report):
    orders = facts(workspace, "orders")
    assert {o["order_id"]: o["refund_amount"] for o in orders if o["refund_amount"]} == HAND_REFUNDS
    assert {o["refund_basis"] for o in orders if o["refund_amount"]} == {"observed"}


def test_unpaid_orders_are_known_and_not_paid(workspace, report):
    assert [o["order_id"] for o in facts(workspace, "orders") if o["paid_at"] is None] == ["D3"]


def test_ciphertext_names_nobody_and_is_counted_as_masked(workspace, report):
    assert {o["identifier_id"] for o in facts(workspace, "orders")} == {None}
    assert (namespaces(workspace), links(workspace)) == ([], 0)
    assert report.identifiers_ignored == {"recipient_phone": {"masked": 8}}


def test_every_item_is_a_line_under_its_own_number(workspace, report):
    lines = {line["line_no"]: line for line in facts(workspace, "order_lines")}
    assert len(lines) == 8
    assert (lines["D1-2"]["paid_amount"], lines["D1-2"]["quantity"], lines["D1-2"]["sku"]) == (100000, 2, "HG002")


def test_items_joined_in_one_line_add_up_as_one_line(workspace, report):
    line = next(line for line in facts(workspace, "order_lines") if line["order_id"] == "D6")
    assert (line["paid_amount"], line["quantity"]) == (3550, 3)


def test_the_variant_that_calls_the_price_商品金额_is_the_same_export(workspace, tmp_path, report):
    text = (tmp_path / "1712.csv").read_text(encoding="utf-8-sig").replace("商品单价", "商品金额", 1)
    (tmp_path / "other.csv").write_text(text, encoding="utf-8-sig")
    assert load_one(workspace, tmp_path / "other.csv").counts["duplicate"] == 8


@pytest.mark.parametrize("cells", wide([
    {"支付优惠": "-5.00"}, {"订单应付金额": ""}, {"订单应付金额": "5;x"}], always=1))  # fmt: skip
def test_an_amount_that_is_none_spoils_its_order_and_no_other(workspace, tmp_path, cells):
    rows = [item("D1", "D1", "10.00", **cells), item("D1", "D1-2", "5.00"), item("D2", "D2", "7.00")]
    found = load_one(workspace, write(tmp_path / "o.csv", HEADER, rows))
    assert [order["order_id"] for order in facts(workspace, "orders")] == ["D2"]
    assert found.counts["quarantined"] == 2


def test_an_order_that_a_platform_cut_in_two_files_is_told_until_its_parts_are_joined(workspace, tmp_path):
    parts = [[item("D1", "D1", "100.00"), item("D2", "D2", "5.00")], [item("D1", "D1-2", "50.00")]]
    first, second = (load_one(workspace, write(tmp_path / f"{n}.csv", HEADER, rows)) for n, rows in enumerate(parts))
    told = "1 order(s) have lines from another file that this one lacks (first: D1)"
    assert [any(note.startswith(told) for note in report.notes) for report in (first, second)] == [False, True]
    joined = load_one(workspace, write(tmp_path / "joined.csv", HEADER, parts[0] + parts[1]))
    assert (gmv(workspace), [note for note in joined.notes if "another file" in note]) == (15500, [])
