"""Purchase occasions: business days with at least one purchase, and the spans in which each counts."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.time import OPEN_AT, OPEN_DAY
from siyu.measures.calendar import Calendar
from siyu.measures.spans import begin_and_end, united
from siyu.store.formula import formula

KEYS = ("consumer_id", "paid_day")


def occasion_spans(purchase: ir.Table, window_days: int, calendar: Calendar, *, few: bool = False) -> ir.Table:
    """When each business day of purchases counts as an occasion: from its first purchase until all are refunded.

    With a window (0 = all time) an occasion also stops counting window_days after its day.
    """
    known = purchase.filter(purchase.consumer_id.notnull())
    intervals = known.select(*KEYS, valid_from="paid_at", valid_to="void_at", from_day="paid_day", to_day="void_day")
    if window_days:
        intervals = _limited(intervals, window_days, calendar)
    if few:
        return _any_days(intervals)
    sure, refunded = intervals.filter(intervals.to_day == OPEN_DAY), intervals.filter(intervals.to_day < OPEN_DAY)
    return _plain_days(sure, refunded).union(_mixed_days(intervals, refunded))


@formula
def _plain_days(sure: ir.Table, refunded: ir.Table) -> ir.Table:
    """Days without any refunded purchase: one open span from the first purchase (the common case, no window)."""
    plain = sure.anti_join(refunded, list(KEYS))
    first = plain.group_by(*KEYS).aggregate(valid_from=plain.valid_from.min())
    return first.select(
        *KEYS, "valid_from", valid_to=ibis.literal(OPEN_AT, "int64"), from_day="paid_day",
        to_day=ibis.literal(OPEN_DAY, "int32"),
    )  # fmt: skip


@formula
def _mixed_days(intervals: ir.Table, refunded: ir.Table) -> ir.Table:
    """Days with a refunded purchase."""
    return _any_days(intervals.semi_join(refunded, list(KEYS)))


@formula
def _any_days(intervals: ir.Table) -> ir.Table:
    """Each day while any of its purchases stands."""
    return united(begin_and_end(intervals, KEYS, held=1), KEYS)


def _limited(intervals: ir.Table, window_days: int, calendar: Calendar) -> ir.Table:
    """Cut at the midnight after which the day has left the window of the last n days."""
    limited = calendar.until(intervals.mutate(last=intervals.paid_day + window_days), "last")
    return limited.select(
        *KEYS, "valid_from", valid_to=ibis.least(limited.valid_to, limited.ends_at),
        from_day="from_day", to_day=ibis.least(limited.to_day, limited.ends_day),
    )  # fmt: skip


def bought(purchase: ir.Table, day: int, first_day: int = -OPEN_DAY) -> ir.Table:
    """Purchases of known consumers that hold as of the end of a day, paid since `first_day`: consumer_id, paid_day.

    Each paid day of a consumer is an occasion; it may stand here several times.
    """
    valid = purchase.filter(
        purchase.consumer_id.notnull() & purchase.paid_day.between(first_day, day) & (purchase.void_day > day)
    )
    return valid.select("consumer_id", "paid_day")
