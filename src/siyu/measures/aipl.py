"""AIPL: awareness, interest, purchase, loyalty — the state of each consumer as of a day (metrics.md section 4)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import relations_held
from siyu.measures.occasions import bought
from siyu.store.tables import PURCHASE

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


def recent_acts(facts: Facts, first_day: int, last_day: int) -> ir.Table:
    """Events of known consumers that may make them aware or interested: consumer_id, occurred_day, name."""
    events = facts.of("events")
    wanted = events.filter(
        events.occurred_day.between(first_day, last_day)
        & events.name.isin((*AWARE_EVENTS, *INTEREST_EVENTS))
        & events.identifier_id.notnull()
    )
    return wanted.join(facts.identity(), "identifier_id").select("consumer_id", "occurred_day", "name")


def aipl(facts: Facts, asked: Asked, acts: ir.Table) -> ir.Table:
    """The highest state of each consumer who has one: consumer_id, level (1 = A to 4 = L).

    `acts`: `recent_acts` of RECENT_DAYS or more before the day.
    """
    every = _acting(acts, asked).union(_related(asked)).union(_buying(asked)).union(_praising(facts, asked))
    return every.group_by("consumer_id").aggregate(level=every.level.max())


def _acting(acts: ir.Table, asked: Asked) -> ir.Table:
    """Aware, or interested: by what they did, or by coming on two days."""
    recent = acts.filter(acts.occurred_day.between(*asked.last_days(RECENT_DAYS)))
    came = recent.name.isin(RETURN_EVENTS)
    each = recent.group_by("consumer_id").aggregate(
        did=recent.name.isin(INTEREST_EVENTS).ifelse(1, 0).max(),
        first_came=recent.occurred_day.min(where=came),
        last_came=recent.occurred_day.max(where=came),
    )
    interested = (each.did > 0) | (each.last_came > each.first_came).fill_null(False)
    return each.select("consumer_id", level=interested.ifelse(INTERESTED, AWARE).cast("int64"))


def _related(asked: Asked) -> ir.Table:
    held = relations_held(asked.day)
    return held.filter(held.relation_type.isin(INTEREST_RELATIONS)).select("consumer_id", level=_level(INTERESTED))


def _buying(asked: Asked) -> ir.Table:
    """Buyers; loyal with occasions on two days of the last year."""
    paid = bought(PURCHASE.expr(), asked.day, asked.last_days(PURCHASE_DAYS)[0])
    lately = paid.paid_day >= asked.last_days(LOYAL_DAYS)[0]
    each = paid.group_by("consumer_id").aggregate(
        first=paid.paid_day.min(where=lately), last=paid.paid_day.max(where=lately)
    )
    loyal = (each["last"] > each["first"]).fill_null(False)
    return each.select("consumer_id", level=loyal.ifelse(LOYAL, BUYER).cast("int64"))


def _praising(facts: Facts, asked: Asked) -> ir.Table:
    contents = facts.of_persons("contents")
    praise = contents.occurred_day.between(*asked.last_days(LOYAL_DAYS)) & contents.positive.fill_null(False)
    return contents.filter(praise).select("consumer_id", level=_level(LOYAL))


def _level(number: int) -> ir.IntegerValue:
    return ibis.literal(number, "int64")
