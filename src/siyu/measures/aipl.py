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
from siyu.store.tables import RELATION_SPAN

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


def aipl(facts: Facts, marks: Marks, buyers: ir.Table) -> ir.Table:
    """The highest state of each consumer as of several days at once: consumer_id and a level (0 = none, 1 = A to 4 = L)
    for each question that `marks` answer, under its name. `buyers` hold the marks of their purchases (`bought_mark`).
    """
    bought = buyers.filter(buyers.consumer_id.notnull()).select("consumer_id", "mark")
    marked = bought.union(*(source(facts, marks) for source in (_acting, _related, _praising)))
    each = marked.group_by("consumer_id").aggregate(mark=marked.mark.bit_or())
    return each.select("consumer_id", **{name: marks.level(each.mark, name) for name in marks.asked})


def bought_mark(purchase: ir.Table, marks: Marks) -> ir.IntegerValue:
    """The mark of a purchase: of a buyer, who is loyal with occasions on two days of the last year."""
    bought = {name: (purchase.void_day > one.day) & purchase.paid_day.between(*one.last_days(PURCHASE_DAYS))
              for name, one in marks.asked.items()}  # fmt: skip
    lately = {name: now & (purchase.paid_day >= marks.asked[name].last_days(LOYAL_DAYS)[0])
              for name, now in bought.items()}  # fmt: skip
    return marks.sum((marks.where(BUYER, bought), marks.days(purchase.paid_day, LOYAL_DAYS, lately)))


class Marks:
    """What is known of a consumer as one number, so that one pass answers for several days: for each question a bit for
    each of its states from A to L, then the days of coming, then those of buying.

    A day stands as a number and its complement, so that of several days put together some bit is set in both.
    """

    def __init__(self, asked: Mapping[str, Asked]) -> None:
        self.asked = asked
        came = len(STATES)
        bought = came + 2 * _bits(RECENT_DAYS)
        size = bought + 2 * _bits(LOYAL_DAYS)
        assert size * len(asked) <= MOST_BITS, f"{len(asked)} questions of {size} bits: too many"
        self._states = {name: size * place for place, name in enumerate(asked)}
        self._days = {(name, days): start + place for name, start in self._states.items()
                      for days, place in ((RECENT_DAYS, came), (LOYAL_DAYS, bought))}  # fmt: skip

    def where(self, level: int, held: Mapping[str, ir.BooleanValue]) -> ir.IntegerValue:
        """The mark of what gives a state in answer to the questions of which it holds."""
        return self.sum(now.ifelse(self._state(name, level), 0) for name, now in held.items())

    def days(self, day: ir.IntegerValue, days: int, held: Mapping[str, ir.BooleanValue]) -> ir.IntegerValue:
        """The mark of a day, one of the last `days`, in answer to the questions of which it holds."""
        ones = 2 ** _bits(days) - 1  # number + (ones - number) * (ones + 1) is (ones + 1 - number) * ones
        number = {name: day.cast("int64") - self.asked[name].last_days(days)[0] for name in held}
        return self.sum(now.ifelse((ones + 1 - number[name]) * (ones << self._days[name, days]), 0)
                        for name, now in held.items())  # fmt: skip

    def level(self, mark: ir.IntegerValue, name: str) -> ir.IntegerValue:
        """The level that the marks of a consumer, put together, give in answer to a question."""
        aware, interested, buyer, loyal = ((mark & self._state(name, level)) != 0 for level in range(1, LOYAL + 1))
        returned, again = (self._differ(mark, name, days) for days in (RECENT_DAYS, LOYAL_DAYS))
        return ibis.cases((loyal | again, LOYAL), (buyer, BUYER), (interested | returned, INTERESTED), (aware, AWARE),
                          else_=0)  # fmt: skip

    @staticmethod
    def sum(marks: Iterable[ir.IntegerValue]) -> ir.IntegerValue:
        """Marks that have no bit in common, together."""
        return functools.reduce(operator.add, marks).cast("int64")

    def _state(self, name: str, level: int) -> int:
        """The bit of a state in answer to a question."""
        return 1 << self._states[name] + level - 1

    def _differ(self, mark: ir.IntegerValue, name: str, days: int) -> ir.BooleanValue:
        """Whether the days that were put together are two or more."""
        ones, place = 2 ** _bits(days) - 1, self._days[name, days]
        complement = (mark & (ones << place)) * 2 ** _bits(days)
        return (mark & complement) != 0


def _acting(facts: Facts, marks: Marks) -> ir.Table:
    """Aware, or interested: by what they did, or by coming on two days. Marks are put together by identifier before
    identifiers become consumers.
    """
    events = facts.known_events(_span(marks.asked, RECENT_DAYS))
    recent = events.filter(events.name.isin((*AWARE_EVENTS, *INTEREST_EVENTS)))
    within = {name: recent.occurred_day.between(*one.last_days(RECENT_DAYS)) for name, one in marks.asked.items()}
    interest, coming = ({name: now & recent.name.isin(names) for name, now in within.items()}
                        for names in (INTEREST_EVENTS, RETURN_EVENTS))  # fmt: skip
    came = marks.days(recent.occurred_day, RECENT_DAYS, coming)
    mark = marks.sum((marks.where(AWARE, within), marks.where(INTERESTED, interest), came))
    each = recent.mutate(mark=mark).group_by("identifier_id").aggregate(mark=_.mark.bit_or())
    return facts.persons(each).select("consumer_id", "mark")


def _related(facts: Facts, marks: Marks) -> ir.Table:
    spans = RELATION_SPAN.expr()
    held = {name: holds(spans, one.day) for name, one in marks.asked.items()}
    rows = spans.filter(spans.relation_type.isin(INTEREST_RELATIONS), functools.reduce(operator.or_, held.values()))
    return rows.select("consumer_id", mark=marks.where(INTERESTED, held))


def _praising(facts: Facts, marks: Marks) -> ir.Table:
    contents = facts.of_persons("contents", "occurred_day", "positive")
    rows = contents.filter(contents.positive.fill_null(False))
    praised = {name: rows.occurred_day.between(*one.last_days(LOYAL_DAYS)) for name, one in marks.asked.items()}
    return rows.select("consumer_id", mark=marks.where(LOYAL, praised))


def _span(asked: Mapping[str, Asked], days: int) -> tuple[int, int]:
    """First and last of the days that windows of so many days see."""
    return min(one.last_days(days)[0] for one in asked.values()), max(one.day for one in asked.values())


def _bits(days: int) -> int:
    """Bits of a number below so many days."""
    return (days - 1).bit_length()
