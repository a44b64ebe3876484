"""Tmall's order exports of three generations: what was paid before refunds, the buyer where there is one."""

from __future__ import annotations

import pytest

from tests.sources.exports import Row, facts, gmv, links, load_one, namespaces, write

OLD, MIDDLE = "taobao_tmall_ExportOrderList_2016", "taobao_tmall_ExportOrderList_2018_19"
CURRENT = "qianniu_order_current"


def order(number: str, total: str, paid: str, **cells: str) -> Row:
    """A paid order; `paid` is what is left of it after refunds, as the export prints it."""
    base = {"订单编号": f'="{number}"', "买家会员名": "lin的小店", "买家支付宝账号": "13800000001", "总金额": total,
            "买家实际支付金额": paid, "订单状态": "交易成功", "收货人姓名": "某某", "联系手机": "'13900000001",
            "订单创建时间": "2019-03-01 10:00:00", "订单付款时间": "2019-03-01 10:05:00"}  # fmt: skip
    return {**base, "店铺名称": "和光旗舰店", **cells}


MIDDLE_ROWS = [
    order("1001", "327.70", "148.90", 退款金额="178.80"),
    order("1002", "43.00", "0.00", 退款金额="43.00", 订单状态="交易关闭"),
    order("1003", "1,157.00", "1,157.00", 退款金额="0.00"),
    order("1004", "37.00", "0.00", 退款金额="0.00", 订单付款时间="", 订单状态="交易关闭"),
    order("1005", "100.00", "90.00", 退款金额=""),
]
HAND_SUM = 32770 + 4300 + 115700 + 9000


@pytest.fixture
def orders(workspace, tmp_path):
    report = load_one(workspace, write(tmp_path / "ExportOrderList.csv", MIDDLE, MIDDLE_ROWS, "gb18030"))
    assert (report.mapping, report.counts["loaded"]) == ("tmall_orders", 5)
    return {row["order_id"]: row for row in facts(workspace, "orders")}


def test_paid_is_what_was_paid_before_refunds(workspace, orders):
    assert gmv(workspace) == HAND_SUM
    assert [orders[n]["paid_amount"] for n in ("1001", "1002", "1005")] == [32770, 4300, 9000]


def test_refunds_are_stated_amounts_of_an_observed_day(orders):
    assert (orders["1001"]["refund_amount"], orders["1001"]["refund_basis"]) == (17880, "observed")


def test_a_refund_printed_beside_the_whole_payment_is_not_added_to_it(workspace, tmp_path):
    load_one(workspace, write(tmp_path / "o.csv", MIDDLE, [order("1", "100.00", "100.00", 退款金额="20.00")]))
    assert gmv(workspace) == 10000


@pytest.mark.parametrize("paid", ["-1.00", "", "一百"])
def test_an_amount_that_is_none_is_quarantined_whatever_was_refunded(workspace, tmp_path, paid):
    rows = [order("1", "100.00", paid, 退款金额="" if not paid else "20.00")]
    report = load_one(workspace, write(tmp_path / "o.csv", MIDDLE, rows))
    assert [(reason.column, reason.rows) for reason in report.reasons] == [("paid_amount", 1)]


def test_unpaid_orders_are_known_and_not_paid(orders):
    assert orders["1004"]["paid_at"] is None


def test_the_member_name_is_the_buyer_and_neither_recipient_nor_alipay_account_is(workspace, orders):
    assert namespaces(workspace) == ["recipient_phone", "taobao_nick"]
    assert links(workspace) == 0
    assert len({row["identifier_id"] for row in orders.values()}) == 1


def test_the_header_of_2016_has_no_refunds_and_loads_with_the_same_mapping(workspace, tmp_path):
    rows = [order("2001", "50.00", "50.00"), order("2002", "60.00", "0.00", 订单付款时间="")]
    report = load_one(workspace, write(tmp_path / "2016.csv", OLD, rows, "gb18030"))
    assert (report.mapping, report.counts["loaded"]) == ("tmall_orders", 2)
    assert gmv(workspace) == 5000
    assert facts(workspace, "orders")[0]["refund_amount"] is None


def test_the_header_of_today_names_no_buyer(workspace, tmp_path):
    rows = [{"订单编号": "3001", "总金额": "80.00", "买家实付金额": "60.00", "退款金额": "20.00",
             "订单创建时间": "2026-03-01 10:00:00", "订单付款时间": "2026-03-01 10:05:00"}]
    report = load_one(workspace, write(tmp_path / "orders.csv", CURRENT, rows))
    found = facts(workspace, "orders")[0]
    assert (report.mapping, found["paid_amount"], found["identifier_id"]) == ("tmall_orders", 8000, None)


def test_both_generations_of_one_order_are_one_order(workspace, tmp_path, orders):
    again = [order("1003", "1157.00", "1157.00", 退款金额="0.00")]
    report = load_one(workspace, write(tmp_path / "again.csv", MIDDLE, again))
    assert report.counts["duplicate"] == 1


TODAY = "2026-10-20 10:00:00"


def shown(number: str, nick: str, back: str = "0.00", paid: str = "100.00") -> dict[str, str]:
    """A row of an order that a buyer paid on TODAY."""
    return {"订单编号": number, "买家会员名": nick, "总金额": paid, "买家实际支付金额": paid, "退款金额": back,
            "订单创建时间": TODAY, "订单付款时间": TODAY}  # fmt: skip


@pytest.mark.parametrize("names", ["ab", "ba", "aba", "bab", "abab"])
@pytest.mark.parametrize("back", ["0.00", "40.00"])
def test_an_export_that_masks_the_buyer_takes_nobody_back(workspace, tmp_path, names, back):
    """In whatever order they come: the state is that of the newer, the buyer the one that any of them names."""
    write(tmp_path / "a.csv", MIDDLE, [shown("1", "alice"), shown("2", "b***b")])
    left = "60.00" if back == "40.00" else "100.00"
    write(tmp_path / "b.csv", MIDDLE, [shown("1", "a***e", back, left), shown("2", ""), shown("3", "carol")])
    reports = [load_one(workspace, tmp_path / f"{name}.csv") for name in names]
    found = {row["order_id"]: row for row in facts(workspace, "orders")}
    named = {number: row["identifier_id"] is not None for number, row in found.items()}
    assert named == {"1": True, "2": False, "3": True}
    assert found["1"]["refund_amount"] == int(float(back) * 100)
    assert all(report.counts["quarantined"] == 0 for report in reports)
    if names == "ab":
        assert any("1 row(s) of orders no longer name their buyer" in note for note in reports[1].notes)
    if len(names) > 2:
        assert {name: n for name, n in reports[-1].counts.items() if n} == {"duplicate": reports[-1].read}
