"""Feedback read on answers few enough to count."""

from __future__ import annotations

import pytest

from siyu.measures.topics.feedback import FEEDBACK, RETURN_REASONS
from tests.measures.topics.told import relation, rows, values, who

DAY = "2026-06-10"


def given(name: str, kind: str, score: str = "", hour: int = 12, **more: str) -> dict[str, str]:
    return {"kind": kind, "score": score, "occurred_at": f"{DAY} {hour}:00:00", **who(name), **more}


def test_promoters_less_detractors_and_passives_count_below_the_line(workspace):
    scores = ("10", "9", "8", "7", "6", "0", "")  # an answer without a score is none
    told = {"feedback": [given(f"p{n}", "nps", score) for n, score in enumerate(scores)]}
    found = values(workspace, told, FEEDBACK)
    assert (found["nps"], found["nps_mean"]) == ((2 - 2) / 6, 40 / 6)


def test_only_detractors_give_minus_one(workspace):
    assert values(workspace, {"feedback": [given("lin", "nps", "6")]}, FEEDBACK)["nps"] == -1.0


def test_scales_are_not_mixed(workspace):
    told = {"feedback": [given("lin", "nps", "10"), given("lin", "csat", "4"), given("lin", "dsr", "5")]}
    found = values(workspace, told, FEEDBACK)
    assert (found["nps_mean"], found["csat_mean"], found["dsr_mean"]) == (10.0, 4.0, 5.0)


def test_the_role_is_that_of_the_instant_of_the_answer(workspace):
    told = {
        "relations": [relation("lin", "fan", "2026-01-01"), relation("lin", "member", f"{DAY} 12:00:00")],
        "feedback": [given("lin", "nps", "3", hour=12), given("lin", "nps", "9", hour=13), given("bo", "nps", "5")],
        "consents": [{"occurred_at": "2026-01-01 00:00:00", "purpose": "marketing", "channel": "sms",
                      "action": "grant", **who("lin")}],
    }  # fmt: skip
    found = values(workspace, told, FEEDBACK, ("role",))
    assert {role: row["nps_mean"] for (role,), row in found.items()} == {
        "": 5.0, "basic": 3.0, "member_unpurchased": 9.0,
    }  # fmt: skip


@pytest.mark.parametrize(("hours", "median"), [((1, 3, 9), 3.0), ((1, 3, 4, 9), 3.5), ((), None)])
def test_the_median_is_the_middle_one_or_the_mean_of_the_two_in_the_middle(workspace, hours, median):
    told = [given(f"p{n}", "complaint", hour=10, resolved_at=f"{DAY} {10 + h}:00:00") for n, h in enumerate(hours)]
    told.append(given("open", "complaint"))
    found = values(workspace, {"feedback": told}, FEEDBACK)
    assert found["median_hours_to_resolve"] == median
    assert found["resolved_share"] == len(hours) / (len(hours) + 1)


def test_what_is_resolved_after_the_day_is_not_yet_resolved(workspace):
    late = given("lin", "complaint", resolved_at="2026-07-01 00:00:00")
    assert values(workspace, {"feedback": [late]}, FEEDBACK)["resolved_share"] == 0.0


def test_return_reasons_stand_by_how_often_they_were_given(workspace):
    told = [given(f"p{n}", "return_reason", text=text) for n, text in enumerate(("late", "too big", "too big"))]
    found = rows(workspace, {"feedback": told}, RETURN_REASONS)
    assert [(row["reason"], row["answers"], row["share"]) for row in found] == [
        ("too big", 2, 2 / 3), ("late", 1, 1 / 3),
    ]  # fmt: skip
