"""Pull by place: T's visitors and those who progressed, by the store, platform or campaign of the entry.

A place pools its touchpoints as the brand's T pools all of them: an outcome is credited to the last touchpoint entered
at or before it, within that touchpoint's window, and so to the place of that entry (definitions.md section 3.3).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.connection import credited, is_entry, outcomes, progress, standing
from siyu.measures.grouped import grouped
from siyu.measures.topics.places import PLACES, placed, with_traits

#: Lower than any character a place's name has, so that names sort as their parts do.
SEPARATOR = "\x1f"


def pull_by_place(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Visitors of each place and those who progressed there: `by`, visitors, progressed.

    Of entries at one instant into the same touchpoint, the later place name is the later.
    """
    warehouse = facts.warehouse
    entered = warehouse.scratch("placed_entry", placed_entries(facts, asked, by))
    stood = warehouse.scratch("placed_standing", standing(_first_entries(entered)))
    done = warehouse.scratch("placed_outcome", outcomes(facts, asked, entered))
    found = credited(done, _one_place_each(entered), asked.settings)
    reached = progress(stood, found.select("consumer_id", "kind", "at", "paid", touchpoint="spot"))
    marked = stood.left_join(
        reached.select("consumer_id", "touchpoint", done=ibis.literal(1, "int64")), ["consumer_id", "touchpoint"]
    ).select("consumer_id", "done", spot="touchpoint")
    places = entered.select("spot", *_names(by)).distinct()
    met = with_traits(marked.join(places, "spot"), facts, by)
    return grouped(met, by, visitors=met.count().cast("int64"), progressed=met.done.fill_null(0).sum().cast("int64"))


def placed_entries(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Entries of known consumers into touchpoints in the period, with their place: consumer_id, touchpoint,
    entered_at, the places of `by`, and `spot` (all of them in one text).
    """
    events = facts.of_persons("events")
    wanted = events.filter(events.occurred_day.between(asked.first_day, asked.day) & is_entry(events))
    rows = placed(wanted, by)
    spot = ibis.literal("at")  # never '', the name under which T keeps the brand
    for name in _names(by):
        spot = spot.concat(SEPARATOR, rows[name])
    return rows.select("consumer_id", "touchpoint", *_names(by), entered_at="occurred_at", spot=spot).distinct()


def _names(by: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in by if name in PLACES)


def _first_entries(entered: ir.Table) -> ir.Table:
    """First entry of each consumer into each place, as `standing` takes it: consumer_id, touchpoint, first_at."""
    rows = entered.select("consumer_id", "entered_at", touchpoint="spot")
    return rows.group_by("consumer_id", "touchpoint").aggregate(first_at=rows.entered_at.min())


def _one_place_each(entered: ir.Table) -> ir.Table:
    return entered.group_by("consumer_id", "touchpoint", "entered_at").aggregate(spot=entered.spot.max())
