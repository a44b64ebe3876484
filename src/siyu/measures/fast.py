"""FAST over AIPL: fertility, advancing, superiority, thriving: what FAST+ upgrades (definitions.md section 4.2)."""

from __future__ import annotations

from collections.abc import Callable

import ibis.expr.types as ir

from siyu.core.kinds import MEMBER_RELATIONS
from siyu.measures.activity import ACTIVITY_DAYS
from siyu.measures.aipl import STATES, Marks, aipl
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import relations_held
from siyu.measures.ratio import ratio

#: FAST-A always looks back a week.
ADVANCING_DAYS = 7
THRIVING_DAYS = (30, ACTIVITY_DAYS)


def marks_of(asked: Asked) -> Marks:
    """The marks of AIPL that `fast` goes by."""
    return Marks({"before": asked.on(asked.day - ADVANCING_DAYS), "now": asked})


def fast(facts: Facts, asked: Asked, active: ir.Table, buyers: ir.Table) -> dict:
    """The `fast` part of the document. `active` (`activity`) and `buyers` (with `marks_of` the question) as of the
    day.
    """
    warehouse = facts.warehouse
    states = aipl(facts, marks_of(asked), buyers)
    moves = warehouse.rows(states.group_by("before", "now").aggregate(consumers=states.count()))
    start = _sums(moves, lambda move: move["before"])
    end = _sums(moves, lambda move: move["now"])
    advanced = sum(move["consumers"] for move in moves if 0 < move["before"] < move["now"])
    members = warehouse.scratch("active_member", active_members(asked.day))
    count = warehouse.count(members)
    last = warehouse.rows(_last_acts(asked, members, active, buyers))
    thriving = {days: sum(row["consumers"] for row in last if row["day"] > asked.day - days) for days in THRIVING_DAYS}
    return {
        "fertility": sum(end.values()),
        "advancing": ratio(advanced, sum(start.values())),
        "advancing_eligible": ratio(advanced, sum(n for level, n in start.items() if level < len(STATES))),
        "superiority": count,
        "thriving_30d": ratio(thriving[30], count),
        "thriving_180d": ratio(thriving[180], count),
        "aipl": {name: end.get(level, 0) for level, name in enumerate(STATES, start=1)},
    }


def active_members(day: int) -> ir.Table:
    """Consumers who hold a membership as of a day (consumer_id)."""
    held = relations_held(day)
    return held.filter(held.relation_type.isin(MEMBER_RELATIONS)).select("consumer_id").distinct()


def _sums(moves: list[dict], level_of: Callable[[dict], int]) -> dict[int, int]:
    """Consumers by a level, without those who have none."""
    sums: dict[int, int] = {}
    for move in moves:
        sums[level_of(move)] = sums.get(level_of(move), 0) + move["consumers"]
    return {level: consumers for level, consumers in sums.items() if level > 0}


def _last_acts(asked: Asked, members: ir.Table, active: ir.Table, buyers: ir.Table) -> ir.Table:
    """How many members last did something with the brand (an act of interest, a benefit, a purchase) on each of the
    last days: day, consumers.
    """
    paid = buyers.filter(buyers.last_day >= asked.last_days(max(THRIVING_DAYS))[0])
    did = active.filter(active.thriving_day.notnull())
    acts = did.select("consumer_id", day="thriving_day").union(paid.select("consumer_id", day="last_day"))
    of_members = acts.semi_join(members, "consumer_id")
    newest = of_members.group_by("consumer_id").aggregate(day=of_members.day.max())
    return newest.group_by("day").aggregate(consumers=newest.count())
