"""Whom each sub-scenario concerns equals the SQL definition on random brands, and means what it says."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.settings import defaults
from siyu.core.time import day_of
from siyu.measures import build
from siyu.measures.asked import Asked
from siyu.measures.diagnosis.campaigns import CAMPAIGNS
from siyu.measures.diagnosis.people import settled_unpurchased
from siyu.measures.facts import Facts
from siyu.store import workspace as workspaces
from tests.breadth import wide
from tests.measures.random_brand import AS_OF, random_brand, zone_of
from tests.measures.reference import cursor_of
from tests.measures.reference.diagnosis import people
from tests.plain import load_plain

NOW = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
WHO = {a.code: a.who for c in CAMPAIGNS for s in c.scenarios for a in s.actions if a.who}
#: Has no SQL definition that asks only for the day: see the test by hand.
BY_HAND = "settled_unpurchased"


def ids(workspace, expression) -> list[int]:
    return [row["consumer_id"] for row in workspace.warehouse.rows(expression.select("consumer_id"))]


@pytest.mark.parametrize("seed", wide(range(6), always=2))
def test_people_equal_the_sql_reference(tmp_path, seed):
    as_of, window = AS_OF[seed % len(AS_OF)], (30, 90)[seed % 2]
    with workspaces.create(tmp_path / "brand", defaults().with_values(brand__zone=zone_of(seed))) as workspace:
        load_plain(workspace, random_brand(seed, consumers=80), now=NOW)
        build.refresh(workspace)
        asked, facts = Asked(day_of(as_of), window, workspace.settings), Facts(workspace.warehouse)
        wanted = people(cursor_of(workspace), workspace.settings, as_of, window)
        for code, who in WHO.items():
            if code != BY_HAND:
                found = ids(workspace, who(facts, asked))
                assert len(found) == len(set(found)), code
                assert set(found) == wanted.get(code, set()), code


def test_a_member_waits_for_a_first_purchase_from_the_thirtieth_day(workspace):
    load_plain(workspace, {"members": [
        {"joined_at": "2026-05-31 12:00", "id.phone": "13800000001"},
        {"joined_at": "2026-06-01 12:00", "id.phone": "13800000002"}]})  # fmt: skip
    build.refresh(workspace)
    asked = Asked(day_of(dt.date(2026, 6, 30)), 30, workspace.settings)
    assert len(ids(workspace, settled_unpurchased(Facts(workspace.warehouse), asked))) == 1
