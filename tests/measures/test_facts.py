"""Which refunds of an order count: those that say when, else those that only say how much, else the order's own."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.time import instant_of
from siyu.measures.build import refresh
from siyu.measures.measure import measure
from siyu.store.tables import ORDER_REFUND
from tests.measures.reference import cursor_of, reference
from tests.plain import load_plain

ORDER = {"order_id": "1", "platform": "tmall", "paid_at": "2026-03-01", "paid_amount": "100", "refund_amount": "30"}
DATED = {"refund_id": "d", "order_id": "1", "platform": "tmall", "refunded_at": "2026-03-05", "refund_amount": "10"}
UNDATED = {**DATED, "refund_id": "u", "refunded_at": "", "refund_amount": "20"}
START = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
#: Of the same number on another platform: not this order's.
ELSEWHERE = {**DATED, "refund_id": "e", "platform": "jd", "refund_amount": "40"}


@pytest.mark.parametrize(("refunds", "counted"), [
    ([], [3000]), ([ELSEWHERE], [3000]), ([UNDATED], [2000]), ([DATED, UNDATED], [1000]),
    ([DATED, {**DATED, "refund_id": "d2"}, UNDATED], [1000, 1000]),
])
def test_the_best_that_is_known_of_a_refund_counts_and_nothing_twice(workspace, refunds, counted):
    load_plain(workspace, {"orders": [ORDER], "refunds": refunds})
    refresh(workspace)
    assert [row["refund_amount"] for row in workspace.warehouse.rows(ORDER_REFUND.expr())] == counted


@pytest.mark.parametrize(("kind", "row"), [("orders", ORDER), ("refunds", UNDATED)])
@pytest.mark.parametrize(("totals", "steps"), [
    (("30", "30", "100"), [(0, 3000), (2, 7000)]), (("30", "100", "100"), [(0, 3000), (1, 7000)]),
    (("30", "20", "50"), [(0, 2000), (2, 3000)]), (("100", "30"), [(0, 3000)]), (("30", "", "40"), [(2, 4000)]),
])
def test_a_refund_without_a_date_that_grows_was_smaller_before(workspace, kind, row, totals, steps):
    """Load after load, a day each: what was measured of a day stays so."""
    loads = [START + dt.timedelta(days=n) for n in range(len(totals))]
    if kind == "refunds":
        load_plain(workspace, {"orders": [{**ORDER, "refund_amount": ""}]}, now=START)
    for n, (now, total) in enumerate(zip(loads, totals)):
        load_plain(workspace, {kind: [{**row, "refund_amount": total, "store": f"s{n}"} if kind == "orders"
                                      else {**row, "refund_amount": total or "0"}]}, now=now)  # fmt: skip
        refresh(workspace)
    built = workspace.warehouse.rows(ORDER_REFUND.expr().order_by("refunded_at"))
    assert [(row["refunded_at"], row["refund_amount"]) for row in built] == [
        (instant_of(loads[place]), amount) for place, amount in steps]  # fmt: skip
    refresh(workspace, full=True)
    assert workspace.warehouse.rows(ORDER_REFUND.expr().order_by("refunded_at")) == built
    for day in (START.date() + dt.timedelta(days=n) for n in range(-1, 4)):
        value = measure(workspace, as_of=day, now=loads[-1] + dt.timedelta(days=9))["fast_plus"]["S"]
        expected = reference(cursor_of(workspace), workspace.settings, day, 30)["fast_plus"]["S"]
        assert value["anonymous_total"] == expected["anonymous_total"] == 10000 - sum(
            amount for place, amount in steps if loads[place].date() <= day)  # fmt: skip


def test_a_refund_dated_by_a_later_load_takes_the_place_of_one_without_a_date(workspace):
    load_plain(workspace, {"orders": [ORDER], "refunds": [UNDATED]})
    refresh(workspace)
    load_plain(workspace, {"refunds": [DATED]})
    refresh(workspace)
    assert [row["refund_amount"] for row in workspace.warehouse.rows(ORDER_REFUND.expr())] == [1000]
