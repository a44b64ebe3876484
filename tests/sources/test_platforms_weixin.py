"""The Weixin shop's export has a line per item: one order each, its amount once, its refunds summed, no buyer."""

from __future__ import annotations

import pytest

from tests.sources.exports import Row, facts, gmv, links, load_one, namespaces, write

HEADER = "weixin_shop_order_current"


def item(order: str, paid: str, product: str, price: str, **cells: str) -> Row:
    """A line of an order; `paid` is the order's and repeats on each of its lines."""
    return {"订单号": order, "订单下单时间": "2026-03-01 10:00:00", "支付时间": "2026-03-01 10:05:00",
            "订单状态": "已完成", "订单实际支付金额": paid, "订单实际收款金额": "1.00", "收件人手机": "138****0001",
            "商品名称": product, "商品编码(平台)": "10000001", "商品实际价格(总共)": price, "商品数量": "1",
            "商品已退款金额": "0.00", **cells}


ROWS = [
    item("W1", "150.00", "面霜", "100.00"),
    item("W1", "150.00", "面膜", "50.00", 商品已退款金额="50.00"),
    item("W2", "¥1,080.00", "礼盒", "1080.00"),
    item("W3", "20.00", "小样", "20.00", 支付时间="", 订单状态="已取消"),
    item("W2", "¥1,080.00", "赠品", "0.00"),
    item("W2", "¥1,080.00", "赠品", "0.00"),
]
HAND_SUM = 15000 + 108000


@pytest.fixture
def report(workspace, tmp_path):
    return load_one(workspace, write(tmp_path / "微信小店订单.csv", HEADER, ROWS))


def test_order_amounts_that_repeat_count_once(workspace, report):
    assert (report.mapping, report.read, report.counts["loaded"]) == ("weixin_shop_orders", 6, 6)
    assert gmv(workspace) == HAND_SUM


def test_refunds_of_items_add_up_to_the_orders(workspace, report):
    refunds = {row["order_id"]: row["refund_amount"] for row in facts(workspace, "orders")}
    assert refunds == {"W1": 5000, "W2": 0, "W3": 0}


def test_unpaid_orders_are_known_and_not_paid(workspace, report):
    assert [row["order_id"] for row in facts(workspace, "orders") if row["paid_at"] is None] == ["W3"]


def test_orders_are_anonymous_and_recipients_link_nobody(workspace, report):
    assert {row["identifier_id"] for row in facts(workspace, "orders")} == {None}
    assert (namespaces(workspace), links(workspace)) == ([], 0)


def test_every_paid_item_is_a_line_and_equal_items_stay_apart(workspace, report):
    lines = facts(workspace, "order_lines")
    assert len(lines) == 5
    assert len({(line["order_id"], line["line_no"]) for line in lines}) == 5
    assert sum(line["paid_amount"] for line in lines if line["order_id"] == "W2") == 108000


def test_items_in_another_order_are_the_same_lines(workspace, tmp_path, report):
    again = load_one(workspace, write(tmp_path / "again.csv", HEADER, ROWS[::-1]))
    assert again.counts["duplicate"] == 6


def test_an_item_with_another_title_is_the_same_line(workspace, tmp_path):
    coded = {"商品编码(自定义)": "A100"}
    load_one(workspace, write(tmp_path / "1.csv", HEADER, [item("W1", "100.00", "面霜", "100.00", **coded)]))
    again = item("W1", "100.00", "面霜 50g 新包装", "100.00", **coded)
    load_one(workspace, write(tmp_path / "2.csv", HEADER, [again]))
    (line,) = facts(workspace, "order_lines")
    assert (line["product"], line["paid_amount"]) == ("面霜 50g 新包装", 10000)


def test_a_price_that_changes_before_it_is_paid_makes_no_second_line(workspace, tmp_path):
    unpaid = item("W1", "100.00", "面霜", "100.00", 支付时间="", 订单状态="待付款")
    load_one(workspace, write(tmp_path / "1.csv", HEADER, [unpaid]))
    load_one(workspace, write(tmp_path / "2.csv", HEADER, [item("W1", "80.00", "面霜", "80.00")]))
    assert [line["paid_amount"] for line in facts(workspace, "order_lines")] == [8000] == [gmv(workspace)]
