"""The league: without dimensions the document itself, with them a consumer in every place they belong to."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.time import day_of
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.measure import measure
from siyu.measures.topics.league import LEAGUE, league_counts
from tests.breadth import wide
from tests.measures.random_brand import AS_OF
from tests.measures.test_parity import NOW, brand_in
from tests.measures.topics.told import event, order, relation, values
from tests.measures.worked import CASES
from tests.plain import load_plain


def in_document(document: dict) -> dict:
    """The league's counts as the measure document has them."""
    f, a, t, s = (document["fast_plus"][name] for name in ("F", "A", "T", "S"))
    return {
        "gross": f["relation_gross"], "in_f": f["sustainable_relationships"], "pushable": f["pushable"],
        "base": a["base"], "eligible": a["eligible"], "deepened": a["deepened"],
        "own_value": s["own_total"], "visitors": t["visitors"], "progressed": t["progressed"],
    }  # fmt: skip


def in_league(workspace, as_of: dt.date, window: int) -> dict:
    asked = Asked(day_of(as_of), window, workspace.settings)
    found = workspace.warehouse.row(league_counts(Facts(workspace.warehouse), asked, ()))
    return {name: found[name] for name in found if name != "buyers"}


@pytest.mark.parametrize("seed", wide(range(20, 26), always=1))
def test_the_league_of_no_dimension_is_the_document_of_a_random_brand(tmp_path, seed):
    as_of, window = AS_OF[seed % len(AS_OF)], (30, 7, 90)[seed % 3]
    with brand_in(tmp_path / "brand", seed) as workspace:
        document = measure(workspace, as_of=as_of, window=window, now=NOW)
        assert in_league(workspace, as_of, window) == in_document(document)


@pytest.mark.parametrize(("brand", "day", "window"), wide(CASES, always=1))
def test_the_league_of_no_dimension_is_the_document_of_a_worked_brand(workspace, shared, brand, day, window):
    load_plain(workspace, shared / "oracles" / brand)
    as_of = dt.date.fromisoformat(day)
    document = measure(workspace, as_of=as_of, window=window, now=NOW)
    assert in_league(workspace, as_of, window) == in_document(document)


#: Lin is a fan of both stores and bought at the second; Wei followed the first in June and bought nothing.
STORES = {
    "relations": [
        relation("lin", "fan", "2026-01-01", store="s1"),
        relation("lin", "fan", "2026-02-01", store="s2", touchpoint="door"),
        relation("wei", "fan", "2026-06-10 12:30:00", store="s1"),
    ],
    "events": [
        event("wei", "visit", "2026-06-10", store="s1", touchpoint="door"),
        event("lin", "visit", "2026-06-11", store="s1", touchpoint="door"),
    ],
    "orders": [order(1, "lin", "2026-05-01", "80", store="s2")],
}


def test_a_consumer_counts_in_every_store_in_which_they_hold_a_relation(workspace):
    found = values(workspace, STORES, LEAGUE, ("store",))
    assert {store: row["F"] for (store,), row in found.items()} == {"s1": 2, "s2": 1}


def test_a_purchase_counts_where_it_was_made_and_an_entry_where_it_happened(workspace):
    found = values(workspace, STORES, LEAGUE, ("store",))
    assert [found[store,]["S"] for store in ("s1", "s2")] == [0, 8000]
    assert [found[store,]["T"] for store in ("s1", "s2")] == [0.5, None]


def test_who_climbs_counts_in_the_places_held_when_the_period_opened(workspace):
    brand = STORES | {"members": [{"joined_at": "2026-06-20 12:00:00", "store": "s3", "id.customer": "lin"}]}
    found = values(workspace, brand, LEAGUE, ("store",))
    assert {store: row["A"] for (store,), row in found.items()} == {"s1": 1.0, "s2": 1.0, "s3": None}


def test_two_dimensions_drill_down(workspace):
    brand = {"relations": [relation("lin", "fan", "2026-01-01", platform="tmall", store="s1"),
                           relation("lin", "fan", "2026-01-02", platform="jd", store="s1")]}  # fmt: skip
    found = values(workspace, brand, LEAGUE, ("platform", "store"))
    assert {place: row["F"] for place, row in found.items()} == {("tmall", "s1"): 1, ("jd", "s1"): 1}


@pytest.mark.parametrize(("cities", "places"), [((), {""}), (("hz",), {"hz"}), (("hz", "sh"), {"hz", "sh"})])
def test_a_consumers_cities_are_those_the_member_list_states(workspace, cities, places):
    ids = ({"id.customer": "lin"}, {"id.phone": "13800000001"})
    listed = [{"city": city, **own} for city, own in zip(cities, ids)]
    fan = relation("lin", "fan", "2026-01-01") | {"id.phone": "13800000001"}
    found = values(workspace, {"relations": [fan], "members": listed}, LEAGUE, ("city",))
    assert {city: row["F"] for (city,), row in found.items()} == dict.fromkeys(places, 1)
