"""What repurchase rates, gaps and cohorts count, on brands small enough to count by hand."""

from __future__ import annotations

from siyu.measures.topics.cohorts import RETENTION
from siyu.measures.topics.repurchase import GAPS, REPURCHASE
from tests.measures.topics.baskets import Brand, order, row


def test_a_window_repurchase_needs_two_days_of_the_period(workspace):
    brand = Brand(
        workspace, order("1", "1", "2026-05-31"), order("2", "1", "2026-06-01"),
        order("3", "2", "2026-06-02"), order("4", "2", "2026-06-02"),
        order("5", "3", "2026-06-02"), order("6", "3", "2026-06-30"),
    )  # fmt: skip
    assert brand.values(REPURCHASE)["repurchase_rate_window"] == 1 / 3


def test_a_cohort_has_had_its_ninety_days(workspace):
    brand = Brand(
        workspace, order("1", "1", "2026-04-01"), order("2", "1", "2026-06-30"), order("3", "2", "2026-03-03"),
        order("4", "2", "2026-06-02"), order("5", "3", "2026-04-02"), order("6", "3", "2026-04-03"),
        order("7", "4", "2026-03-02"), order("8", "4", "2026-03-10"),
    )  # fmt: skip
    assert brand.values(REPURCHASE)["repurchase_rate_cohort"] == 1 / 2


def test_membership_is_that_of_the_first_occasion_counted(workspace):
    brand = Brand(
        workspace, order("1", "1", "2026-06-02"), order("2", "1", "2026-06-20"),
        row("members", "1", joined_at="2026-06-10"),
        order("3", "2", "2026-06-02"), row("members", "2", joined_at="2026-01-10"),
    )  # fmt: skip
    found = brand.values(REPURCHASE, "membership")
    assert found["none"]["repurchase_rate_window"] == 1
    assert found["member"]["repurchase_rate_window"] == 0


def test_gaps_are_medians_by_the_number_of_the_later_occasion(workspace):
    brand = Brand(
        workspace, order("1", "1", "2026-01-01"), order("2", "1", "2026-01-05"), order("3", "1", "2026-03-06"),
        order("4", "2", "2026-01-01"), order("5", "2", "2026-01-11"), order("6", "3", "2026-01-11"),
    )  # fmt: skip
    assert brand.rows(GAPS) == [{"occasion": "2", "consumers": 2, "median_days": 7.0},
                                {"occasion": "3", "consumers": 1, "median_days": 60.0}]  # fmt: skip


def test_cohorts_are_followed_by_calendar_month_to_the_month_of_the_day(workspace):
    brand = Brand(
        workspace, order("1", "1", "2026-04-10"), order("2", "1", "2026-04-20"), order("3", "2", "2026-04-30"),
        order("4", "2", "2026-06-30"), order("5", "", "2026-04-30"), order("6", "9", "2025-05-31"),
    )  # fmt: skip
    found = [tuple(r.values())[1:] for r in brand.rows(RETENTION)]
    assert {r["cohort"] for r in brand.rows(RETENTION)} == {"2026-04"}
    assert found == [("0", 2, 1, 1 / 2, 1500), ("1", 2, 0, 0, 1500), ("2", 2, 1, 1 / 2, 2000)]


def test_a_month_not_over_has_neither_share_nor_value(workspace):
    brand = Brand(workspace, order("1", "1", "2026-06-10"))
    brand.asked = brand.asked.on(brand.asked.day - 1)
    (found,) = brand.rows(RETENTION)
    assert (found["buyers"], found["again"], found["retention"], found["value_per_buyer"]) == (1, 0, None, None)
