"""Pinduoduo's export: an order a line, tabs behind values, unpaid orders without an amount, nobody named."""

from __future__ import annotations

import pytest

from tests.sources.exports import Row, facts, gmv, links, load_one, namespaces, write

HEADER = "pinduoduo_order_current"
PAID, GETS, PIECES = "用户实付金额(元)", "商家实收金额(元)", "商品数量(件)"


def order(number: str, paid: str, **cells: str) -> Row:
    return {"商品": "面霜", "订单号": number, "订单状态": "已收货", PIECES: "1\t", "支付时间": "2026/3/1 10:05",
            "订单成交时间": "2026/3/1 10:06", "商品id": "77\t", "样式ID": "7701\t", "商品一级类目": "美容护肤",
            "商品三级类目": "面霜", "商家编码-规格维度": "HG001\t", "售后状态": "无售后或售后取消", "消费者资料": "王*",
            "团ID": "g1", "团身份": "团长", PAID: f"{paid}\t", GETS: "999.00\t", "用户购买手机号": "\t",
            "是否直播间成交": "否", **cells}  # fmt: skip


ROWS = [
    order("260301-1", "143.65", **{PIECES: "2\t"}),
    order("260301-2", "50.00", 订单状态="未发货，退款成功", 售后状态="退款成功"),
    order("260301-3", "", 支付时间="", 订单状态="待支付"),
    order("260301-4", "60.00", 订单状态="已发货，退款成功", 售后状态="", 用户购买手机号="13800000001"),
    order("260301-5", "70.00", 是否直播间成交="是", 团身份="团员"),
    order("260301-6", "8.00", 支付时间="", 订单状态="已取消"),
]
HAND_SUM = 14365 + 5000 + 6000 + 7000
HAND_REFUNDS = {"260301-2": 5000, "260301-4": 6000}


@pytest.fixture
def report(workspace, tmp_path):
    return load_one(workspace, write(tmp_path / "orders_export.csv", HEADER, ROWS))


def test_gmv_is_what_buyers_paid(workspace, report):
    assert report.mapping == "pinduoduo_orders"
    assert gmv(workspace) == HAND_SUM


def test_unpaid_orders_without_an_amount_are_filtered_until_they_are_paid(workspace, tmp_path, report):
    assert (report.counts["loaded"], report.counts["filtered"]) == (5, 1)
    paid = [order("260301-3", "20.00")]
    assert load_one(workspace, write(tmp_path / "later.csv", HEADER, paid)).counts["loaded"] == 1
    assert gmv(workspace) == HAND_SUM + 2000


def test_a_paid_order_without_an_amount_is_refused(workspace, tmp_path):
    found = load_one(workspace, write(tmp_path / "o.csv", HEADER, [order("1", "")]))
    assert [(reason.column, reason.rows) for reason in found.reasons] == [("paid_amount", 1)]


def test_refunds_that_succeeded_take_back_the_order(workspace, report):
    refunds = {o["order_id"]: o["refund_amount"] for o in facts(workspace, "orders") if o["refund_amount"]}
    assert refunds == HAND_REFUNDS


def test_a_number_that_was_bought_is_no_buyer(workspace, report):
    assert {o["identifier_id"] for o in facts(workspace, "orders")} == {None}
    assert (namespaces(workspace), links(workspace)) == ([], 0)


def test_each_order_has_its_one_article(workspace, report):
    lines = {line["order_id"]: line for line in facts(workspace, "order_lines")}
    first = lines["260301-1"]
    assert (first["sku"], first["category"], first["quantity"], first["paid_amount"]) == ("HG001", "面霜", 2, 14365)
    assert len(lines) == 5
