"""Xiaohongshu's export: a line per article, a buyer who is named, and identity cards that are not kept."""

from __future__ import annotations

import pytest

from tests.sources.exports import Row, facts, gmv, links, load_one, namespaces, write

HEADER = "xiaohongshu_order_current"
DUE, OFF = "用户应付金额(元)", "支付渠道优惠(元)"


def article(order: str, due: str, **cells: str) -> Row:
    return {"订单号": order, "订单状态": "已完成", "售后状态": "无售后", "收件人电话": "13900000001", "规格ID": "g1",
            "小红书编码": "X1", "商家编码": "HG001", "SKU名称": "面霜 50g", "SKU件数": "1", DUE: due, OFF: "0",
            "商家应收金额(元)（支付金额）": "9999", "支付时间": "2026-03-01 10:05:00",
            "订单创建时间": "2026-03-01 10:00:00", "店铺名称": "和光旗舰店", "用户编号": "5f0a77", "商品名称": "面霜",
            "订购人身份证姓名/ID Name": "某某",
            "订购人身份证号/ID Number": "11010119900307123X", **cells}  # fmt: skip


ROWS = [
    article("P1", "324.99"),
    article("P1", "100.00", **{OFF: "5.00"}, 规格ID="g2", 商家编码="HG002"),
    article("P2", "50.00", 订单状态="已取消", 用户编号="5f0a78"),
    article("P3", "30.00", 订单状态="已取消", 支付时间="", 用户编号=""),
    article("P4", "60.00", 售后状态="售后完成"),
    article("P4", "0.00", 是否为赠品="是", 规格ID="g3"),
    article("P5", "70.00", 售后状态="售后关闭"),
    article("P6", "70.00", 售后状态="售后处理中", 订单状态="待收货"),
]
HAND_SUM = 32499 + 9500 + 5000 + 6000 + 7000 + 7000
HAND_REFUNDS = {"P2": 5000, "P4": 6000}


@pytest.fixture
def report(workspace, tmp_path):
    return load_one(workspace, write(tmp_path / "小红书订单.csv", HEADER, ROWS))


def test_articles_add_up_to_what_the_buyer_paid(workspace, report):
    assert (report.mapping, report.counts["loaded"]) == ("xiaohongshu_orders", 8)
    assert gmv(workspace) == HAND_SUM


def test_paid_and_cancelled_or_returned_articles_are_refunded(workspace, report):
    refunds = {o["order_id"]: o["refund_amount"] for o in facts(workspace, "orders") if o["refund_amount"]}
    assert refunds == HAND_REFUNDS


def test_the_buyer_is_the_user_number_and_the_recipient_links_nobody(workspace, report):
    orders = {o["order_id"]: o["identifier_id"] for o in facts(workspace, "orders")}
    assert orders["P1"] == orders["P4"] != orders["P2"]
    assert orders["P3"] is None
    assert namespaces(workspace) == ["recipient_phone", "xiaohongshu_uid", "xiaohongshu_uid"]
    assert links(workspace) == 0


def test_every_paid_article_is_a_line_whatever_their_order(workspace, tmp_path, report):
    assert len(facts(workspace, "order_lines")) == 7
    again = load_one(workspace, write(tmp_path / "again.csv", HEADER, ROWS[::-1]))
    assert again.counts["duplicate"] == 8


def test_a_price_that_changes_before_it_is_paid_makes_no_second_line(workspace, tmp_path):
    """Week by week: the order is seen unpaid, then paid with a coupon of the payment."""
    load_one(workspace, write(tmp_path / "1.csv", HEADER, [article("P1", "100.00", 支付时间="", 订单状态="待支付")]))
    load_one(workspace, write(tmp_path / "2.csv", HEADER, [article("P1", "100.00", **{OFF: "5.00"})]))
    assert [line["paid_amount"] for line in facts(workspace, "order_lines")] == [9500] == [gmv(workspace)]
