"""AIPL: awareness, interest, purchase, loyalty — the state of each consumer as of some days (metrics.md section 4)."""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.spans import MOST_BITS, holds
from siyu.store.tables import PURCHASE, RELATION_SPAN

STATES = ("A", "I", "P", "L")
AWARE, INTERESTED, BUYER, LOYAL = 1, 2, 3, 4
RECENT_DAYS = 15
LOYAL_DAYS = 365
PURCHASE_DAYS = 913
AWARE_EVENTS = ("impression", "click", "view", "visit", "enter", "open", "watch")
INTEREST_EVENTS = ("brand_search", "interact", "add_to_cart", "favorite", "claim_sample")
#: Two days of these make interest.
RETURN_EVENTS = ("visit", "enter", "open", "view")
INTEREST_RELATIONS = ("member", "offline_member", "fan")


def aipl(facts: Facts, asked: Mapping[str, Asked]) -> ir.Table:
    """The highest state of each consumer as of several days at once: consumer_id and a level (0 = none, 1 = A to 4 = L)
    for each question, under its name.
    """
    every = ibis.union(*(source(facts, asked) for source in (_acting, _related, _buying, _praising)))
    return every.group_by("consumer_id").aggregate(**{name: every[name].max() for name in asked})


def _acting(facts: Facts, asked: Mapping[str, Asked]) -> ir.Table:
    """Aware, or interested: by what they did, or by coming on two days. Marks are put together by identifier before
    identifiers become consumers.
    """
    marks = Marks(asked)
    events = facts.known_events((marks.first, marks.last))
    recent = events.filter(events.name.isin((*AWARE_EVENTS, *INTEREST_EVENTS)))
    each = recent.mutate(mark=marks.of(recent)).group_by("identifier_id").aggregate(mark=_.mark.bit_or())
    known = each.join(facts.identity(), "identifier_id")
    acting = known.group_by("consumer_id").aggregate(mark=known.mark.bit_or())
    return acting.select("consumer_id", **_levels({name: marks.level(acting.mark, name) for name in asked}))


class Marks:
    """What a consumer did lately as one number, so that one pass over the events answers for several days: a bit for
    each day of coming, then two for each question: for any act in its window and for an act of interest.
    """

    def __init__(self, asked: Mapping[str, Asked]) -> None:
        self.first, self.last = _span(asked, RECENT_DAYS)
        self._windows = {name: one.last_days(RECENT_DAYS) for name, one in asked.items()}
        days = self.last - self.first + 1
        assert days + 2 * len(asked) <= MOST_BITS, f"{days} days and {len(asked)} questions need too many bits"
        self._any = {name: 1 << days + 2 * place for place, name in enumerate(asked)}

    def of(self, events: ir.Table) -> ir.IntegerValue:
        """The mark of each event."""
        day = (ibis.literal(2.0) ** (events.occurred_day - self.first)).cast("int64")  # engines shift 32 bits only
        came = events.name.isin(RETURN_EVENTS).ifelse(day, 0)
        interested = events.name.isin(INTEREST_EVENTS)
        acts = (
            events.occurred_day.between(*window).ifelse(interested.ifelse(3 * self._any[name], self._any[name]), 0)
            for name, window in self._windows.items()
        )
        return functools.reduce(operator.add, acts, came).cast("int64")

    def level(self, mark: ir.IntegerValue, name: str) -> ir.IntegerValue:
        """The level that the marks of a consumer, put together, give in answer to a question."""
        first, last = (day - self.first for day in self._windows[name])
        came = mark & ((1 << last + 1) - (1 << first))
        returned = (came & (came - 1)) != 0  # more than one bit is set
        interested = (mark & (2 * self._any[name])) != 0
        return ibis.cases(((mark & self._any[name]) == 0, 0), (interested | returned, INTERESTED), else_=AWARE)


def _related(facts: Facts, asked: Mapping[str, Asked]) -> ir.Table:
    span = RELATION_SPAN.expr()
    held = {name: holds(span, one.day) for name, one in asked.items()}
    rows = span.filter(span.relation_type.isin(INTEREST_RELATIONS), functools.reduce(operator.or_, held.values()))
    return rows.select("consumer_id", **_levels({name: now.ifelse(INTERESTED, 0) for name, now in held.items()}))


def _buying(facts: Facts, asked: Mapping[str, Asked]) -> ir.Table:
    """Buyers; loyal with occasions on two days of the last year."""
    purchase = PURCHASE.expr()
    first, last = _span(asked, PURCHASE_DAYS)
    paid = purchase.filter(purchase.consumer_id.notnull() & purchase.paid_day.between(first, last))
    each = paid.group_by("consumer_id").aggregate(
        **{f"{name}_{part}": day for name, one in asked.items() for part, day in _occasions(paid, one).items()}
    )
    levels = {}
    for name in asked:
        loyal = (each[f"{name}_first"] < each[f"{name}_last"]).fill_null(False)
        levels[name] = ibis.cases((each[f"{name}_last"].isnull(), 0), (loyal, LOYAL), else_=BUYER)
    return each.select("consumer_id", **_levels(levels))


def _occasions(paid: ir.Table, asked: Asked) -> dict[str, ir.Value]:
    """The last day of what each consumer bought that holds, and the first one in the last year."""
    stands = (paid.void_day > asked.day) & paid.paid_day.between(*asked.last_days(PURCHASE_DAYS))
    lately = stands & (paid.paid_day >= asked.last_days(LOYAL_DAYS)[0])
    return {"last": paid.paid_day.max(where=stands), "first": paid.paid_day.min(where=lately)}


def _praising(facts: Facts, asked: Mapping[str, Asked]) -> ir.Table:
    contents = facts.of_persons("contents", "occurred_day", "positive")
    rows = contents.filter(contents.positive.fill_null(False))
    praised = {name: rows.occurred_day.between(*one.last_days(LOYAL_DAYS)) for name, one in asked.items()}
    return rows.select("consumer_id", **_levels({name: now.ifelse(LOYAL, 0) for name, now in praised.items()}))


def _span(asked: Mapping[str, Asked], days: int) -> tuple[int, int]:
    """First and last of the days that windows of so many days see."""
    return min(one.last_days(days)[0] for one in asked.values()), max(one.day for one in asked.values())


def _levels(levels: Mapping[str, ir.Value]) -> dict[str, ir.Value]:
    return {name: level.cast("int64") for name, level in levels.items()}
