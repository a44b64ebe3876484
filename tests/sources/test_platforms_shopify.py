"""Shopify's exports: the order on its first line, its articles on all, and only amounts in the brand's currency."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.errors import SnapshotError
from tests.sources.exports import Row, facts, gmv, links, load_one, namespaces, write

HEADER, CUSTOMERS = "shopify_orders_export_2026", "shopify_customers_export_subset"
LIN = "lin@example.com"


def order(name: str, total: str, **cells: str) -> Row:
    """The first line of a paid order, with its first article."""
    return {"Name": name, "Email": LIN, "Financial Status": "paid", "Paid at": "2026-03-01 10:05:00 +0800",
            "Currency": "CNY", "Total": total, "Created at": "2026-03-01 10:00:00 +0800", "Outstanding Balance": "0.00",
            "Refunded Amount": "0.00", "Shipping Phone": "'13900000001", "Billing Phone": "'13900000002",
            "Billing Zip": "'200000", "Source": "web", **article(name), **cells}  # fmt: skip


def article(name: str, **cells: str) -> Row:
    """A line below: order columns are blank."""
    return {"Name": name, "Lineitem quantity": "1", "Lineitem name": "Cream", "Lineitem price": "30.00",
            "Lineitem sku": "HG001", "Lineitem discount": "0.00", **cells}  # fmt: skip


ROWS = [
    order("#1001", "170.00", **{"Phone": "'13800000001"}),
    article("#1001", **{"Lineitem quantity": "2", "Lineitem price": "72.50", "Lineitem discount": "5.00",
                        "Lineitem sku": "HG002"}),
    article("#1001", **{"Lineitem price": "0.00"}),
    order("#1002", "100.00", **{"Financial Status": "partially_refunded", "Refunded Amount": "40.00", "Email": ""}),
    order("#1003", "30.00", **{"Financial Status": "pending", "Paid at": "", "Outstanding Balance": "30.00"}),
    order("#1004", "80.00", **{"Financial Status": "partially_paid", "Outstanding Balance": "30.00"}),
]
HAND_SUM = 17000 + 10000 + 5000


@pytest.fixture
def report(workspace, tmp_path):
    return load_one(workspace, write(tmp_path / "orders_export_1.csv", HEADER, ROWS))


def test_an_order_stands_on_its_first_line_and_counts_once(workspace, report):
    assert (report.mapping, report.counts["loaded"], report.kinds["orders"]) == ("shopify_orders", 6, {"loaded": 4})
    assert gmv(workspace) == HAND_SUM


def test_an_order_goes_by_its_id_where_the_export_has_one_on_all_its_lines(workspace, tmp_path):
    rows = [order("#1", "30.00", Id="'6001"), article("#1"), order("#2", "30.00"), article("#2")]
    load_one(workspace, write(tmp_path / "o.csv", HEADER, rows))
    assert [o["order_id"] for o in facts(workspace, "orders")] == ["6001", "#2"]
    assert [line["order_id"] for line in facts(workspace, "order_lines")] == ["6001", "6001", "#2", "#2"]


def test_times_carry_their_offset(workspace, report):
    paid = next(o["paid_at"] for o in facts(workspace, "orders") if o["order_id"] == "#1001")
    assert paid == 1772330700 * 1_000_000  # 2026-03-01 02:05 UTC


def test_refunds_are_stated_amounts_of_an_observed_day(workspace, report):
    found = {o["order_id"]: (o["refund_amount"], o["refund_basis"]) for o in facts(workspace, "orders")}
    assert found["#1002"] == (4000, "observed")
    assert found["#1001"] == (0, None)


def test_the_buyer_is_the_address_and_the_phone_and_not_who_receives_or_pays(workspace, report):
    assert namespaces(workspace) == ["email", "phone", "recipient_phone"]
    assert links(workspace) == 1
    assert [o["order_id"] for o in facts(workspace, "orders") if o["identifier_id"] is None] == ["#1002"]


def test_articles_are_lines_less_their_own_discount(workspace, report):
    lines = [line for line in facts(workspace, "order_lines") if line["order_id"] == "#1001"]
    assert [(line["sku"], line["quantity"], line["paid_amount"]) for line in lines] == [
        ("HG001", 1, 3000), ("HG002", 2, 14000), ("HG001", 1, 0)]  # fmt: skip


def test_amounts_in_another_currency_are_refused_and_never_added(workspace, tmp_path):
    rows = [order("#1", "10.00"), order("#2", "10.00", Currency="USD"), article("#2")]
    found = load_one(workspace, write(tmp_path / "o.csv", HEADER, rows))
    assert [(r.column, r.reason, r.rows) for r in found.reasons] == [
        ("currency", "expected CNY, the currency of the brand", 2)]  # fmt: skip
    assert gmv(workspace) == 1000


def test_customers_are_no_full_list_of_members(workspace, tmp_path):
    path = write(tmp_path / "customers_export.csv", CUSTOMERS, [{"Customer ID": "6001"}])
    with pytest.raises(SnapshotError, match="no full list of a relation"):
        load_one(workspace, path, snapshot_of=dt.date(2026, 6, 30), scope={"platform": "shopify"})


def test_customers_are_profiles_and_links_and_no_members(workspace, tmp_path, report):
    rows = [{"Customer ID": "'6001", "Email": LIN, "Phone": "'13800000001", "Default Address City": "Shanghai",
             "Accepts Email Marketing": "yes", "First Name": "Lin"},
            {"Customer ID": "'6002", "Email": "", "Phone": ""}]  # fmt: skip
    found = load_one(workspace, write(tmp_path / "customers_export.csv", CUSTOMERS, rows))
    assert (found.mapping, found.counts["loaded"]) == ("shopify_customers", 2)
    buyer = next(o["identifier_id"] for o in facts(workspace, "orders") if o["order_id"] == "#1001")
    assert [m["identifier_id"] == buyer for m in facts(workspace, "members")] == [True, False]
    assert links(workspace) == 1 + 3
    assert (facts(workspace, "relations"), facts(workspace, "consents")) == ([], [])


def test_a_price_that_changes_before_it_is_paid_makes_no_second_line(workspace, tmp_path):
    """On every line of the order: the lines below have no time of their own."""
    unpaid = [order("#1", "60.00", **{"Paid at": "", "Outstanding Balance": "60.00"}), article("#1")]
    load_one(workspace, write(tmp_path / "1.csv", HEADER, unpaid))
    less = {"Lineitem price": "20.00"}
    load_one(workspace, write(tmp_path / "2.csv", HEADER, [order("#1", "40.00", **less), article("#1", **less)]))
    assert [line["paid_amount"] for line in facts(workspace, "order_lines")] == [2000, 2000]
    assert gmv(workspace) == 4000


def test_what_an_older_export_shows_of_a_buyer_links_in_either_order(workspace, tmp_path):
    """The newer export has a refund and no phone any more; the older one, loaded later, is known already."""
    newer = write(tmp_path / "2.csv", HEADER, [order("#1", "30.00", **{"Refunded Amount": "10.00"})])
    older = write(tmp_path / "1.csv", HEADER, [order("#1", "30.00", **{"Phone": "'13800000001"})])
    load_one(workspace, newer)
    assert links(workspace) == 0
    assert load_one(workspace, older).counts["duplicate"] == 1
    assert links(workspace) == 1
