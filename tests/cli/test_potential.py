"""`siyu potential` as a person runs it, on a brand of orders with lines."""

from __future__ import annotations

import pytest

from siyu.store.workspace import open_workspace
from tests.measures.random_brand import random_brand
from tests.plain import load_plain


@pytest.fixture(scope="module")
def sold(siyu, tmp_path_factory):
    """A workspace that holds a random brand."""
    directory = tmp_path_factory.mktemp("sold") / "brand"
    assert siyu("init", directory).code == 0
    with open_workspace(directory) as workspace:
        load_plain(workspace, random_brand(3, consumers=150))
    return directory


@pytest.mark.slow
def test_json_carries_the_list_its_model_and_its_back_test(siyu, sold):
    found = siyu("potential", "--category", "cream", "--top", "7", "--as-of", "2026-06-30", "--json", "-C", sold).json
    assert [row["rank"] for row in found["list"]] == list(range(1, 8))
    assert all(isinstance(row["consumer_id"], str) for row in found["list"])
    assert found["model"]["converged"]
    assert found["refused_personalization"] > 0
    assert {100, 1000} < {row["k"] for row in found["backtest"]["precision"]}


def test_nothing_personal_is_printed(siyu, sold):
    ran = siyu("potential", "--category", "cream", "--as-of", "2026-06-30", "--json", "-C", sold)
    assert not any(mark in ran.out for mark in ("@", "+86", "1390000"))


def test_people_see_the_list_how_it_did_before_and_what_it_is_not(siyu, sold):
    ran = siyu("potential", "--category", "cream", "--as-of", "2026-06-30", "-C", sold)
    assert ran.code == 0
    assert all(word in ran.out for word in ("by recency", "at random", "control group", "refused"))


@pytest.mark.parametrize(("category", "word"), [("creme", "Did you mean 'cream'"), ("cream", "--top 100")])
def test_a_wrong_word_is_refused_with_the_way_out(siyu, sold, category, word):
    ran = siyu("potential", "--category", category, "--top", "0" if category == "cream" else "5", "-C", sold)
    assert ran.code == 2
    assert word in ran.err


def test_a_brand_without_lines_is_told_what_to_load(siyu, brand):
    ran = siyu("potential", "--category", "cream", "--as-of", "2026-06-30", "-C", brand)
    assert ran.code == 2
    assert "Load order lines" in ran.err
