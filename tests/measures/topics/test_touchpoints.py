"""How visitors return and stay, counted on the fingers, with the edges of both windows."""

from __future__ import annotations

import pytest

from siyu.measures.topics.touchpoints import TOUCHPOINTS
from tests.measures.topics.told import event, relation, values


def visit(name: str, at: str, touchpoint: str = "app") -> dict[str, str]:
    return event(name, "visit", at, touchpoint=touchpoint)


@pytest.mark.parametrize(("again", "rate"), [
    ("2026-06-10 23:00:00", 0.0),  # the same day is the same visit
    ("2026-06-11 00:00:00", 1.0),
    ("2026-06-17 23:59:59", 1.0),
    ("2026-06-18 00:00:00", 0.0),
])  # fmt: skip
def test_a_return_is_on_one_of_the_seven_days_after_the_first(workspace, again, rate):
    found = values(workspace, {"events": [visit("lin", "2026-06-10"), visit("lin", again)]}, TOUCHPOINTS)
    assert found["return_7d"] == rate


def test_who_came_in_the_last_seven_days_is_not_asked_about_returning_yet(workspace):
    found = values(
        workspace,
        {"events": [visit("lin", "2026-06-24"), visit("lin", "2026-06-25"), visit("anna", "2026-06-23")]},
        TOUCHPOINTS,
    )
    assert [found["return_7d"], found["visitors"]] == [0, 2]


def test_pooled_a_return_may_be_to_another_touchpoint(workspace):
    brand = {"events": [visit("lin", "2026-06-10"), visit("lin", "2026-06-12", "shop")]}
    assert values(workspace, brand, TOUCHPOINTS)["return_7d"] == 1
    alone = values(workspace, {}, TOUCHPOINTS, ("touchpoint",))
    assert {group: row["return_7d"] for group, row in alone.items()} == {("app",): 0, ("shop",): 0}


def test_kept_are_those_still_in_f_thirty_days_after_they_settled(workspace):
    """Three settled in May; one left a day before the thirty were over, one at the very end, one not."""
    events = [visit(name, "2026-05-10 11:00:00") for name in ("lin", "anna", "wu")]
    ends = {"lin": "2026-06-08 12:00:00", "anna": "2026-06-09 12:00:00", "wu": ""}
    relations = [relation(name, "fan", "2026-05-10", ended_at=end) for name, end in ends.items()]
    found = values(workspace, {"events": events, "relations": relations}, TOUCHPOINTS)
    assert found["settle_retained_30"] == pytest.approx(2 / 3)


def test_who_settled_in_the_last_thirty_days_is_not_asked_about_staying_yet(workspace):
    brand = {"events": [visit("lin", "2026-06-10 11:00:00")], "relations": [relation("lin", "fan", "2026-06-10")]}
    assert values(workspace, brand, TOUCHPOINTS)["settle_retained_30"] is None
