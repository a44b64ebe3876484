"""Youzan's exports of orders and customers become facts: money to the cent, people only where a phone is plain."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
import xlsxwriter

from siyu.core.time import date_of, instant_of, local_day
from tests.sources.exports import HEADERS, NOW, Row, facts, gmv, links, load_one, namespaces, write

LIN, ANNA, GUEST = "13800000001", "13800000002", "13800000003"
HEADER, CUSTOMERS = "youzan_order_2026", "youzan_customer_2026"
LATER = NOW + dt.timedelta(days=61)


def order(number: str, paid: str, **cells: str) -> Row:
    """A paid order; `paid` as the export prints it."""
    base = {"订单号": number, "归属店铺": "和光旗舰店", "订单状态": "交易完成", "订单来源": "微信小程序",
            "订单创建时间": "2026-03-01 10:00:00", "买家付款时间": "2026-03-01 10:05:00", "商品金额合计": "9999.00",
            "应收订单金额": "8888.00", "订单实付金额": paid, "订单实收金额": "7777.00", "订单已退款金额": "0.00",
            "买家手机号": LIN, "收货人手机号/提货人手机号": GUEST}  # fmt: skip
    return {**base, **cells}


ORDERS = [
    order("E01", "100.10"),
    order("E02", "1,299.00", 买家手机号="138****0002"),
    order("E03", "¥88.00", 买家手机号=ANNA, 订单已退款金额="8.00", 订单退款状态="部分退款"),
    order("E04", "50.00", 订单状态="交易关闭", 订单已退款金额="50.00", 订单退款状态="全部退款"),
    order("E05", "30.00", 订单状态="待付款", 买家付款时间=""),
    order("E06", "0.00", 买家手机号="?"),
    order("E07", "20.00", 分销员="甲", 分销员手机号="13900000009", **{"分销员#2": "乙"}),
]
HAND_SUM = 10010 + 129900 + 8800 + 5000 + 0 + 2000


@pytest.fixture
def orders(workspace, tmp_path):
    report = load_one(workspace, write(tmp_path / "orders.csv", HEADER, ORDERS))
    assert (report.mapping, report.read, report.counts["loaded"]) == ("youzan_orders", 7, 7)
    return {row["order_id"]: row for row in facts(workspace, "orders")}


def test_the_headers_written_here_are_the_real_ones(shared):
    real = json.loads((shared / "data" / "platform_export_headers.json").read_text(encoding="utf-8"))
    assert {name: real[name]["columns"] for name in HEADERS} == HEADERS


def test_gmv_is_the_hand_sum_of_what_paid_orders_paid(workspace, orders):
    assert gmv(workspace) == HAND_SUM


def test_an_unpaid_order_is_known_and_not_paid(orders):
    assert orders["E05"]["paid_at"] is None
    assert orders["E05"]["ordered_at"] is not None


def test_refunds_without_a_date_are_dated_by_the_load_and_marked_observed(orders):
    refund = {number: (row["refund_amount"], row["refund_basis"]) for number, row in orders.items()}
    assert refund["E03"] == (800, "observed")
    assert refund["E04"] == (5000, "observed")
    assert orders["E01"]["refunded_at"] is None


def test_an_older_export_loaded_after_a_newer_one_takes_nothing_back(workspace, tmp_path):
    older = [order("E01", "10.00"), order("E02", "20.00"), order("E03", "30.00", 买家付款时间="")]
    newer = [order("E01", "10.00", 订单已退款金额="4.00"), order("E02", "20.00"), order("E03", "30.00"),
             order("E04", "40.00")]  # fmt: skip
    load_one(workspace, write(tmp_path / "订单10月.csv", HEADER, newer))
    before = facts(workspace, "orders")
    report = load_one(workspace, write(tmp_path / "订单9月.csv", HEADER, older), now=LATER)
    assert facts(workspace, "orders") == before
    assert {name: count for name, count in report.counts.items() if count} == {"duplicate": 3}
    assert any("2 row(s) of orders show less" in note for note in report.notes)


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_exports_in_either_order_give_the_same_orders(workspace, tmp_path, names):
    write(tmp_path / "a.csv", HEADER, [order("E01", "10.00", 买家付款时间=""), order("E02", "20.00")])
    write(tmp_path / "b.csv", HEADER, [order("E01", "10.00", 订单已退款金额="4.00"), order("E02", "20.00")])
    for name in names:
        load_one(workspace, tmp_path / f"{name}.csv")
    told = {row["order_id"]: (row["paid_at"] is None, row["refund_amount"], row["refunded_day"])
            for row in facts(workspace, "orders")}  # fmt: skip
    assert told == {"E01": (False, 400, local_day(instant_of(NOW), workspace.settings.zone)), "E02": (False, 0, None)}


def test_an_order_that_stands_twice_with_other_values_is_told(workspace, tmp_path):
    report = load_one(workspace, write(tmp_path / "o.csv", HEADER, [order("E01", "10.00"), order("E01", "11.00")]))
    assert gmv(workspace) == 1100
    assert any("1 row(s) of orders are followed in this file by another" in note for note in report.notes)


def test_refused_cells_are_named_as_in_the_export(workspace, tmp_path):
    wrong = [order("E01", "1,2,3"), order("E02", "10.00", 买家付款时间="昨天")]
    report = load_one(workspace, write(tmp_path / "o.csv", HEADER, wrong))
    assert [(reason.column, reason.named) for reason in report.reasons] == [
        ("paid_amount", "订单实付金额 (paid_amount)"), ("paid_at", "买家付款时间 (paid_at)")]
    masked = {"客户手机号": "138****0001", "是否会员": "否"}
    people = load_one(workspace, write(tmp_path / "c.csv", CUSTOMERS, [masked]))
    assert [reason.named for reason in people.reasons] == ["客户手机号 (id.*)"]


def test_a_customer_whose_line_stands_twice_has_the_points_once(workspace, tmp_path):
    line = {"客户手机号": LIN, "是否会员": "是", "成为会员时间": "2026-01-01 10:00:00", "客户积分": "100"}
    other = {**line, "成为客户时间": "2025-12-01 10:00:00"}  # another account under the same phone
    lines = [line, other, {**line, "客户手机号": ANNA}, line, other, line]
    report = load_one(workspace, write(tmp_path / "c.csv", CUSTOMERS, lines))
    assert {row["points"] for row in facts(workspace, "members")} == {200, 100}
    assert (report.read, report.counts["loaded"], report.counts["duplicate"]) == (6, 3, 3)


def test_dates_that_are_still_to_come_are_told(workspace, tmp_path):
    far = [order("E01", "10.00", 买家付款时间="2126-03-01 10:05:00"), order("E02", "10.00")]
    report = load_one(workspace, write(tmp_path / "o.csv", HEADER, far))
    assert [note for note in report.notes if "1 row(s) of orders are dated after" in note and "2126-03-01" in note]
    near = [order("E03", "10.00", 买家付款时间="2026-07-02 08:00:00")]  # a clock or zone that is hours ahead
    assert not load_one(workspace, write(tmp_path / "n.csv", HEADER, near)).notes


def test_a_list_read_as_additions_is_told_how_to_be_read_as_one(workspace, tmp_path):
    people = write(tmp_path / "客户.csv", CUSTOMERS, [{"客户手机号": LIN, "是否会员": "是"}])
    told = [load_one(workspace, people, **options).notes for options in (
        {}, {"snapshot_of": dt.date(2026, 6, 30), "scope": {"platform": "youzan"}})]  # fmt: skip
    hint = "--snapshot-of DAY --scope platform=youzan"
    assert [any(hint in note for note in notes) for notes in told] == [True, False]


def test_masked_and_missing_phones_make_anonymous_orders(orders):
    assert [number for number, row in orders.items() if row["identifier_id"] is None] == ["E02", "E06"]


def test_recipients_and_distributors_are_nobody_here(workspace, orders):
    assert namespaces(workspace) == ["phone", "phone", "recipient_phone"]
    assert links(workspace) == 0


def test_the_store_is_kept_and_where_the_order_came_from(orders):
    assert (orders["E01"]["store"], orders["E01"]["touchpoint"]) == ("和光旗舰店", "微信小程序")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_encodings_and_leading_tabs_change_nothing(workspace, tmp_path, encoding):
    rows = [{**row, "订单号": f"\t{row['订单号']}"} for row in ORDERS]
    load_one(workspace, write(tmp_path / "plain.csv", HEADER, ORDERS))
    report = load_one(workspace, write(tmp_path / "again.csv", HEADER, rows, encoding))
    assert report.counts["duplicate"] == 7


def test_a_workbook_is_the_same_export(workspace, tmp_path):
    load_one(workspace, write(tmp_path / "plain.csv", HEADER, ORDERS))
    with xlsxwriter.Workbook(str(tmp_path / "订单.xlsx")) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["订单列表"])
        page.write_row(1, 0, HEADERS[HEADER])
        for number, row in enumerate(ORDERS, start=2):
            page.write_row(number, 0, [row.get(name, "") for name in HEADERS[HEADER]])
    assert load_one(workspace, tmp_path / "订单.xlsx").counts["duplicate"] == 7


def test_a_later_export_corrects_what_was_refunded_since(workspace, tmp_path):
    load_one(workspace, write(tmp_path / "march.csv", HEADER, ORDERS))
    refunded = [{**row, "订单已退款金额": "100.10"} if row["订单号"] == "E01" else row for row in ORDERS]
    report = load_one(workspace, write(tmp_path / "may.csv", HEADER, refunded), now=LATER)
    assert (report.counts["corrected"], report.counts["duplicate"]) == (1, 6)
    assert gmv(workspace) == HAND_SUM


def test_an_order_without_its_number_is_quarantined_and_the_rest_loads(workspace, tmp_path):
    report = load_one(workspace, write(tmp_path / "o.csv", HEADER, [*ORDERS, order("", "9.00")]))
    assert (report.counts["loaded"], report.counts["quarantined"]) == (7, 1)


def test_a_negative_payment_is_quarantined(workspace, tmp_path):
    report = load_one(workspace, write(tmp_path / "o.csv", HEADER, [order("E01", "-88.00"), order("E02", "8.00")]))
    assert [(reason.column, reason.rows) for reason in report.reasons] == [("paid_amount", 1)]
    assert gmv(workspace) == 800


# -- customers


def customer(phone: str, **cells: str) -> Row:
    """A customer who is no member."""
    return {"客户手机号": phone, "客户姓名": "某某", "是否会员": "否", "企微好友": "否", "客户积分": "0", "成长值": "0",
            "成为客户时间": "2025-01-01 08:00:00", **cells}  # fmt: skip


def member(phone: str, since: str, **cells: str) -> Row:
    return customer(phone, 是否会员="是", 成为会员时间=since, 免费等级="V2", **cells)


CUSTOMER_ROWS = [
    member(LIN, "2025-02-01 09:00:00", 客户积分="120", 成长值="30", 导购员="小周", 微信地域="杭州", 客户性别="女",
           客户生日="1990-05-12", 公众号="和光", 公众号关注时间="2025-01-15 08:00:00", 企微好友="是"),
    customer(LIN, 客户积分="5"),
    member(ANNA, ""),
    customer(GUEST),
    customer("186******05", 是否会员="是", 成为会员时间="2025-02-02 09:00:00"),
    customer("?"),
]


@pytest.fixture
def customers(workspace, tmp_path):
    path = write(tmp_path / "客户.csv", CUSTOMERS, CUSTOMER_ROWS)
    scope = {"platform": "youzan"}
    return load_one(workspace, path, snapshot_of=dt.date(2026, 6, 30), scope=scope)


def test_masked_customers_are_refused_and_nobody_else(customers):
    assert (customers.mapping, customers.read, customers.counts["quarantined"]) == ("youzan_customers", 6, 2)


def test_accounts_under_one_phone_are_one_member(workspace, customers):
    lin = facts(workspace, "members")[0]
    assert len(facts(workspace, "members")) == 3
    assert (lin["points"], lin["growth"], lin["tier"], lin["guide"], lin["city"]) == (125, 30, "V2", "小周", "杭州")
    assert (lin["birthday_month"], lin["gender"]) == ("5", "female")


def held(workspace) -> dict[tuple[str, str], tuple[str, str]]:
    """Relations in force: (type, since) -> (basis of the start, basis of the end)."""
    zone = workspace.settings.zone
    return {(row["relation_type"], date_of(local_day(row["started_at"], zone)).isoformat()):
            (row["started_at_basis"], row["ended_at_basis"]) for row in facts(workspace, "relations")}


def test_memberships_and_followers_have_their_dates_and_friends_are_observed(workspace, customers):
    assert held(workspace) == {
        ("member", "2025-02-01"): ("stated", None),
        ("member", "2026-06-30"): ("observed", None),
        ("fan", "2025-01-15"): ("stated", None),
        ("dedicated_service", "2026-06-30"): ("observed", None),
    }


def test_loaded_plainly_what_has_no_date_begins_with_the_load(workspace, tmp_path):
    path = write(tmp_path / "c.csv", CUSTOMERS, CUSTOMER_ROWS)
    load_one(workspace, path)
    again = load_one(workspace, path, now=LATER)
    assert again.counts["duplicate"] == 4
    assert held(workspace)["dedicated_service", "2026-07-01"] == ("observed", None)
    assert len(facts(workspace, "relations")) == 4


def test_what_a_list_shows_again_is_not_begun_again_whatever_its_scope(workspace, tmp_path, customers):
    for day, scope in ((30, {"platform": "youzan"}), (31, {"platform": "youzan", "relation_type": "member"})):
        path = write(tmp_path / f"{day}.csv", CUSTOMERS, CUSTOMER_ROWS)
        report = load_one(workspace, path, snapshot_of=dt.date(2026, 8, day), scope=scope, now=LATER)
        assert (report.snapshot or {})["opened"] == 0
    assert len(facts(workspace, "relations")) == 4


def test_who_is_no_member_two_months_later_has_left_and_the_past_stays(workspace, tmp_path, customers):
    joined = member("13800000004", "2026-08-02 10:00:00", 企微好友="是")
    rows = [customer(LIN, 客户积分="7"), *CUSTOMER_ROWS[2:4], joined]
    report = load_one(workspace, write(tmp_path / "c2.csv", CUSTOMERS, rows), snapshot_of=dt.date(2026, 8, 30),
                      scope={"platform": "youzan"}, allow_drop=True, now=LATER)
    assert report.snapshot == {"open_before": 3, "opened": 1, "closed": 2}  # no follower is shown at all
    found = held(workspace)
    assert found["member", "2025-02-01"] == ("stated", "observed")
    assert found["dedicated_service", "2026-06-30"] == ("observed", "observed")
    assert found["member", "2026-06-30"] == ("observed", None)
    assert found["dedicated_service", "2026-08-30"] == ("observed", None)


def test_a_customer_list_is_no_consent(workspace, customers):
    assert facts(workspace, "consents") == []


def test_plain_values_stand_in_no_fact(workspace, customers):
    rows = [*facts(workspace, "members"), *facts(workspace, "relations")]
    texts = [str(value) for row in rows for value in row.values()]
    assert not [text for text in texts if LIN in text or ANNA in text or "某某" in text]


def test_orders_and_customers_meet_in_the_phone(workspace, tmp_path, customers):
    load_one(workspace, write(tmp_path / "orders.csv", HEADER, ORDERS))
    people = {row["identifier_id"] for row in facts(workspace, "members")}
    buyers = {row["identifier_id"] for row in facts(workspace, "orders")} - {None}
    assert buyers <= people


def test_the_hand_sum_is_in_currency_units():
    paid = [row["订单实付金额"].strip("¥").replace(",", "") for row in ORDERS if row["买家付款时间"]]
    assert sum(map(Decimal, paid)) * 100 == HAND_SUM


def test_a_phone_that_is_blocked_later_names_no_buyer_any_more(workspace, tmp_path):
    """The next export repeats the orders; what names them now is nobody's, and no earlier name comes back."""
    path = write(tmp_path / "o.csv", HEADER, [order("E01", "100.00"), order("E02", "50.00", 买家手机号=ANNA)])
    load_one(workspace, path)
    workspace.settings = workspace.settings.with_values(identity__blocked_phones=[f"+86 {LIN}"])
    assert load_one(workspace, path).counts["corrected"] == 1
    assert [row["identifier_id"] is None for row in facts(workspace, "orders")] == [False, True]
