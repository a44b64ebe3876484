"""Daily flows equal their SQL definition on random brands."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.settings import defaults
from siyu.core.time import day_of
from siyu.measures import build
from siyu.measures.diagnosis.flows import arrivals, by_day, figures, promotion_days
from siyu.measures.facts import Facts
from siyu.store import workspace as workspaces
from tests.breadth import wide
from tests.measures.random_brand import AS_OF, random_brand, zone_of
from tests.measures.reference import cursor_of
from tests.measures.reference.diagnosis import flows
from tests.plain import load_plain

NOW = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
WINDOW = 400


@pytest.mark.parametrize("seed", wide(range(3), always=1))
def test_flows_equal_the_sql_reference(tmp_path, seed):
    as_of = AS_OF[seed]
    last = day_of(as_of)
    first = last - WINDOW + 1
    with workspaces.create(tmp_path / "brand", defaults().with_values(brand__zone=zone_of(seed))) as workspace:
        load_plain(workspace, random_brand(seed, consumers=40), now=NOW)
        build.refresh(workspace)
        facts = Facts(workspace.warehouse)
        came, daily = flows(cursor_of(workspace), workspace.settings, as_of, WINDOW)
        found = workspace.warehouse.rows(arrivals(facts, first, last))
        key = ("kind", "source", "platform", "day", "n")
        assert sorted(tuple(r[k] for k in key) for r in found) == sorted(tuple(r[k] for k in key) for r in came)
        counted = workspace.warehouse.rows(figures(facts, first, last))
        wanted = {(r["figure"], r["day"], r["n"]) for r in daily if first <= r["day"] <= last and r["n"]}
        assert {(r["figure"], r["day"], r["n"]) for r in counted if r["n"]} == wanted


def test_days_without_rows_count_zero():
    assert by_day([{"day": 11, "n": 2}, {"day": 11, "n": 1}], 10, 12).tolist() == [0, 3, 0]


def test_promotion_days_include_both_ends(workspace):
    load_plain(workspace, {"promotions": [{"promotion": "618", "starts_on": "2026-06-17", "ends_on": "2026-06-18"}]})
    assert promotion_days(Facts(workspace.warehouse)) == {day_of(dt.date(2026, 6, d)) for d in (17, 18)}
