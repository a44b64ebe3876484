"""Groups equal their SQL definition; decompositions begin and end at the figures of the document, and sum exactly."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from siyu.core.settings import defaults
from siyu.core.time import day_of
from siyu.measures import build
from siyu.measures.asked import Asked
from siyu.measures.diagnosis.decomposition import decompositions, revenue_groups, step_groups, value_groups
from siyu.measures.diagnosis.shapley import FACTORS
from siyu.measures.facts import Facts
from siyu.measures.measure import measure
from siyu.store import workspace as workspaces
from tests.breadth import wide
from tests.measures.random_brand import AS_OF, random_brand, zone_of
from tests.measures.reference import cursor_of
from tests.measures.reference.diagnosis import groups
from tests.plain import load_plain

NOW = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
DAY = dt.date(2026, 6, 30)


def rows(found: list[dict]) -> list[tuple]:
    return sorted((r["group"], r["people"], r["active"], r["amount"]) for r in found)


@pytest.mark.parametrize("seed", wide(range(6), always=1))
def test_groups_equal_the_sql_reference(tmp_path, seed):
    as_of, window = AS_OF[seed % len(AS_OF)], (30, 7, 90, 1)[(seed + seed // 4) % 4]
    with workspaces.create(tmp_path / "brand", defaults().with_values(brand__zone=zone_of(seed))) as workspace:
        load_plain(workspace, random_brand(seed, consumers=50), now=NOW)
        build.refresh(workspace)
        asked, facts = Asked(day_of(as_of), window, workspace.settings), Facts(workspace.warehouse)
        wanted = groups(cursor_of(workspace), workspace.settings, as_of, window)
        assert rows(workspace.warehouse.rows(revenue_groups(asked))) == rows(wanted["revenue"])
        assert rows(workspace.warehouse.rows(value_groups(facts, asked))) == rows(wanted["value"])
        assert rows(workspace.warehouse.rows(step_groups(asked))) == rows(wanted["step"])


@pytest.fixture(scope="module")
def worked(tmp_path_factory, shared):
    with workspaces.create(tmp_path_factory.mktemp("worked") / "brand") as workspace:
        load_plain(workspace, shared / "oracles" / "brand_13")
        document = measure(workspace, as_of=DAY, window=90, now=NOW)
        before = measure(workspace, as_of=DAY - dt.timedelta(days=90), window=90, now=NOW)
        found = decompositions(Facts(workspace.warehouse), Asked(day_of(DAY), 90, workspace.settings))
    return document["fast_plus"], before["fast_plus"], {d.name: d for d in found}


def test_contributions_sum_to_the_change(worked):
    *_, found = worked
    for one in found.values():
        assert sum(part.total for part in one.parts) == one.change != 0


def test_they_begin_and_end_at_the_figures_of_the_document(worked):
    after, before, found = worked
    assert (float(found["A"].before), float(found["A"].after)) == (before["A"]["value"], after["A"]["value"])
    assert float(found["S"].after) == pytest.approx(after["S"]["clv_mean"])
    assert float(found["S"].before) == pytest.approx(before["S"]["clv_mean"])


def test_money_is_shown_in_whole_minor_units_that_sum(worked):
    shown = worked[2]["revenue"].as_json()
    assert {type(row[factor]) for row in shown["contributions"] for factor in FACTORS} == {int}
    assert sum(row["total"] for row in shown["contributions"]) == shown["change"] == sum(shown["factors"].values())


def test_the_identity_is_shown_exactly(worked):
    shown = worked[2]["A"].as_json()
    assert Fraction(shown["exact"]["sum_of_contributions"]) == Fraction(shown["exact"]["change"])
    assert sum(shown["factors"].values()) == pytest.approx(shown["change"], abs=1e-12)


def test_before_the_first_facts_it_says_why_there_is_none(workspace):
    load_plain(workspace, {"members": [{"joined_at": "2026-06-15", "id.phone": "13800000001"}]})
    build.refresh(workspace)
    found = decompositions(Facts(workspace.warehouse), Asked(day_of(DAY), 30, workspace.settings))
    reasons = {one.name: one.as_json()["reason"] for one in found}
    assert reasons["A"] == "not measurable: nobody to divide by in the period before and the period"
    assert reasons["S"] == "not measurable: nobody to divide by in the period before"
    assert reasons["revenue"] == ""
