"""Tmall's lists of items: lines of orders with and without what was paid, and refunds that have no date."""

from __future__ import annotations

from tests.sources.exports import Row, facts, load_one, write

DETAIL, REPORT = "taobao_tmall_ExportOrderDetailList", "taobao_tmall_item_report_recent_subset"


def detail(order: str, title: str, price: str, pieces: str, **cells: str) -> Row:
    return {"订单编号": f'="{order}"', "标题": title, "价格": price, "购买数量": pieces, "商品属性": "容量:50g",
            "订单状态": "交易成功", "商家编码": "HG001", **cells}  # fmt: skip


def item(number: str, order: str, due: str, paid: str, **cells: str) -> Row:
    return {"子订单编号": f'="{number}"', "主订单编号": f'="{order}"', "标题": "面霜", "价格": "229.00",
            "购买数量": "1", "商家编码": "HG001", "买家应付货款": due, "买家实际支付金额": paid,
            "退款状态": "没有申请退款", "退款金额": "0.00", "订单创建时间": "2026-03-01 10:00:00",
            "订单付款时间": "2026-03-01 10:05:00", **cells}  # fmt: skip


DETAILS = [detail("1", "面霜", "229.00", "2"), detail("1", "面膜", "79.50", "1", 商家编码="HG002"),
           detail("1", "面霜", "229.00", "2"), detail("2", "礼盒", "1,080.00", "1", 商家编码="")]
ITEMS = [
    item("11", "1", "200.00", "200.00"),
    item("12", "1", "100.00", "60.00", 退款状态="退款成功", 退款金额="40.00"),
    item("21", "2", "80.00", "0.00", 退款状态="退款成功", 退款金额="80.00"),
    item("31", "3", "50.00", "50.00", 退款状态="等待卖家同意", 退款金额="50.00"),
]


def test_the_item_list_says_prices_and_its_lines_are_numbered_by_content(workspace, tmp_path):
    report = load_one(workspace, write(tmp_path / "ExportOrderDetailList.csv", DETAIL, DETAILS, "gb18030"))
    lines = facts(workspace, "order_lines")
    assert (report.mapping, report.counts["loaded"]) == ("tmall_order_details", 4)
    assert sorted((line["order_id"], line["paid_amount"]) for line in lines) == [
        ("1", 7950), ("1", 45800), ("1", 45800), ("2", 108000)]  # fmt: skip
    again = load_one(workspace, write(tmp_path / "again.csv", DETAIL, DETAILS[::-1], "gb18030"))
    assert again.counts["duplicate"] == 4


def test_an_item_was_paid_with_what_is_left_and_what_went_back(workspace, tmp_path):
    report = load_one(workspace, write(tmp_path / "宝贝报表.csv", REPORT, ITEMS, "gb18030"))
    assert (report.mapping, report.counts["loaded"]) == ("tmall_items", 4)
    paid = {line["line_no"]: line["paid_amount"] for line in facts(workspace, "order_lines")}
    assert paid == {"11": 20000, "12": 10000, "21": 8000, "31": 5000}


def test_refunds_that_succeeded_are_dated_by_the_load(workspace, tmp_path):
    load_one(workspace, write(tmp_path / "宝贝报表.csv", REPORT, ITEMS))
    refunds = {r["refund_id"]: (r["order_id"], r["refund_amount"]) for r in facts(workspace, "refunds")}
    assert refunds == {"12": ("1", 4000), "21": ("2", 8000)}
    assert {(r["refund_basis"], r["refunded_at"]) for r in facts(workspace, "refunds")} == {
        ("observed", facts(workspace, "refunds")[0]["loaded_at"])}  # fmt: skip


def test_the_same_items_again_move_no_date(workspace, tmp_path):
    path = write(tmp_path / "宝贝报表.csv", REPORT, ITEMS)
    load_one(workspace, path)
    first = facts(workspace, "refunds")
    assert load_one(workspace, path).counts["duplicate"] == 4
    assert facts(workspace, "refunds") == first
