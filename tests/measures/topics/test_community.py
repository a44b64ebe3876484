"""Groups read on a story small enough to count."""

from __future__ import annotations

from siyu.measures.topics.community import COMMUNITY
from tests.measures.topics.told import event, order, relation, values

#: Lin was in the group all along, Wei came in June, An left in June, Bo came and left within it.
BRAND = {
    "relations": [
        relation("lin", "group_member", "2026-01-01", group="vip"),
        relation("wei", "group_member", "2026-06-10", group="vip"),
        relation("an", "group_member", "2026-01-01", group="vip", ended_at="2026-06-10 12:00:00"),
        relation("bo", "group_member", "2026-06-10", group="vip", ended_at="2026-06-11 12:00:00"),
    ],
    "events": [event("lin", "interact", "2026-06-20"), event("an", "interact", "2026-06-05")],
    "orders": [
        order(1, "an", "2026-06-10 12:00:00", "100"),  # at the very instant she leaves she is still in
        order(2, "an", "2026-06-10 12:00:01", "900"),
        order(3, "lin", "2026-06-18", "300", refund_amount="50", refunded_at="2026-06-19 12:00:00"),
    ],
    "promotions": [
        {"promotion": "618", "starts_on": "2026-06-16", "ends_on": "2026-06-18", "warmup_from": "2026-06-01"}
    ],
}


def test_those_who_were_there_and_came_less_those_who_left_are_there(workspace):
    found = values(workspace, BRAND, COMMUNITY, ("group_chat",))["vip",]
    assert (found["members"], found["joined"], found["left"]) == (2, 2, 2)
    assert (found["join_rate"], found["leave_rate"]) == (2 / 2, 2 / 4)


def test_who_leaves_one_group_and_stays_in_another_has_left_the_one_only(workspace):
    told = {"relations": [
        relation("lin", "group_member", "2026-01-01", group="vip", touchpoint="a", ended_at="2026-06-10 12:00:00"),
        relation("lin", "group_member", "2026-01-01", group="mums", touchpoint="b"),
    ]}  # fmt: skip
    by_group = values(workspace, told, COMMUNITY, ("group_chat",))
    assert {group: row["left"] for (group,), row in by_group.items()} == {"vip": 1, "mums": 0}


def test_silent_is_who_does_nothing_at_all(workspace):
    found = values(workspace, BRAND, COMMUNITY)  # wei neither spoke nor bought
    assert (found["interaction_rate"], found["silent_rate"]) == (1 / 2, 1 / 2)


def test_sales_are_of_those_in_the_group_at_the_payment(workspace):
    found = values(workspace, BRAND, COMMUNITY)
    assert (found["sales"], found["net_sales"]) == (40000, 35000)


def test_the_days_of_a_warm_up_are_ordinary_days(workspace):
    assert values(workspace, BRAND, COMMUNITY)["ordinary_days_share"] == 100 / 400
