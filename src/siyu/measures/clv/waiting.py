"""Waiting for the first purchase: how long consumers stood on which rung before they bought, grouped into cells.

Age is counted in periods of 30 days from the end of the day on which a consumer first had a role (entered F). At risk
in a period is who has not bought by its beginning; the rung is the one held then. One who has left F keeps the last
rung, because who leaves and buys all the same was forecast too.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.time import OPEN_DAY
from siyu.measures.asked import Asked
from siyu.measures.clv.histories import occasions
from siyu.store.tables import RELATION_SPAN, ROLE_SPAN

PERIOD_DAYS = 30
#: The chances are those of the last year.
SEEN_DAYS = 365
#: Rungs of one who has not bought: without and with a membership.
RUNGS = ("basic", "member_unpurchased")
#: How a stay on a rung ended in its last period: with a purchase; else on the other rung for a time; else in neither.
BOUGHT, MOVED, SEEN = "bought", "moved", "seen"
_NEVER = 10**6


def entries(day: int) -> ir.Table:
    """Who ever had a role by the end of a day: consumer_id, entered_day, touchpoint.

    The touchpoint is that of the first relation held ('' = not stated; of several begun at once, the first by name).
    """
    roles = _days_held(ROLE_SPAN.expr(), day)
    entered = roles.group_by("consumer_id").aggregate(entered_day=roles.from_day.min())
    relations = RELATION_SPAN.expr().filter(ibis._.from_day <= day)
    first = relations.group_by("consumer_id").aggregate(valid_from=relations.valid_from.min())
    begun = relations.join(first, ["consumer_id", "valid_from"])
    place = begun.group_by("consumer_id").aggregate(touchpoint=begun.touchpoint.min())
    joined = entered.left_join(place, "consumer_id")
    return joined.select("consumer_id", "entered_day", touchpoint=joined.touchpoint.fill_null(""))


def stays(asked: Asked) -> ir.Table:
    """Cells of stays before the first purchase: rung, touchpoint, from_period, to_period, ending, consumers.

    A stay counts the whole periods, ended by the day and begun in the last 365 days before it, at whose beginning the
    rung was held and nothing bought yet. A year, because chances change with the brand, and its season is in it once.
    In the order of the columns, because a fit adds them up and is to be the same each time.
    """
    turned = _turns(asked.day).join(entries(asked.day), "consumer_id")
    bought = occasions(asked)
    first = bought.group_by("consumer_id").aggregate(first_day=bought.paid_day.min())
    joined = turned.left_join(first, "consumer_id").drop("consumer_id_right")
    waiting = joined.filter(joined.first_day.isnull() | (joined.first_day > joined.entered_day))
    numbered = _in_periods(waiting, asked.day)
    kept = numbered.filter(numbered.to_period >= numbered.from_period)
    keys = ("rung", "touchpoint", "from_period", "to_period", "ending")
    return kept.group_by(*keys).aggregate(consumers=kept.count().cast("int64")).order_by(*keys)


def period(first: ir.Value, last: ir.Value | int) -> ir.IntegerValue:
    """How many whole periods lie between two days."""
    return ((last - first) // PERIOD_DAYS).cast("int64")


def _turns(day: int) -> ir.Table:
    """Rungs in turn: consumer_id, rung, from_day, until_day (the day of the next turn)."""
    held = _days_held(ROLE_SPAN.expr(), day)
    stated = held.select("consumer_id", "from_day", rung=(held["rank"] == 1).ifelse(*RUNGS))
    in_time = ibis.window(group_by="consumer_id", order_by="from_day")
    before = stated.mutate(before=stated.rung.lag().over(in_time))
    turned = before.filter(before.before.isnull() | (before.before != before.rung)).drop("before")
    return turned.mutate(until_day=ibis.coalesce(turned.from_day.lead().over(in_time), ibis.literal(OPEN_DAY, "int32")))


def _in_periods(rows: ir.Table, day: int) -> ir.Table:
    """Stays with the first and last period at whose beginning they held, and how they ended."""
    left = period(rows.entered_day, rows.until_day - 1)
    whole = period(rows.entered_day, day) - 1
    bought = ibis.coalesce(period(rows.entered_day, rows.first_day - 1), ibis.literal(_NEVER, "int64"))
    last = ibis.least(left, whole, bought)
    ending = ibis.cases((bought == last, BOUGHT), (left == last, MOVED), else_=SEEN)
    begins = ibis.greatest(rows.from_day, ibis.literal(day - SEEN_DAYS, "int32"))
    return rows.select(
        "rung",
        "touchpoint",
        from_period=period(rows.entered_day, begins + PERIOD_DAYS - 1),
        to_period=last,
        ending=ending,
    )


def _days_held(spans: ir.Table, day: int) -> ir.Table:
    """Spans that held at the end of some day up to this one."""
    return spans.filter((spans.from_day <= day) & (spans.to_day > spans.from_day))
