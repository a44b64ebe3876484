"""Windows: what rests on a setting names it, and no measure names one it does not rest on."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import pytest

from siyu.core.settings import defaults
from siyu.core.time import day_of
from siyu.measures import build
from siyu.measures.answer import answer
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.metric import Sheet, told_window
from siyu.measures.registry import BUILT_IN, SHEETS, TOPICS
from siyu.store.workspace import Workspace
from tests.measures.random_brand import AS_OF
from tests.measures.test_parity import brand_in

#: Settings that hold the days of a window; each is shortened to fewer days than a random brand has bought on.
SETTINGS, FEW = ("value.days", "rfm.days"), 20
#: They show the axes and cells of other measures, which name the setting.
OF_OTHERS = {"triangle.area", "people.migration", "people.movement_difference"}


@pytest.fixture(scope="module")
def brand(tmp_path_factory):
    """What a random brand's measures come to: as the settings are, and with each of SETTINGS shortened, by its name."""
    with brand_in(tmp_path_factory.mktemp("brand") / "brand", 0) as workspace:
        build.refresh(workspace)
        return answers(workspace, {}), {name: answers(workspace, {name: FEW}) for name in SETTINGS}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_measure_that_rests_on_a_setting_names_it(brand, name: str):
    usual, fewer = brand
    resting = {code for code, found in usual.items() if not same(found, fewer[name][code])}
    naming = {m.code for m in told() if m.window == name or f"`{name}`" in m.meaning}
    assert resting - OF_OTHERS == naming


def test_days_of_a_window_are_spelt_in_one_way():
    assert [m.code for m in (*told(), *BUILT_IN.figures) if re.search(r"\bd\b", m.window)] == []


def test_a_window_is_told_by_the_settings_of_the_brand():
    changed = defaults().with_values(value__days=90)
    assert [told_window(window, changed) for window in ("value.days", "rfm.days", "the period")] == [
        "90 days", "365 days", "the period",
    ]  # fmt: skip


def told() -> Iterator[Any]:
    """Every metric and every sheet."""
    yield from (metric for topic in TOPICS for metric in topic.metrics)
    yield from SHEETS


def answers(workspace: Workspace, changes: dict[str, int]) -> dict[str, Any]:
    """What every metric and sheet comes to under changed settings, by code."""
    settings = workspace.settings.with_values(**{name.replace(".", "__"): days for name, days in changes.items()})
    facts, asked = Facts(workspace.warehouse), Asked(day_of(AS_OF[0]), 30, settings)
    found: dict[str, Any] = {}
    for of in (*TOPICS, *SHEETS):
        rows = answer(facts, asked, of).rows
        workspace.warehouse.drop_scratch()
        if isinstance(of, Sheet):
            found[of.code] = rows
        else:
            found |= {metric.code: [row["values"].get(metric.code) for row in rows] for metric in of.metrics}
    return found


def same(one: Any, other: Any) -> bool:
    """Whether two answers are equal, floats but for what their order of summing changes."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9)
    return one == other
