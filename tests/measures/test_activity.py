"""Last acts: kept as they stand, and as true of any earlier day as if all events were read."""

from __future__ import annotations

import pytest

from siyu.core.time import date_of
from siyu.identity import resolve as identity
from siyu.identity import seen
from siyu.identity.resolve import resolve
from siyu.identity.unlink import unlink
from siyu.measures import touched
from siyu.measures.activity import ACTIVITY_DAYS, THRIVING_EVENTS, activity
from siyu.measures.asked import Asked
from siyu.measures.build import refresh
from siyu.measures.facts import Facts
from siyu.store.states import IDENTITY_PARTED
from siyu.store.tables import BY_NAME, LAST_ACT, LINK
from tests.breadth import wide
from tests.measures.random_brand import random_brand
from tests.plain import NOW, load_plain

PHONE = {"id.phone": "13800000001"}


def _by_hand(facts: Facts, asked: Asked) -> set[tuple]:
    """The last acts of the last ACTIVITY_DAYS, from every event of everybody."""
    who = {row["identifier_id"]: row["consumer_id"] for row in facts.warehouse.rows(facts.identity())}
    last: dict[int, list] = {}
    for row in facts.warehouse.rows(facts.of("events")):
        day, known = row["occurred_day"], row["identifier_id"] in who
        if known and asked.day - ACTIVITY_DAYS < day <= asked.day:
            found = last.setdefault(who[row["identifier_id"]], [day, None])
            found[0] = max(found[0], day)
            if row["name"] in THRIVING_EVENTS:
                found[1] = max(found[1] or day, day)
    return {(consumer, *days) for consumer, days in last.items()}


def _kept(workspace) -> list[list[str | None]]:
    rows = workspace.warehouse.rows(LAST_ACT.expr())
    return sorted([day and date_of(day).isoformat() for day in (r["event_day"], r["thriving_day"])] for r in rows)


def _event(number: int, at: str, name: str = "visit", **who: str) -> dict[str, str]:
    return {"event_id": str(number), "occurred_at": at, "name": name, **(who or PHONE)}


@pytest.fixture
def eager(monkeypatch):
    """Incremental however many consumers are touched, of the identity as well."""
    monkeypatch.setattr(touched, "WORTH_IT", 1.1)
    monkeypatch.setattr(identity, "WORTH_PICKING", 1.1)


@pytest.mark.parametrize("seed", wide(range(3), always=1))
def test_of_any_day_the_last_acts_are_those_of_its_events(workspace, seed):
    load_plain(workspace, random_brand(seed))
    refresh(workspace)
    facts, events = Facts(workspace.warehouse), BY_NAME["events"].expr()
    days = workspace.warehouse.row(events.aggregate(a=events.occurred_day.min(), b=events.occurred_day.max()))
    for day in range(days["a"] - 1, days["b"] + ACTIVITY_DAYS + 2, 37):
        asked = Asked(day, 30, workspace.settings)
        found = {tuple(row.values()) for row in workspace.warehouse.rows(activity(facts, asked))}
        assert found == _by_hand(facts, asked)


def test_later_events_move_the_last_act_and_late_ones_do_not(workspace, eager):
    load_plain(workspace, {"events": [_event(1, "2026-03-05"), _event(2, "2026-03-02", "favorite")]})
    refresh(workspace)
    load_plain(workspace, {"events": [_event(3, "2026-02-01", "favorite"), _event(4, "2026-03-09")]})
    assert refresh(workspace).how == "incremental"
    assert _kept(workspace) == [["2026-03-09", "2026-03-02"]]


def test_a_corrected_event_takes_its_day_back(workspace, eager):
    load_plain(workspace, {"events": [_event(1, "2026-03-05", "favorite"), _event(2, "2026-03-01")]})
    refresh(workspace)
    load_plain(workspace, {"events": [_event(1, "2026-02-01")]})
    assert refresh(workspace).how == "incremental"
    assert _kept(workspace) == [["2026-03-01", None]]


def test_two_consumers_who_turn_out_to_be_one_have_one_last_act(workspace, eager):
    other = {"id.unionid": "u1"}
    load_plain(workspace, {"events": [_event(1, "2026-03-05"), _event(2, "2026-03-07", **other)]}, identified=False)
    resolve(workspace)
    refresh(workspace)
    assert len(_kept(workspace)) == 2
    parted = workspace.operations.state(IDENTITY_PARTED)
    load_plain(workspace, {"orders": [{"order_id": "1", "paid_amount": "5", **PHONE, **other}]}, identified=False)
    resolve(workspace)
    assert refresh(workspace).how == "incremental"
    assert workspace.operations.state(IDENTITY_PARTED) == parted  # else all their events were read again
    assert _kept(workspace) == [["2026-03-07", None]]


def test_who_is_known_only_after_a_refresh_keeps_what_they_did_before_it(workspace, eager):
    load_plain(workspace, {"events": [_event(1, "2026-03-05")]}, identified=False)
    resolve(workspace)
    refresh(workspace)
    load_plain(workspace, {"events": [_event(2, "2026-03-07", **{"id.unionid": "u1"})]}, identified=False)
    refresh(workspace)
    resolve(workspace)
    assert refresh(workspace).how == "incremental"
    assert _kept(workspace) == [["2026-03-05", None], ["2026-03-07", None]]


@pytest.fixture
def one_of_two(workspace, eager):
    """A consumer of two identifiers, each with an event, whose last acts stand; and the link between them."""
    other = {"id.unionid": "u1"}
    load_plain(workspace, {"events": [_event(1, "2026-03-05"), _event(2, "2026-03-07", **other)],
                           "orders": [{"order_id": "1", "paid_amount": "5", **PHONE, **other}]}, identified=False)
    resolve(workspace)
    refresh(workspace)
    assert _kept(workspace) == [["2026-03-07", None]]
    return workspace.warehouse.row(LINK.expr())


def test_a_consumer_who_turns_out_to_be_two_leaves_each_their_own_last_act(workspace, one_of_two):
    unlink(workspace, one_of_two["a"], one_of_two["b"], "not the same person", NOW)
    resolve(workspace)
    assert refresh(workspace).how == "incremental"
    assert _kept(workspace) == [["2026-03-05", None], ["2026-03-07", None]]


def test_who_parted_is_known_after_a_resolve_that_was_cut_short(workspace, one_of_two, monkeypatch):
    unlink(workspace, one_of_two["a"], one_of_two["b"], "not the same person", NOW)
    with monkeypatch.context() as cut:
        cut.setattr(seen, "mark_seen", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            resolve(workspace)
    resolve(workspace)
    assert refresh(workspace).how == "incremental"
    assert _kept(workspace) == [["2026-03-05", None], ["2026-03-07", None]]
