"""Activity: when each consumer last did something with the brand, from one pass over the events."""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts

#: Days in which who did something is proven (metrics.md section 3) and the longest in which members thrive (section 4).
ACTIVITY_DAYS = 180
THRIVING_EVENTS = ("add_to_cart", "favorite", "claim_benefit", "interact")


def activity(facts: Facts, asked: Asked) -> ir.Table:
    """Known consumers with an event in the last ACTIVITY_DAYS: consumer_id, event_day (the last one), thriving_day (the
    last of THRIVING_EVENTS, null = none). Events are summed up by identifier before identifiers become consumers.
    """
    events = facts.known_events(*asked.last_days(ACTIVITY_DAYS))
    each = events.group_by("identifier_id").aggregate(
        event_day=events.occurred_day.max(),
        thriving_day=events.occurred_day.max(where=events.name.isin(THRIVING_EVENTS)),
    )
    known = each.join(facts.identity(), "identifier_id")
    return known.group_by("consumer_id").aggregate(
        event_day=known.event_day.max(), thriving_day=known.thriving_day.max()
    )
