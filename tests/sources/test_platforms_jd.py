"""JD's export of three generations: order amounts once, split orders once, the account is the buyer where it stands."""

from __future__ import annotations

import pytest

from siyu.sources.replay import rebuild
from tests.sources.exports import NOW, Row, facts, gmv, links, load_one, namespaces, write

OLD, MIDDLE, CURRENT = "jd_order_2016", "jd_order_2017", "jd_order_2026_subset"
ACCOUNT = {OLD: "下单帐号", MIDDLE: "下单账号"}


def article(header: str, order: str, price: str, due: str, **cells: str) -> Row:
    """A line; `due` is the order's and stands on each of its lines."""
    base = {"订单号": order, "商品名称": "面霜", "订购数量": "1", "下单时间": "2017-03-01 10:00:00", "京东价": price,
            "订单金额": "9999.00", "应付金额": due, "订单状态": "完成", "客户姓名": "某某", "联系电话": "13900000001",
            "付款确认时间": "2017-03-01 10:05:00"}  # fmt: skip
    if header == CURRENT:
        base |= {"商家应收": "64.00（系统计算中，该值仅供参考）", "联系电话": "1******6198", "商家SKUID": "HG001"}
    else:
        base |= {"商品ID": "195", "货号": "HG001", "结算金额": "8888.00", "余额支付": "0.00", ACCOUNT[header]: "jd_lin"}
    return {**base, **cells}


def rows(header: str) -> list[Row]:
    return [
        article(header, "1", "758.00", "932.45"),
        article(header, "1", "170.00", "932.45", 订购数量="2", 商品名称="面膜"),
        article(header, "2", "1,080.00", "1080.00", 订单状态="(删除)等待出库"),
        article(header, "3", "50.00", "50.00", 付款确认时间="", 订单状态="等待付款"),
        article(header, "4", "30.00", "30.00", 订单状态="已取消"),
    ]


HAND_SUM = 93245 + 3000


@pytest.mark.parametrize("header", [OLD, MIDDLE, CURRENT])
def test_order_amounts_count_once_in_every_generation(workspace, tmp_path, header):
    report = load_one(workspace, write(tmp_path / "order.csv", header, rows(header), "gb18030"))
    assert (report.mapping, report.counts["loaded"]) == ("jd_orders", 5)
    assert gmv(workspace) == HAND_SUM


def test_what_was_paid_from_the_balance_was_paid(workspace, tmp_path):
    load_one(workspace, write(tmp_path / "o.csv", OLD, [article(OLD, "1", "100.00", "60.00", 余额支付="40.00")]))
    assert gmv(workspace) == 10000


def test_an_order_taken_back_later_is_no_longer_paid(workspace, tmp_path):
    load_one(workspace, write(tmp_path / "o.csv", OLD, [article(OLD, "1", "100.00", "100.00")]))
    report = load_one(workspace, write(tmp_path / "again.csv", OLD, [
        article(OLD, "1", "100.00", "100.00", 订单状态="(删除)等待出库"),
        article(OLD, "1-1", "60.00", "60.00"), article(OLD, "1-2", "40.00", "40.00")]))  # fmt: skip
    assert report.counts["corrected"] == 1
    assert gmv(workspace) == 10000


def test_a_paid_order_that_is_cancelled_is_refunded(workspace, tmp_path):
    load_one(workspace, write(tmp_path / "o.csv", MIDDLE, rows(MIDDLE)))
    refunds = {o["order_id"]: o["refund_amount"] for o in facts(workspace, "orders") if o["refund_amount"]}
    assert refunds == {"4": 3000}


@pytest.mark.parametrize("header", [OLD, MIDDLE])
def test_the_account_is_the_buyer_however_it_is_spelled(workspace, tmp_path, header):
    load_one(workspace, write(tmp_path / "o.csv", header, rows(header)))
    assert len({o["identifier_id"] for o in facts(workspace, "orders")} - {None}) == 1
    assert (namespaces(workspace), links(workspace)) == (["jd_pin", "recipient_phone"], 0)


def test_todays_header_names_nobody(workspace, tmp_path):
    report = load_one(workspace, write(tmp_path / "o.csv", CURRENT, rows(CURRENT)))
    assert {o["identifier_id"] for o in facts(workspace, "orders")} == {None}
    assert (namespaces(workspace), report.identifiers_ignored) == ([], {"recipient_phone": {"masked": 5}})


def test_an_amount_with_a_remark_in_brackets_is_one(workspace, tmp_path):
    row = article(CURRENT, "1", "64.00", "64.00（系统计算中，该值仅供参考）")
    load_one(workspace, write(tmp_path / "o.csv", CURRENT, [row]))
    assert gmv(workspace) == 6400


def test_a_month_without_orders_is_a_header_alone_and_loads(workspace, tmp_path):
    report = load_one(workspace, write(tmp_path / "o.csv", OLD, []))
    assert (report.mapping, report.read) == ("jd_orders", 0)
    assert rebuild(workspace, NOW).equal


def test_lines_say_the_price_of_their_pieces(workspace, tmp_path):
    load_one(workspace, write(tmp_path / "o.csv", OLD, rows(OLD)))
    lines = [line for line in facts(workspace, "order_lines") if line["order_id"] == "1"]
    assert sorted((line["quantity"], line["paid_amount"]) for line in lines) == [(1, 75800), (2, 34000)]
    assert {line["sku"] for line in lines} == {"HG001"}


def test_a_price_that_changes_before_it_is_paid_makes_no_second_line(workspace, tmp_path):
    unpaid = article(OLD, "1", "100.00", "100.00", 付款确认时间="", 订单状态="等待付款")
    load_one(workspace, write(tmp_path / "1.csv", OLD, [unpaid]))
    load_one(workspace, write(tmp_path / "2.csv", OLD, [article(OLD, "1", "80.00", "80.00")]))
    assert [line["paid_amount"] for line in facts(workspace, "order_lines")] == [8000] == [gmv(workspace)]
