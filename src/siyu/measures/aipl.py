"""AIPL: awareness, interest, purchase, loyalty, as of some days (definitions.md section 4.1)."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping

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
    marks = Marks(asked)
    marked = ibis.union(*(source(facts, marks) for source in (_acting, _related, _buying, _praising)))
    each = marked.group_by("consumer_id").aggregate(mark=marked.mark.bit_or())
    return each.select("consumer_id", **{name: marks.level(each.mark, name) for name in asked})


class Marks:
    """What is known of a consumer as one number, so that one pass answers for several days: a bit for each day of
    coming, then four for each question, of its states from A to L.
    """

    def __init__(self, asked: Mapping[str, Asked]) -> None:
        self.asked = asked
        self.first, self.last = _span(asked, RECENT_DAYS)
        days = self.last - self.first + 1
        assert days + len(STATES) * len(asked) <= MOST_BITS, f"{days} days, {len(asked)} questions: too many bits"
        self._places = {name: days + len(STATES) * place for place, name in enumerate(asked)}

    def state(self, name: str, level: int) -> int:
        """The bit of a state in answer to a question."""
        return 1 << self._places[name] + level - 1

    def where(self, level: int, held: Mapping[str, ir.BooleanValue]) -> ir.IntegerValue:
        """The mark of what gives a state in answer to the questions of which it holds."""
        return self.sum(now.ifelse(self.state(name, level), 0) for name, now in held.items())

    def came(self, events: ir.Table) -> ir.IntegerValue:
        """The mark of the day of each event that is a coming."""
        day = (ibis.literal(2.0) ** (events.occurred_day - self.first)).cast("int64")  # engines shift 32 bits only
        return events.name.isin(RETURN_EVENTS).ifelse(day, 0)

    def level(self, mark: ir.IntegerValue, name: str) -> ir.IntegerValue:
        """The level that the marks of a consumer, put together, give in answer to a question."""
        first, last = (day - self.first for day in self.asked[name].last_days(RECENT_DAYS))
        came = mark & ((1 << last + 1) - (1 << first))
        returned = (came & (came - 1)) != 0  # more than one bit is set
        aware, interested, buyer, loyal = ((mark & self.state(name, level)) != 0 for level in range(1, LOYAL + 1))
        return ibis.cases((loyal, LOYAL), (buyer, BUYER), (interested | returned, INTERESTED), (aware, AWARE), else_=0)

    @staticmethod
    def sum(marks: Iterable[ir.IntegerValue]) -> ir.IntegerValue:
        """Marks that have no bit in common, together."""
        return functools.reduce(operator.add, marks).cast("int64")


def _acting(facts: Facts, marks: Marks) -> ir.Table:
    """Aware, or interested: by what they did, or by coming on two days. Marks are put together by identifier before
    identifiers become consumers.
    """
    events = facts.known_events((marks.first, marks.last))
    recent = events.filter(events.name.isin((*AWARE_EVENTS, *INTEREST_EVENTS)))
    within = {name: recent.occurred_day.between(*one.last_days(RECENT_DAYS)) for name, one in marks.asked.items()}
    interest = {name: now & recent.name.isin(INTEREST_EVENTS) for name, now in within.items()}
    mark = marks.sum((marks.came(recent), marks.where(AWARE, within), marks.where(INTERESTED, interest)))
    each = recent.mutate(mark=mark).group_by("identifier_id").aggregate(mark=_.mark.bit_or())
    return facts.persons(each).select("consumer_id", "mark")


def _related(facts: Facts, marks: Marks) -> ir.Table:
    spans = RELATION_SPAN.expr()
    held = {name: holds(spans, one.day) for name, one in marks.asked.items()}
    rows = spans.filter(spans.relation_type.isin(INTEREST_RELATIONS), functools.reduce(operator.or_, held.values()))
    return rows.select("consumer_id", mark=marks.where(INTERESTED, held))


def _buying(facts: Facts, marks: Marks) -> ir.Table:
    """Buyers; loyal with occasions on two days of the last year."""
    purchase = PURCHASE.expr()
    first, last = _span(marks.asked, PURCHASE_DAYS)
    paid = purchase.filter(purchase.consumer_id.notnull() & purchase.paid_day.between(first, last))
    each = paid.group_by("consumer_id").aggregate(
        **{f"{name}_{part}": day for name, one in marks.asked.items() for part, day in _occasions(paid, one).items()}
    )
    bought = {name: each[f"{name}_last"].notnull() for name in marks.asked}
    again = {name: (each[f"{name}_first"] < each[f"{name}_last"]).fill_null(False) for name in marks.asked}
    return each.select("consumer_id", mark=marks.sum((marks.where(BUYER, bought), marks.where(LOYAL, again))))


def _occasions(paid: ir.Table, asked: Asked) -> dict[str, ir.Value]:
    """The last day of what each consumer bought that holds, and the first one in the last year."""
    stands = (paid.void_day > asked.day) & paid.paid_day.between(*asked.last_days(PURCHASE_DAYS))
    lately = stands & (paid.paid_day >= asked.last_days(LOYAL_DAYS)[0])
    # as cases: an aggregate with a condition of its own copies what it holds of
    last, first = (held.ifelse(paid.paid_day, ibis.null("int32")) for held in (stands, lately))
    return {"last": last.max(), "first": first.min()}


def _praising(facts: Facts, marks: Marks) -> ir.Table:
    contents = facts.of_persons("contents", "occurred_day", "positive")
    rows = contents.filter(contents.positive.fill_null(False))
    praised = {name: rows.occurred_day.between(*one.last_days(LOYAL_DAYS)) for name, one in marks.asked.items()}
    return rows.select("consumer_id", mark=marks.where(LOYAL, praised))


def _span(asked: Mapping[str, Asked], days: int) -> tuple[int, int]:
    """First and last of the days that windows of so many days see."""
    return min(one.last_days(days)[0] for one in asked.values()), max(one.day for one in asked.values())
