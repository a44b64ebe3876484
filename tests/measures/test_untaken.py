"""Refunds that S does not take off: without a date, short of what orders state, of orders that are not loaded."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.settings import defaults
from siyu.core.time import day_of, instant_of, local_day
from siyu.measures.asked import Asked
from siyu.measures.build import refresh
from siyu.measures.facts import Facts
from siyu.measures.orphans import Orphans, orphans
from siyu.measures.short import Short, short
from siyu.measures.undated import SeenLater, seen_later
from tests.plain import NOW, load_plain

LOADED = local_day(instant_of(NOW), defaults().zone)
ORDER = {"order_id": "1", "platform": "tmall", "paid_at": "2026-03-01", "paid_amount": "100", "refund_amount": "30"}
OTHER = {**ORDER, "order_id": "2", "refund_amount": "5"}
LATER = {**ORDER, "order_id": "3", "paid_at": "2026-06-20"}
LONG_AGO = {**ORDER, "order_id": "6", "paid_at": "2025-04-01"}  # value looks at 365 days
UNPAID = {**ORDER, "order_id": "4", "paid_at": ""}
DATED_OWN = {**ORDER, "order_id": "5", "refunded_at": "2026-06-01"}
DATED = {"refund_id": "d", "order_id": "2", "platform": "tmall", "refunded_at": "2026-06-05", "refund_amount": "5"}
UNDATED = {**DATED, "refund_id": "u", "order_id": "1", "refunded_at": "", "refund_amount": "20"}


@pytest.mark.parametrize(("orders", "refunds", "told"), [
    ([ORDER, OTHER, LATER, LONG_AGO, UNPAID, DATED_OWN], [], (2, 3500)), ([ORDER, OTHER], [DATED], (1, 3000)),
    ([ORDER], [UNDATED], (1, 2000)), ([DATED_OWN, UNPAID], [], None),
])  # fmt: skip
def test_what_a_day_does_not_know_yet_is_told(workspace, orders, refunds, told):
    load_plain(workspace, {"orders": orders, "refunds": refunds})
    refresh(workspace)
    facts, seen = Facts(workspace.warehouse), LOADED
    expected = told and SeenLater(*told, seen)
    assert seen_later(facts, Asked(day_of(dt.date(2026, 5, 1)), 30, workspace.settings)) == expected
    assert seen_later(facts, Asked(seen, 30, workspace.settings)) is None


@pytest.mark.parametrize(("orders", "refunds", "lacks"), [
    ([ORDER, OTHER], [DATED], None), ([ORDER], [{**DATED, "order_id": "1", "refund_amount": "20"}], (1, 1000)),
    ([ORDER, OTHER], [{**DATED, "refund_amount": "2"}, {**DATED, "refund_id": "e", "refund_amount": "1"}], (1, 200)),
    ([DATED_OWN], [{**DATED, "order_id": "5", "refund_amount": "1"}], (1, 2900)),
    ([LONG_AGO], [{**DATED, "order_id": "6", "refund_amount": "1"}], None), ([ORDER, DATED_OWN], [], None),
])  # fmt: skip
def test_refunds_that_fall_short_of_what_the_orders_state_are_told(workspace, orders, refunds, lacks):
    load_plain(workspace, {"orders": orders, "refunds": refunds})
    refresh(workspace)
    asked = Asked(day_of(dt.date(2026, 7, 1)), 30, workspace.settings)
    assert short(Facts(workspace.warehouse), asked) == (lacks and Short(*lacks))


@pytest.mark.parametrize(("changes", "lost"), [
    ({}, None), ({"order_id": "9"}, Orphans(1, 500, 0)), ({"platform": ""}, Orphans(1, 500, 1)),
    ({"order_id": "9", "refunded_at": "2025-01-01"}, None), ({"order_id": "9", "refunded_at": "2026-07-02"}, None),
])  # fmt: skip
def test_refunds_of_orders_that_are_not_loaded_are_told(workspace, changes, lost):
    load_plain(workspace, {"orders": [ORDER, OTHER], "refunds": [{**DATED, **changes}]})
    refresh(workspace)
    assert orphans(Facts(workspace.warehouse), Asked(day_of(dt.date(2026, 7, 1)), 30, workspace.settings)) == lost
