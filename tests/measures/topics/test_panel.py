"""What panels say and do not say, counted on the fingers."""

from __future__ import annotations

from siyu.measures.topics.panel import PANEL
from tests.measures.topics.told import values


def day(date: str, touchpoint: str = "live", **said: str) -> dict[str, str]:
    return {"date": date, "platform": "tmall", "touchpoint": touchpoint, **said}


def test_a_ratio_is_of_the_days_on_which_the_panel_says_both_sides(workspace):
    told = [day("2026-06-10", visitors="100", buyers="10"), day("2026-06-11", visitors="900"),
            day("2026-06-12", buyers="7")]  # fmt: skip
    found = values(workspace, {"touchpoint_daily": told}, PANEL)
    assert [found["visitors"], found["buyers"], found["convert_rate"]] == [1000, 17, 0.1]


def test_what_no_day_says_is_null_and_what_is_said_to_be_zero_is_zero(workspace):
    told = [day("2026-06-10", visitors="100", new_fans="0", new_visitors="20")]
    found = values(workspace, {"touchpoint_daily": told}, PANEL)
    assert [found["paid"], found["uv_value"], found["fan_settle_rate"]] == [None, None, 0]


def test_a_touchpoint_whose_panel_is_silent_stays_null_beside_one_that_speaks(workspace):
    told = [day("2026-06-10", visitors="4", paid_amount="10"), day("2026-06-10", "search", clicks="3")]
    found = values(workspace, {"touchpoint_daily": told}, PANEL, ("touchpoint",))
    assert {group: row["uv_value"] for group, row in found.items()} == {("live",): 250, ("search",): None}
    assert [row["said_share"] for row in found.values()] == [1, 0]


def test_days_outside_the_period_do_not_count(workspace):
    told = [day(date, visitors="1") for date in ("2026-05-31", "2026-06-01", "2026-06-30", "2026-07-01")]
    assert values(workspace, {"touchpoint_daily": told}, PANEL)["visitors"] == 2
