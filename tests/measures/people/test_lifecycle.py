"""Stages of the lifecycle, counted on one's fingers as of 2026-06-30; without an own rhythm the brand's counts."""

from __future__ import annotations

import pytest

from siyu.measures.people.lifecycle import lifecycle, move_rows, stage_rows
from tests.measures.people.told import fan, of, order, told

DAY = "2026-06-30"
#: Gaps of 10, 10 and 40 days make the brand's median 10; these buyers are numbered from 90.
RHYTHM = [order(90, "2026-01-01"), order(90, "2026-01-11"), order(90, "2026-01-21"),
          order(91, "2026-01-01"), order(91, "2026-02-10")]  # fmt: skip


def stage_of(workspace, *orders, relations=(), brand=RHYTHM) -> str:
    facts, asked = told(workspace, DAY, {"orders": [*brand, *orders], "relations": list(relations)})
    return of(workspace, facts, lifecycle(facts, asked), 1)["stage"]


@pytest.mark.parametrize(("began", "stage"), [("2026-05-31", "new"), ("2026-05-30 23:59", "prospect")])
def test_somebody_who_has_not_bought_is_new_for_30_days(workspace, began, stage):
    assert stage_of(workspace, relations=[fan(1, began)]) == stage


@pytest.mark.parametrize(
    ("paid", "stage"),
    [("2026-06-20", "first_buyer"), ("2026-06-19", "sleeping"), ("2026-06-10", "sleeping"), ("2026-06-09", "lost")],
)
def test_one_purchase_ages_by_the_interval_of_the_brand(workspace, paid, stage):
    assert stage_of(workspace, order(1, paid)) == stage


@pytest.mark.parametrize(
    ("before", "stage"), [("2026-06-01", "active"), ("2026-05-31", "active"), ("2026-05-30", "reactivated")]
)
def test_two_purchases_are_reactivated_when_the_gap_was_over_twice_the_interval(workspace, before, stage):
    brand = [order(90, "2026-01-01"), order(90, "2026-01-11"), order(90, "2026-01-21"), order(90, "2026-01-31")]
    assert stage_of(workspace, order(1, before), order(1, "2026-06-20"), brand=brand) == stage


def test_from_three_purchases_on_the_own_rhythm_counts(workspace):
    """Every 30 and 40 days: 35 on the median, so 34 days after the last it is not yet asleep."""
    assert stage_of(workspace, *(order(1, day) for day in ("2026-03-18", "2026-04-17", "2026-05-27"))) == "active"


def test_two_orders_of_one_day_are_one_occasion(workspace):
    assert stage_of(workspace, order(1, "2026-06-20 09:00"), order(1, "2026-06-20 10:00")) == "first_buyer"


def test_a_purchase_taken_back_is_none(workspace):
    back = order(1, "2026-06-20", refund_amount="10", refunded_at="2026-06-21")
    assert stage_of(workspace, back, relations=[fan(1, "2026-06-19")]) == "new"


def test_a_brand_in_which_nobody_bought_twice_expects_90_days(workspace):
    assert stage_of(workspace, order(1, "2026-04-01"), brand=[]) == "first_buyer"


def test_the_sheet_counts_people_those_in_f_and_their_year(workspace):
    facts, asked = told(workspace, DAY, {"orders": [*RHYTHM, order(1, "2026-06-25", "25")], "relations": [fan(1)]})
    rows = {row["stage"]: row for row in stage_rows(facts, asked)}
    assert rows["first_buyer"] == {"stage": "first_buyer", "consumers": 1, "in_f": 1, "net_value": 2500}
    assert (rows["lost"]["consumers"], rows["new"]["consumers"]) == (2, 0)


def test_without_relations_nobody_can_say_who_is_in_f(workspace):
    facts, asked = told(workspace, DAY, {"orders": RHYTHM})
    assert {row["in_f"] for row in stage_rows(facts, asked)} == {None}


def test_moves_go_from_the_opening_to_the_close(workspace):
    facts, asked = told(workspace, DAY, {"orders": [order(1, "2026-06-25"), order(2, "2025-01-01")],
                                         "relations": [fan(1, "2026-05-20"), fan(3, "2026-06-29")]})  # fmt: skip
    assert [tuple(row.values()) for row in move_rows(facts, asked)] == [
        ("", "new", 1), ("new", "first_buyer", 1), ("lost", "lost", 1)]  # fmt: skip
