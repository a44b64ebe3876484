"""What the sheet of promotions counts, on brands small enough to count by hand."""

from __future__ import annotations

from siyu.measures.topics.promotions import PROMOTIONS
from tests.measures.topics.baskets import Brand, order, row

JUNE = row("promotions", promotion="618", starts_on="2026-06-18", ends_on="2026-06-20")


def enters(who: str, day: str, name: str = "visit"):
    return row("events", who, name=name, occurred_at=f"{day}T09:00", touchpoint="app")


def test_the_gathered_came_in_the_thirty_days_before(workspace):
    brand = Brand(
        workspace, JUNE, enters("1", "2026-05-19"), enters("2", "2026-05-18"), enters("3", "2026-06-18"),
        enters("4", "2026-06-17", "impression"), row("members", "5", joined_at="2026-06-17T23:59"),
        *(order(who, who, "2026-06-19") for who in ("1", "2", "3", "4", "")),
    )  # fmt: skip
    (found,) = brand.rows(PROMOTIONS)
    assert (found["gathered"], found["gathered_buyers"], found["conversion"]) == (2, 1, 1 / 2)
    assert (found["sales"], found["gathered_share"], found["buyers"]) == (5000, 1 / 5, 4)


def test_a_running_promotion_is_held_against_as_many_days_before(workspace):
    brand = Brand(
        workspace, row("promotions", promotion="now", starts_on="2026-06-29", ends_on="2026-07-10"),
        row("promotions", promotion="later", starts_on="2026-07-01", ends_on="2026-07-10"),
        order("1", "1", "2026-06-26"), order("2", "1", "2026-06-27"), order("3", "1", "2026-06-28"),
        order("4", "1", "2026-06-30"), order("5", "2", "2026-06-29"), order("6", "2", "2026-07-01"),
    )  # fmt: skip
    (found,) = brand.rows(PROMOTIONS)
    assert (found["days"], found["sales"], found["sales_before"]) == (2, 2000, 2000)
    assert (found["buyers"], found["new_buyers"]) == (2, 1)


def test_cost_is_the_spend_of_its_days_and_null_without_any_spend(workspace):
    told = [JUNE, order("1", "1", "2026-06-19")]
    (found,) = Brand(workspace, *told).rows(PROMOTIONS)
    assert (found["cost"], found["warmup_cost"], found["gathered"]) == (None, None, None)
    spend = [row("spend", date=day, campaign="any", amount="7") for day in ("2026-05-19", "2026-06-17", "2026-06-20")]
    (found,) = Brand(workspace, *spend).rows(PROMOTIONS)
    assert (found["cost"], found["warmup_cost"]) == (700, 1400)
