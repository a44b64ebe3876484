"""Kuaishou's export: an order a line, paid with every discount taken off, and nobody named."""

from __future__ import annotations

import pytest

from tests.sources.exports import Row, facts, gmv, links, load_one, namespaces, write

HEADER = "kuaishou_order_current"


def order(number: str, paid: str, **cells: str) -> Row:
    return {"订单号": number, "订单创建时间": "2026-03-01 10:00:00", "订单支付时间": "2026-03-01 10:05:00",
            "订单状态": "交易成功", "实付款": paid, "快递费": "￥0.00", "店铺优惠": "￥5.00", "成交数量": "1",
            "账号明细": "13900000009", "订单载体": "直播间", "商品名称": "面霜", "商品ID": "88", "SKU编码": "HG001",
            "商品单价": "￥99.00", "收货人电话": "138****0001", "实名姓名": "某某", **cells}  # fmt: skip


ROWS = [
    order("K1", "¥1,299.90", 成交数量="2"),
    order("K2", "￥50", 订单状态="交易关闭", 售后状态="退款成功"),
    order("K3", "￥20.00", 订单支付时间="", 订单状态="待付款"),
    order("K4", "￥0.00", 赠品订单号="K1"),
    order("K5", "￥80.00", 售后状态="售后处理中", 收货人电话="13900000001"),
    order("K6", "￥9.00", 订单支付时间="", 订单状态="交易关闭", 售后状态="退款成功"),
]
HAND_SUM = 129990 + 5000 + 0 + 8000


@pytest.fixture
def report(workspace, tmp_path):
    return load_one(workspace, write(tmp_path / "快手订单.csv", HEADER, ROWS))


def test_gmv_is_what_paid_orders_paid(workspace, report):
    assert (report.mapping, report.counts["loaded"]) == ("kuaishou_orders", 6)
    assert gmv(workspace) == HAND_SUM


def test_only_a_paid_order_is_refunded_and_only_when_it_succeeded(workspace, report):
    refunds = {o["order_id"]: o["refund_amount"] for o in facts(workspace, "orders") if o["refund_amount"]}
    assert refunds == {"K2": 5000}


def test_nobody_is_named_by_recipient_account_or_papers(workspace, report):
    assert {o["identifier_id"] for o in facts(workspace, "orders")} == {None}
    assert (namespaces(workspace), links(workspace)) == (["recipient_phone"], 0)


def test_each_order_has_its_one_article(workspace, report):
    lines = {line["order_id"]: line for line in facts(workspace, "order_lines")}
    assert len(lines) == 6
    assert (lines["K1"]["sku"], lines["K1"]["quantity"], lines["K1"]["paid_amount"]) == ("HG001", 2, 129990)
