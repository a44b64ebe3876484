"""Spans on random brands: they say of every instant what the SQL reference says, never overlap, and F and A add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from siyu.core.kinds import ROLES
from siyu.core.time import DAY
from siyu.measures import build
from siyu.measures.measure import measure
from siyu.store.workspace import Workspace
from tests.breadth import wide
from tests.measures.random_brand import AS_OF
from tests.measures.reference import cursor_of, states
from tests.measures.test_parity import NOW, brand_in

#: Settings that shape spans, away from their defaults; the first is the default, the last ends windows in years that
#: no calendar knows.
SHAPES: list[dict[str, Any]] = [
    {}, {"roles__purchase_window_days": 730, "roles__spreading_days": 30, "roles__spreading_grace_days": 1},
    {"roles__spreading_grace_days": 0, "roles__spreading_contents": 1, "roles__purchase_window_days": 30},
    {"roles__spreading_days": 19_500, "roles__purchase_window_days": 90_000, "roles__spreading_grace_days": 90_000},
]  # fmt: skip
#: What each span table holds, by its keys, and where the reference keeps the same for every instant asked.
SPANS = {
    "relation_span": ("relation_type, touchpoint", "held"),
    "reach_span": ("channel", "open_channel"),
    "role_span": ("role, rank", "state"),
}
INSTANTS = """
    SELECT a.consumer_id, a.moment, {what} FROM ask a JOIN main_{span} s
    ON s.consumer_id = a.consumer_id AND s.valid_from < a.moment AND a.moment <= s.valid_to"""
PURCHASES = """
    SELECT a.consumer_id, a.moment, p.fact_id FROM ask a JOIN main_purchase p
    ON p.consumer_id = a.consumer_id AND p.paid_at < a.moment AND a.moment <= p.void_at"""


@pytest.fixture(scope="module", params=wide(range(len(SHAPES)), always=2))
def built(request, tmp_path_factory) -> Iterator[Workspace]:
    """A random brand with its spans, under each shape of settings."""
    folder: Path = tmp_path_factory.mktemp("spans") / "brand"
    with brand_in(folder, 200 + request.param, **SHAPES[request.param]) as workspace:
        build.refresh(workspace)
        yield workspace


@pytest.fixture(scope="module")
def known(built):
    """The reference's state of everybody around every change."""
    with states(cursor_of(built), built.settings) as own:
        yield own


def test_the_random_brands_know_every_rung(known):
    ((rungs, asked),) = rows(known, "SELECT count(DISTINCT rank), count(*) FROM state")
    assert (rungs, asked > 1000) == (5, True)


def rows(own, query: str) -> list[tuple]:
    return own.execute(query).fetchall()


@pytest.mark.parametrize("span", SPANS)
def test_spans_say_of_every_instant_what_the_reference_says(known, span):
    what, where = SPANS[span]
    within = f"moment < {build.LAST_DAY * DAY}"
    by_span = f"{INSTANTS.format(what=what, span=span)} WHERE {within}"
    by_state = f"SELECT consumer_id, moment, {what} FROM {where} WHERE {within}"
    by_state += " AND role IS NOT NULL" * (where == "state")
    assert rows(known, f"({by_span}) EXCEPT ALL ({by_state})") == []
    assert rows(known, f"({by_state}) EXCEPT ALL ({by_span})") == []


def test_purchases_stand_when_the_reference_says(known):
    wanted = "SELECT consumer_id, moment, fact_id FROM bought"
    assert rows(known, f"({PURCHASES}) EXCEPT ALL ({wanted})") == []
    assert rows(known, f"({wanted}) EXCEPT ALL ({PURCHASES})") == []


def test_valid_referrals_are_those_of_the_reference(known):
    found = rows(known, "SELECT inviter_id, invitee_id, occurred_at, occurred_day FROM main_valid_referral")
    assert sorted(found) == sorted(rows(known, "SELECT inviter, invitee, moment, day FROM valid_referral"))


@pytest.mark.parametrize(("span", "key"), [("relation_span", ", relation_type, touchpoint"),
                                           ("reach_span", ", channel"), ("role_span", "")])  # fmt: skip
def test_spans_of_one_consumer_do_not_overlap(known, span, key):
    following = f"lead(valid_from) OVER (PARTITION BY consumer_id{key} ORDER BY valid_from)"
    wrong = f"SELECT * FROM main_{span} QUALIFY valid_from >= valid_to OR {following} < valid_to"
    assert rows(known, wrong) == []


@pytest.mark.parametrize(("span", "key"), [("relation_span", ", relation_type, touchpoint"), ("role_span", ", role")])
def test_spans_are_as_long_as_they_can_be(known, span, key):
    following = f"lead(valid_from) OVER (PARTITION BY consumer_id{key} ORDER BY valid_from)"
    assert rows(known, f"SELECT * FROM main_{span} QUALIFY {following} = valid_to") == []


@pytest.mark.parametrize("span", SPANS)
def test_days_of_spans_are_those_of_their_instants(known, span):
    wrong = f"""
        SELECT valid_from, from_day, valid_to, to_day FROM main_{span}
        WHERE from_day <> local_day(valid_from)
           OR to_day <> CASE WHEN valid_to = {2**62} THEN {2**30} ELSE local_day(valid_to) END"""
    assert rows(known, wrong) == []


@pytest.fixture(scope="module")
def month(built) -> tuple[dict, dict]:
    """FAST+ at the two ends of thirty days."""
    closing, opening = AS_OF[0], AS_OF[0] - dt.timedelta(days=30)
    return tuple(measure(built, as_of=day, window=30, now=NOW)["fast_plus"] for day in (opening, closing))


def test_sustainable_relationships_grow_by_the_new_less_the_lost(month):
    opening, closing = (fast_plus["F"] for fast_plus in month)
    growth = closing["sustainable_relationships"] - opening["sustainable_relationships"]
    assert growth == closing["new"] - closing["lost"]


def test_who_rose_stayed_fell_and_left_are_the_opening_base(month):
    opening, a = month[0]["F"], month[1]["A"]
    left = sum(move["consumers"] for move in a["transitions"] if move["to"] is None)
    moves = [(ROLES.index(m["to"]) - ROLES.index(m["from"]), m["consumers"]) for m in a["transitions"] if m["to"]]
    up, same, down = (sum(n for step, n in moves if (step > 0) - (step < 0) == sign) for sign in (1, 0, -1))
    assert up + same + down + left == a["base"] == opening["sustainable_relationships"]
    fallen, gone = (round(a[rate] * a["base"]) for rate in ("shallowing_rate", "relation_churn_rate"))
    assert (up, down, left) == (a["deepened"], fallen, gone)
