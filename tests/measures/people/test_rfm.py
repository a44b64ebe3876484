"""RFM: what parts high from low, and what the types are called."""

from __future__ import annotations

import pytest

from siyu.core import settings
from siyu.core.errors import SettingsError
from siyu.measures.asked import Asked
from siyu.measures.people.rfm import cut_rows, rfm, rfm_rows
from tests.measures.people.told import of, order, told

#: Means of the two: 15 days, 1.5 purchase days, 55.
TWO = [order(1, "2026-06-20", "50"), order(1, "2026-06-10", "50"), order(2, "2026-06-10", "10")]


def types(rows: list[dict]) -> dict[str, int]:
    return {row["type"]: row["consumers"] for row in rows if row["consumers"]}


def test_better_than_the_mean_is_high(workspace):
    facts, asked = told(workspace, "2026-06-30", {"orders": TWO})
    assert of(workspace, facts, rfm(facts, asked), 1)["type"] == "important_value"
    assert of(workspace, facts, rfm(facts, asked), 2)["type"] == "general_win_back"


def test_the_cuts_are_shown(workspace):
    facts, asked = told(workspace, "2026-06-30", {"orders": TWO})
    assert [row["cut"] for row in cut_rows(facts, asked)] == [15.0, 1.5, 5500.0]


def test_somebody_on_the_mean_itself_is_not_high(workspace):
    facts, asked = told(workspace, "2026-06-30", {"orders": [order(n, "2026-06-10", "10") for n in (1, 2, 3)]})
    assert types(rfm_rows(facts, asked)) == {"general_win_back": 3}


def test_the_median_may_cut_instead(workspace):
    """Amounts of 10, 20, 30 and 90: the mean is 37.5, the median 25; all bought once, on one day."""
    facts, asked = told(
        workspace,
        "2026-06-30",
        {"orders": [order(n, "2026-06-10", amount) for n, amount in ((1, "10"), (2, "30"), (3, "20"), (4, "90"))]},
    )
    by_median = Asked(asked.day, asked.window, asked.settings.with_values(rfm__cut="median"))
    assert types(rfm_rows(facts, asked)) == {"important_win_back": 1, "general_win_back": 3}
    assert types(rfm_rows(facts, by_median)) == {"important_win_back": 2, "general_win_back": 2}


def test_purchases_of_a_year_count_and_one_of_the_day_before_does_not(workspace):
    facts, asked = told(workspace, "2026-06-30", {"orders": [order(1, "2025-07-01"), order(2, "2025-06-30 23:59")]})
    assert of(workspace, facts, rfm(facts, asked), 1)["recency_days"] == 364
    assert facts.warehouse.count(rfm(facts, asked)) == 1


def test_a_type_can_be_called_otherwise(workspace):
    facts, asked = told(workspace, "2026-06-30", {"orders": TWO})
    named = asked.settings.with_values(rfm__labels={"important_value": "明星"})
    labels = [row["label"] for row in rfm_rows(facts, Asked(asked.day, asked.window, named))]
    assert labels[:2] == ["明星", "重要发展客户"]


def test_a_label_of_no_type_is_refused(tmp_path):
    path = tmp_path / "siyu.toml"
    path.write_text('[rfm.labels]\nimportant_valve = "x"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="important_value"):
        settings.read(path)
