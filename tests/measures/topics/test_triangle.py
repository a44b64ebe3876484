"""The triangle read on a story small enough to count."""

from __future__ import annotations

import pytest

from siyu.measures.topics.triangle import AREA, TRIANGLE
from tests.measures.topics.told import event, order, referral, relation, rows, values

#: Of four known, Lin and Wei are fans; Lin invited Wei; An bought and is no fan, Bo only visited.
BRAND = {
    "relations": [relation("lin", "fan", "2026-01-01"), relation("wei", "fan", "2026-02-01")],
    "referrals": [referral("lin", "wei", "2026-01-15")],
    "orders": [order(1, "lin", "2026-03-01", "300"), order(2, "an", "2026-03-01", "1000")],
    "events": [event("bo", "visit", "2026-03-01")],
}


def test_the_three_axes_are_of_those_in_f(workspace):
    found = values(workspace, BRAND, TRIANGLE)
    assert found == {"ownership_power": 2 / 4, "customer_value": 30000 / 2, "recommendation_rate": 1 / 2}


def test_a_referral_counts_on_the_first_day_of_the_year_and_not_before(workspace):
    told = BRAND | {"referrals": [referral("lin", "wei", "2025-07-01 00:00:00"), referral("wei", "an", "2025-06-30")]}
    assert values(workspace, told, TRIANGLE)["recommendation_rate"] == 1 / 2


def test_the_area_is_that_of_the_axes_over_their_baseline(workspace):
    """In June Lin bought as much again, Bo became known the month before: only the value moved, and doubled."""
    told = BRAND | {"orders": [*BRAND["orders"], order(3, "lin", "2026-06-10", "300")]}
    found = {row["axis"]: row for row in rows(workspace, told, AREA)}
    assert found["customer_value"]["index"] == 2.0
    assert found["area"]["index"] == pytest.approx((2 + 1 + 2) / 3)


def test_an_axis_without_a_baseline_leaves_the_area_unmeasured(workspace):
    told = BRAND | {"referrals": [referral("lin", "wei", "2026-06-10")]}
    found = {row["axis"]: row for row in rows(workspace, told, AREA)}
    assert found["recommendation_rate"]["value"] == 1 / 2
    assert (found["area"]["value"], found["area"]["index"]) == (None, None)
