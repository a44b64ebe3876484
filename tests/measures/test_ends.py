"""Ends told apart from their starts: whatever the order, and however often they come, relations end when they did."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from siyu.core.time import HOUR, OPEN_AT, instant_of
from siyu.identity.reach import relations_held
from siyu.measures.facts import Facts
from siyu.measures.relations import relation_spans
from tests.plain import load_plain

BEGIN = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
GUIDES = ("anna", "bert")
PEOPLE = "123456"
Row = dict[str, str]


def at(hours: int) -> str:
    return (BEGIN + dt.timedelta(hours=hours)).isoformat()


def add(who: str, hours: int, guide: str = "anna") -> Row:
    return {"relation_type": "dedicated_service", "guide": guide, "started_at": at(hours), "id.unionid": who}


def delete(who: str, hours: int, guide: str = "") -> Row:
    named = {"id.external_userid": f"w{who}"}
    return {"relation_type": "dedicated_service", "guide": guide, "ended_at": at(hours), **named}


def both(who: str) -> Row:
    """A record that shows both names of a person."""
    return {"id.unionid": who, "id.external_userid": f"w{who}"}


def told(workspace, starts: list[Row], ends: list[Row], people: str = "1") -> list[tuple[int, int | None]]:
    """(first hour, last hour; None = still held) of all relation spans, in order, once these rows are loaded too."""
    load_plain(workspace, {"relations": starts, "relation_ends": ends, "members": [both(who) for who in people]})
    rows = workspace.warehouse.rows(relation_spans(Facts(workspace.warehouse)))
    return sorted(((hour(row["valid_from"]), hour(row["valid_to"])) for row in rows), key=repr)


def hour(instant: int) -> int | None:
    return None if instant == OPEN_AT else (instant - instant_of(BEGIN)) // HOUR


def test_an_end_by_another_name_of_the_person_closes_what_began_before_it(workspace):
    assert told(workspace, [add("1", 1)], [delete("1", 5)]) == [(1, 5)]


def test_an_end_that_came_before_its_start_closes_it_as_well(workspace):
    assert told(workspace, [], [delete("1", 5)]) == []
    assert told(workspace, [add("1", 1)], []) == [(1, 5)]


def test_who_is_added_again_holds_a_second_relation(workspace):
    assert told(workspace, [add("1", 1), add("1", 7)], [delete("1", 5)]) == [(1, 5), (7, None)]


def test_the_first_end_after_a_start_counts_also_before_a_later_end_of_its_own(workspace):
    rows = [{**add("1", 1), "ended_at": at(8)}, {**add("2", 1), "ended_at": at(2)}]
    assert told(workspace, rows, [delete("1", 6), delete("1", 4), delete("2", 4)], "12") == [(1, 2), (1, 4)]


def test_an_end_at_the_instant_of_a_start_is_not_its_own(workspace):
    assert told(workspace, [add("1", 1), add("1", 5)], [delete("1", 5)]) == [(1, None)]


def test_an_end_with_one_guide_leaves_the_others_and_one_of_another_type_all(workspace):
    ends = [delete("1", 5, "bert"), {**delete("1", 6), "relation_type": "fan"}]
    assert told(workspace, [add("1", 1), add("1", 9, "bert")], ends) == [(1, None)]
    assert told(workspace, [], [delete("1", 12, "anna")]) == [(1, None)]
    assert told(workspace, [], [delete("1", 13, "bert")]) == [(1, 13)]


def test_nobody_holds_what_has_ended_when_consent_is_declared(workspace):
    told(workspace, [add("1", 1), add("2", 1)], [delete("1", 5)], "12")
    held = [workspace.warehouse.count(relations_held(workspace, instant_of(BEGIN + dt.timedelta(hours=h))))
            for h in (4, 6)]  # fmt: skip
    assert held == [2, 1]


def history(dice: random.Random) -> tuple[list[Row], list[Row], list[tuple[int, int | None]]]:
    """Starts and ends of a few people, each guide's at hours of their own, and the spans they make, worked out one by
    one. (Two guides at one instant would be one record: the later corrects the earlier.)"""
    starts, ends, expected = [], [], []
    for who in PEOPLE:
        events = [(2 * dice.randrange(10) + turn, GUIDES[turn], dice.random() < 0.5)
                  for turn in dice.choices((0, 1), k=8)]  # fmt: skip
        starts += [add(who, hour, guide) for hour, guide, begins in events if begins]
        ends += [delete(who, hour, guide) for hour, guide, begins in events if not begins]
        expected += united([(hour, min((end for end, whose, opens in events if not opens and whose == guide
                                        and end > hour), default=None)) for hour, guide, begins in events if begins])
    return starts, ends, sorted(expected, key=repr)


def united(intervals: list[tuple[int, int | None]]) -> list[tuple[int, int | None]]:
    """The hours in which any of the intervals holds, as stretches."""
    hours = [h for h in range(25) if any(a <= h < (25 if b is None else b) for a, b in intervals)]
    begins = [h for h in hours if h - 1 not in hours]
    return [(a, None if b == 25 else b) for a in begins for b in [next(h for h in range(a, 26) if h not in hours)]]


@pytest.mark.parametrize("seed", range(3))
def test_any_order_with_repetitions_gives_the_same_relations(workspace, seed):
    dice = random.Random(seed)
    starts, ends, expected = history(dice)
    rows = [("relations", row) for row in starts] + [("relation_ends", row) for row in ends]
    dealt = dice.sample(rows, len(rows)) + dice.choices(rows, k=6)
    for part in (dealt[:15], dealt[15:]):
        load_plain(workspace, {kind: [row for of, row in part if of == kind] for kind, _ in part})
    assert told(workspace, [], [], PEOPLE) == expected
