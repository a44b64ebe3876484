"""value_share gives away no cent and makes none, whatever the split."""

from __future__ import annotations

import pytest

from siyu.core.time import day_of
from siyu.measures import build
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.people.shared_value import shared_value, value_share_rows
from tests.measures.people.told import accepted, of, order, told
from tests.measures.random_brand import AS_OF
from tests.measures.test_parity import brand_in

SHARES = (0.0, 0.5, 1.0, 0.3, 1 / 3, 0.9999)
EXAMPLE = {
    "orders": [order(1, "2026-03-01", "300"), order(2, "2026-03-02", "200"), order(2, "2026-03-03", "100"),
               order(3, "2026-03-04", "50", refund_amount="50", refunded_at="2026-03-05")],
    "referrals": [accepted(1, 2, "2026-02-01"), accepted(1, 3, "2026-02-01")],
}  # fmt: skip


def test_the_worked_example(workspace):
    facts, asked = told(workspace, "2026-06-30", EXAMPLE)
    shared = shared_value(facts, asked)
    u1, u2 = of(workspace, facts, shared, 1), of(workspace, facts, shared, 2)
    assert (u1["own_value"], u1["referral_value"], u1["value_share"]) == (30000, 30000, 45000)
    assert (u2["own_value"], u2["referral_value"], u2["value_share"]) == (30000, 0, 15000)
    assert facts.warehouse.count(shared) == 2


def test_an_odd_cent_stays_with_the_buyer(workspace):
    facts, asked = told(workspace, "2026-06-30", {
        "orders": [order(2, "2026-03-02", "0.03")], "referrals": [accepted(1, 2, "2026-02-01")]})  # fmt: skip
    shared = shared_value(facts, asked)
    assert [of(workspace, facts, shared, person)["value_share"] for person in (1, 2)] == [1, 2]


def test_an_order_without_a_consumer_stands_apart(workspace):
    facts, asked = told(workspace, "2026-06-30", {"orders": [
        {"order_id": "x", "paid_at": "2026-03-01", "paid_amount": "7"}, order(1, "2026-03-01", "5")]})  # fmt: skip
    found = {row["role"]: (row["consumers"], row["value_share"]) for row in value_share_rows(facts, asked)}
    assert (found["none"], found["anonymous"]) == ((1, 500), (None, 700))


@pytest.mark.parametrize("seed", range(2))
def test_the_sum_over_consumers_is_the_revenue_of_known_consumers(tmp_path, seed):
    with brand_in(tmp_path / "brand", 40 + seed) as workspace:
        build.refresh(workspace)
        facts = Facts(workspace.warehouse)
        for share in SHARES:
            settings = workspace.settings.with_values(value__sharer_share=share)
            shared = shared_value(facts, Asked(day_of(AS_OF[seed]), 30, settings))
            names = ("own_value", "value_share", "referral_value")
            sums = facts.warehouse.row(shared.aggregate(**{name: shared[name].sum().cast("int64") for name in names}))
            assert sums["value_share"] == sums["own_value"] > 0
            assert sums["referral_value"] > 0
