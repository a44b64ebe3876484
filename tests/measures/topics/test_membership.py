"""Membership read on brands small enough to count."""

from __future__ import annotations

from siyu.measures.topics.membership import MEMBERSHIP
from siyu.measures.topics.recruiting import ENTRIES
from tests.measures.topics.told import event, order, relation, rows, values

#: Lin joined long ago, Wei in June, An left in June, Bo only visits. An order of nobody's stands beside them.
BRAND = {
    "relations": [
        relation("lin", "member", "2026-01-01", platform="tmall"),
        relation("wei", "offline_member", "2026-06-10", platform="jd"),
        relation("an", "member", "2026-01-01", ended_at="2026-06-10 12:00:00", platform="tmall"),
    ],
    "events": [event("bo", "visit", "2026-06-01", platform="jd")],
    "orders": [
        order(1, "wei", "2026-05-01", "50", platform="jd"),
        order(2, "wei", "2026-06-09", "100", platform="jd"),
        order(3, "lin", "2026-06-20", "300", platform="tmall"),
        order(4, "", "2026-06-20", "600", platform="tmall"),
    ],
}


def test_penetration_is_over_everybody_known(workspace):
    found = values(workspace, BRAND, MEMBERSHIP)
    assert (found["member_count"], found["member_penetration"]) == (2, 2 / 4)


def test_members_move_by_who_came_and_who_left(workspace):
    found = values(workspace, BRAND, MEMBERSHIP)
    assert (found["new_members"], found["lost_members"]) == (1, 1)


def test_the_sales_share_counts_members_at_the_payment(workspace):
    found = values(workspace, BRAND, MEMBERSHIP)
    assert found["member_sales_share"] == 300 / 1000
    assert found["member_sales_share_known"] == 300 / 400


def test_an_old_customer_joins_when_the_membership_begins_in_the_period(workspace):
    assert values(workspace, BRAND, MEMBERSHIP)["old_customer_join_rate"] == 1.0


def test_a_purchase_refunded_before_the_period_makes_no_old_customer(workspace):
    back = {"refund_amount": "50", "refunded_at": "2026-05-31 23:59:59"}
    orders = [BRAND["orders"][0] | back, *BRAND["orders"][1:]]
    assert values(workspace, BRAND | {"orders": orders}, MEMBERSHIP)["old_customer_join_rate"] is None


def test_a_members_second_occasion_is_a_repurchase_whenever_the_first_was(workspace):
    assert values(workspace, BRAND, MEMBERSHIP)["member_repurchase_rate"] == 1 / 2  # wei, of wei and lin


def test_a_member_whom_no_channel_reaches_is_not_in_the_reach_rate(workspace):
    silent = {"occurred_at": "2026-02-01 12:00:00", "purpose": "marketing", "action": "withdraw", "id.customer": "lin"}
    assert values(workspace, BRAND | {"consents": [silent]}, MEMBERSHIP)["member_reach_rate"] == 0.0
    # wei's offline membership opens sms and e-mail alone, and no phone is known


def test_the_tier_is_the_consumers_whatever_record_made_them_a_member(workspace):
    listed = [{"tier": "gold", "id.customer": "lin"}]
    found = values(workspace, BRAND | {"members": listed}, MEMBERSHIP, ("tier",))
    assert {tier: row["member_count"] for (tier,), row in found.items()} == {"gold": 1, "": 1}


def test_an_entry_recruits_who_joins_within_a_day_of_it(workspace):
    told = {
        "events": [event(name, "enter", "2026-06-10", touchpoint="app") for name in ("lin", "wei", "an", "bo")],
        "relations": [
            relation("lin", "member", "2026-06-11 12:00:00"),  # the last instant that counts
            relation("wei", "member", "2026-06-11 12:00:01"),
            relation("an", "member", "2026-01-01"),
            relation("bo", "fan", "2026-06-10 13:00:00"),
        ],
    }
    assert rows(workspace, told, ENTRIES) == [
        {"touchpoint": "app", "visitors": 4, "not_members": 3, "joined": 1, "join_rate": 1 / 4}
    ]
