"""Journeys, their transitions, attribution and sequences on brands whose paths can be counted on the fingers."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from siyu.core.settings import defaults
from siyu.core.time import day_of
from siyu.measures import build
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.paths.attribution import attribution_rows
from siyu.measures.paths.journeys import steps
from siyu.measures.paths.sequences import sequence_rows
from siyu.measures.paths.transitions import CONVERSION, NOTHING, START, transition_rows
from siyu.store import workspace as workspaces
from siyu.store.workspace import Workspace
from tests.breadth import wide
from tests.measures.paths.exact import chain_of_journeys, exact_effects
from tests.measures.random_brand import random_brand
from tests.plain import load_plain


def who(number: int) -> dict[str, str]:
    return {"id.phone": f"138000000{number:02d}"}


def visit(number: int, at: str, touchpoint: str) -> dict[str, str]:
    return {"occurred_at": at, "name": "visit", "touchpoint": touchpoint, **who(number)}


def order(number: int, at: str, paid: str = "10") -> dict[str, str]:
    return {"order_id": f"o{number}-{at}", "paid_at": at, "paid_amount": paid, **who(number)}


def asked_of(workspace: Workspace, events: list[dict], orders: tuple | list = (), window: int = 30):
    load_plain(workspace, {"events": events, "orders": list(orders)})
    build.refresh(workspace)
    asked = Asked(day_of(dt.date(2026, 6, 30)), window, workspace.settings)
    return Facts(workspace.warehouse), asked


def journeys_of(facts: Facts, asked: Asked) -> list[tuple[tuple[str, ...], int, int]]:
    """(touchpoints, converted, paid) of each journey."""
    found: dict[tuple, list] = {}
    for row in sorted(facts.warehouse.rows(steps(facts, asked)), key=lambda r: r["place"]):
        found.setdefault((row["consumer_id"], row["journey"], row["converted"], row["paid"]), []).append(row)
    return sorted((tuple(r["touchpoint"] for r in rows), won, paid) for (_, _, won, paid), rows in found.items())


def test_a_week_and_a_second_between_entries_make_two_journeys(workspace):
    week = [visit(1, "2026-06-02 10:00", "app"), visit(1, "2026-06-09 10:00", "shop")]
    more = [visit(2, "2026-06-02 10:00", "app"), visit(2, "2026-06-09 10:00:01", "shop")]
    found = journeys_of(*asked_of(workspace, week + more))
    assert found == [(("app",), 0, 0), (("app", "shop"), 0, 0), (("shop",), 0, 0)]


def test_a_purchase_ends_the_journey_of_the_last_entry_before_it(workspace):
    events = [visit(1, f"2026-06-0{day} 10:00", place) for day, place in ((2, "app"), (3, "shop"), (4, "app"))]
    orders = [order(1, "2026-06-03 12:00"), order(1, "2026-06-03 13:00", "5")]
    assert journeys_of(*asked_of(workspace, events, orders)) == [(("app",), 0, 0), (("app", "shop"), 1, 1500)]


def test_a_purchase_later_than_the_convert_window_ends_nothing(workspace):
    events = [visit(1, "2026-06-02 10:00", "app"), visit(1, "2026-06-04 10:00", "app")]
    assert journeys_of(*asked_of(workspace, events, [order(1, "2026-06-03 10:00:01")])) == [(("app", "app"), 0, 0)]


def test_a_touchpoint_keeps_its_own_convert_window(tmp_path):
    chosen = defaults().with_values(touchpoints__windows={"app": {"convert_days": 3}})
    with workspaces.create(tmp_path / "brand", chosen) as workspace:
        events = [visit(1, "2026-06-02 10:00", "app"), visit(2, "2026-06-02 10:00", "shop")]
        orders = [order(1, "2026-06-05 10:00"), order(2, "2026-06-05 10:00")]
        assert journeys_of(*asked_of(workspace, events, orders)) == [(("app",), 1, 1000), (("shop",), 0, 0)]


def test_of_entries_at_one_instant_the_later_name_is_the_later(workspace):
    events = [visit(1, "2026-06-02 10:00", "shop"), visit(1, "2026-06-02 10:00", "app")]
    assert journeys_of(*asked_of(workspace, events, [order(1, "2026-06-02 10:00")])) == [(("app", "shop"), 1, 1000)]


def test_a_refunded_purchase_converts_nothing(workspace):
    back = {**order(1, "2026-06-02 11:00"), "refund_amount": "10", "refunded_at": "2026-06-20"}
    assert journeys_of(*asked_of(workspace, [visit(1, "2026-06-02 10:00", "app")], [back])) == [(("app",), 0, 0)]


def test_the_matrix_counts_moves_over_a_purchase_and_the_chain_does_not(workspace):
    events = [visit(1, "2026-06-02 10:00", "app"), visit(1, "2026-06-04 10:00", "shop")]
    rows = transition_rows(*asked_of(workspace, events, [order(1, "2026-06-02 12:00")]))
    assert [(r["from_touchpoint"], r["to_touchpoint"], r["moves"], r["steps"]) for r in rows] == [
        (START, "app", 0, 1), (START, "shop", 0, 1),
        ("app", "shop", 1, 0), ("app", CONVERSION, 0, 1), ("shop", NOTHING, 0, 1),
    ]  # fmt: skip


def test_every_way_of_attribution_gives_each_journey_away_once(workspace):
    """One buys 10.00 after app-shop, one 0.01 after shop-app-app, one leaves after app."""
    events = [visit(1, "2026-06-02 10:00", "app"), visit(1, "2026-06-02 11:00", "shop"),
              visit(2, "2026-06-02 10:00", "shop"), visit(2, "2026-06-02 11:00", "app"),
              visit(2, "2026-06-02 12:00", "app"), visit(3, "2026-06-02 10:00", "app")]  # fmt: skip
    orders = [order(1, "2026-06-02 12:00"), order(2, "2026-06-02 13:00", "0.01")]
    app, shop = attribution_rows(*asked_of(workspace, events, orders))
    assert [(r["first"], r["last"], r["journeys"], r["converting"]) for r in (app, shop)] == [
        (1, 1, 3, 2),
        (1, 1, 2, 2),
    ]
    assert [app["linear"], shop["linear"]] == pytest.approx([1 / 2 + 2 / 3, 1 / 2 + 1 / 3])
    assert [app["paid_first"], app["paid_last"], app["paid_linear"]] == [1000, 1, 501]
    assert shop["paid_linear"] == 500
    assert app["markov"] + shop["markov"] == pytest.approx(2)
    assert app["paid_markov"] + shop["paid_markov"] == 1001


def test_a_sequence_counts_once_a_journey_and_is_held_against_all_journeys(workspace):
    """Two of four journeys go app-app-shop and buy, or app-app and do not; the two others enter once."""
    events = [visit(1, f"2026-06-02 {10 + i}:00", place) for i, place in enumerate(("app", "app", "app", "shop"))]
    events += [visit(2, "2026-06-02 10:00", "app"), visit(2, "2026-06-02 11:00", "app")]
    events += [visit(3, "2026-06-02 10:00", "app"), visit(4, "2026-06-02 10:00", "shop")]
    facts, asked = asked_of(workspace, events, [order(1, "2026-06-02 14:00")])
    found = [(r["first"], r["second"], r["third"], r["journeys"], r["lift"]) for r in sequence_rows(facts, asked, 1)]
    assert found == [("app", "app", "app", 1, 4), ("app", "app", "shop", 1, 4), ("app", "shop", "", 1, 4),
                     ("app", "app", "", 2, 2)]  # fmt: skip
    assert sequence_rows(facts, asked) == []


@pytest.mark.parametrize("seed", wide([11, 12], always=1))
def test_on_random_brands_credits_are_those_of_exact_fractions(workspace, seed):
    load_plain(workspace, random_brand(seed))
    build.refresh(workspace)
    facts, asked = Facts(workspace.warehouse), Asked(day_of(dt.date(2026, 6, 30)), 730, workspace.settings)
    rows = attribution_rows(facts, asked)
    journeys = journeys_of(facts, asked)
    chain = chain_of_journeys([(path, bool(won)) for path, won, _ in journeys])
    assert chain.converted > 3
    effects = exact_effects(chain)
    assert effects
    assert [row["removal_effect"] for row in rows] == pytest.approx([float(e) for e in effects], abs=1e-12)
    wanted = [float(chain.converted * e / sum(effects)) for e in effects]
    assert [row["markov"] for row in rows] == pytest.approx(wanted, abs=1e-9)
    totals = Counter[str]()
    for row in rows:
        totals.update({name: row[name] for name in row if name.startswith("paid_")})
    assert set(totals.values()) == {sum(paid for _, _, paid in journeys)}
