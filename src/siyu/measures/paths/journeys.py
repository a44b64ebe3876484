"""Journeys: entries of a consumer that follow one another within 7 days, ended by a conversion or by nothing.

Entries are those of T (definitions.md section 3.3): of the period, known consumers, a touchpoint; of equal instants the
later touchpoint name is the later. A conversion is T's too: one or more purchases that stand as of the day and whose
last entry is this one, within the touchpoint's convert window. What follows a conversion is a new journey; a journey
still under way at the end of the period has ended in nothing so far.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.time import DAY
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.connection import credited, entries, outcomes

#: Longest time between two entries of one path (definitions.md section 7.5).
GAP_DAYS = 7
ENTRY = ["consumer_id", "touchpoint", "entered_at"]
JOURNEY = ["consumer_id", "journey"]
ORDER = ["entered_at", "touchpoint"]


def steps(facts: Facts, asked: Asked) -> ir.Table:
    """Every entry of the period with its place in its journey, kept as a scratch table.

    consumer_id, journey (1, 2 ... of the consumer), place (0 first), length (entries of the journey), touchpoint,
    entered_at, came_from (touchpoint of the entry before, if at most 7 days before; whatever was bought between),
    then and after_that (the next two touchpoints of the journey), converted (0 or 1, the journey's end) and paid (minor
    units, of the journey).
    """
    warehouse = facts.warehouse
    entered = warehouse.scratch("path_entry", entries(facts, asked))
    won = warehouse.scratch("path_conversion", conversions(facts, asked, entered))
    return warehouse.scratch("path_step", _placed(_numbered(entered, won)))


def conversions(facts: Facts, asked: Asked, entered: ir.Table) -> ir.Table:
    """Entries that purchases are credited to: consumer_id, touchpoint, entered_at, paid of those purchases (gross)."""
    done = outcomes(facts, asked, entered)
    won = credited(done.filter(done.kind == "converted"), entered, asked.settings)
    return won.group_by(*ENTRY).aggregate(won_paid=won.paid.sum().cast("int64"))


def _numbered(entered: ir.Table, won: ir.Table) -> ir.Table:
    """Entries with the one before and the number of their journey."""
    marked = entered.left_join(won, ENTRY).drop("consumer_id_right", "touchpoint_right", "entered_at_right")
    in_order = ibis.window(group_by="consumer_id", order_by=ORDER)
    seen = marked.mutate(
        before_at=marked.entered_at.lag().over(in_order),
        before=marked.touchpoint.lag().over(in_order),
        before_paid=marked.won_paid.lag().over(in_order),
    )
    near = (seen.entered_at - seen.before_at <= GAP_DAYS * DAY).fill_null(False)
    begins = (~near | seen.before_paid.notnull()).ifelse(1, 0)
    flagged = seen.mutate(begins=begins, came_from=near.ifelse(seen.before, ibis.null("string")))
    so_far = ibis.window(group_by="consumer_id", order_by=ORDER, preceding=None, following=0)
    return flagged.mutate(journey=flagged.begins.sum().over(so_far).cast("int64"))


def _placed(numbered: ir.Table) -> ir.Table:
    """Entries with what stands before and after them in their journey, and how that ended."""
    in_order = ibis.window(group_by=JOURNEY, order_by=ORDER)
    whole = ibis.window(group_by=JOURNEY)
    return numbered.select(
        *JOURNEY, "touchpoint", "entered_at", "came_from",
        place=ibis.row_number().over(in_order).cast("int64"),
        length=numbered.touchpoint.count().over(whole).cast("int64"),
        then=numbered.touchpoint.lead().over(in_order),
        after_that=numbered.touchpoint.lead(2).over(in_order),
        converted=numbered.won_paid.notnull().ifelse(1, 0).max().over(whole).cast("int64"),
        paid=numbered.won_paid.fill_null(0).sum().over(whole).cast("int64"),
    )  # fmt: skip
