"""`siyu diagnose` and `siyu guarantees` as a person runs them."""

from __future__ import annotations

import pytest

from siyu.store.workspace import open_workspace
from tests.plain import load_plain


@pytest.fixture(scope="module")
def judged(siyu, shared, tmp_path_factory):
    """A worked brand with a target that T misses by far."""
    directory = tmp_path_factory.mktemp("judged") / "brand"
    assert siyu("init", directory).code == 0
    with open_workspace(directory) as opened:
        load_plain(opened, shared / "oracles" / "brand_13")
        load_plain(opened, {"targets": [{"metric": "T", "period": "2026", "value": "0.95"}]})
    return directory


def test_people_see_lights_the_campaign_of_the_weakest_and_the_identity(siyu, judged):
    ran = siyu("diagnose", "--as-of", "2026-06-30", "--window", "90", "-C", judged)
    assert ran.code == 0
    assert "target of 2026: 95.0%" in ran.out
    assert "T (weakest) -> Strengthen touchpoints 增强场域引力" in ran.out
    assert "sum = change" in ran.out
    assert "next:" in ran.err


@pytest.mark.slow
def test_json_is_one_object_with_names_in_both_languages(siyu, judged):
    found = siyu("diagnose", "--as-of", "2026-06-30", "--json", "-C", judged).json
    assert (found["as_of"], found["window_days"], found["campaign"]) == ("2026-06-30", 30, "strengthen_touchpoints")
    assert [light["name"]["zh"] for light in found["lights"]][3] == "场域引力"
    revenue, *others = found["decompositions"]
    assert (revenue["name"], *(one["name"] for one in others)) == ("revenue", "S", "A")
    assert sum(row["total"] for row in revenue["contributions"]) == revenue["change"] != 0


def test_without_facts_the_day_is_refused_with_what_to_do(siyu, brand):
    ran = siyu("diagnose", "-C", brand)
    assert ran.code == 2
    assert "no facts" in ran.err


def test_a_day_without_facts_says_why_nothing_is_measured(siyu, brand):
    ran = siyu("diagnose", "--as-of", "2026-06-30", "-C", brand)
    assert ran.code == 0
    assert "not measurable: no relations and no members" in ran.out


@pytest.mark.parametrize("wrong", [("--window", "0"), ("--as-of", "June")])
def test_a_wrong_question_is_refused(siyu, brand, wrong):
    assert siyu("diagnose", *wrong, "-C", brand).code == 2


def test_an_item_is_answered_shown_and_remembered(siyu, brand):
    said = ("guarantees", "answer", "supply.stock", "partial", "--owner", "Lin", "--due", "2020-01-01")
    assert siyu(*said, "-C", brand).code == 0
    assert siyu("guarantees", "answer", "supply.stock", "no", "--json", "-C", brand).json["overdue"] == ["supply.stock"]
    shown = siyu("guarantees", "show", "-C", brand).out
    assert "2020-01-01 (overdue)" in shown
    assert "Score 0.0%" in shown
    rows = siyu("guarantees", "history", "supply.stock", "--json", "-C", brand).json["history"]
    assert [(row["answer"], row["owner"]) for row in rows] == [("partial", "Lin"), ("no", "Lin")]


def test_the_history_is_a_score_by_day(siyu, brand):
    assert "Nothing is answered yet" in siyu("guarantees", "history", "-C", brand).out
    siyu("guarantees", "answer", "supply.stock", "yes", "-C", brand)
    (row,) = siyu("guarantees", "history", "--json", "-C", brand).json["history"]
    assert (row["score"], row["supply"]) == (1 / 20, 1 / 5)
    assert "Score by day" in siyu("guarantees", "history", "-C", brand).out


def test_an_unknown_item_is_refused_with_a_guess(siyu, brand):
    ran = siyu("guarantees", "answer", "supply.stok", "yes", "-C", brand)
    assert ran.code == 2
    assert "supply.stock" in ran.err
