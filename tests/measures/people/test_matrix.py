"""The CLV matrix: who stands in which cell, and what happens at a cut."""

from __future__ import annotations

import pytest

from siyu.core import settings
from siyu.core.errors import SettingsError
from siyu.measures.people.matrix import Cuts, cuts_of, matrix_rows, valued
from tests.measures.people.told import accepted, fan, order, told

#: Ten buyers of 10, 20 ... 100; the tenth was invited by the first. Median 55, 90th percentile 91.
TEN = {
    "orders": [order(n, "2026-03-02", f"{n}0") for n in range(1, 11)],
    "referrals": [accepted(1, 10, "2026-02-01")],
}


def cells(rows: list[dict]) -> dict[tuple[str, str], int]:
    return {(row["own"], row["referral"]): row["consumers"] for row in rows if row["consumers"]}


def test_the_cuts_are_the_median_and_the_90th_percentile_of_positive_values(workspace):
    facts, asked = told(workspace, "2026-06-30", {**TEN, "members": [
        {"joined_at": "2026-01-01", "id.phone": "13900000000"}]})  # fmt: skip
    assert cuts_of(facts, asked, valued(facts, asked))["own"] == Cuts(5500.0, pytest.approx(9100.0))
    assert cells(matrix_rows(facts, asked)) == {
        ("none", "none"): 1, ("low", "none"): 4, ("low", "low"): 1, ("mid", "none"): 4, ("high", "none"): 1
    }  # fmt: skip


def test_all_sixteen_cells_are_shown_and_an_empty_one_has_no_mean(workspace):
    facts, asked = told(workspace, "2026-06-30", TEN)
    rows = matrix_rows(facts, asked)
    assert len(rows) == 16
    (empty,) = (row for row in rows if (row["own"], row["referral"]) == ("high", "high"))
    assert (empty["consumers"], empty["own_sum"], empty["own_mean"]) == (0, 0, None)


def test_a_value_equal_to_a_fixed_cut_stays_below_it(workspace):
    facts, asked = told(workspace, "2026-06-30", TEN)
    asked = type(asked)(asked.day, asked.window, asked.settings.with_values(matrix__cuts={"own": [40, 70.5]}))
    own = [(row["own"], row["consumers"]) for row in matrix_rows(facts, asked) if row["referral"] == "none"]
    assert own == [("none", 0), ("low", 3), ("mid", 3), ("high", 3)]


def test_somebody_in_f_without_any_value_stands_in_the_first_cell(workspace):
    facts, asked = told(workspace, "2026-06-30", {**TEN, "relations": [fan(77)]})
    assert cells(matrix_rows(facts, asked))["none", "none"] == 1


def test_falling_amounts_are_refused(tmp_path):
    path = tmp_path / "siyu.toml"
    path.write_text("[matrix]\ncuts = {own = [5000, 1000]}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="two rising amounts"):
        settings.read(path)
