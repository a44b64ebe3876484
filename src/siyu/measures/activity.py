"""Activity: when each consumer last did something with the brand.

The last acts of all stand ready in `last_act`. Asked about an earlier day, only those who acted after it are looked up
among the events.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.store.formula import formula
from siyu.store.tables import LAST_ACT
from siyu.store.warehouse import Warehouse

#: Days in which who did something is proven (definitions.md section 3.1) and the longest in which members thrive (4.2).
ACTIVITY_DAYS = 180
THRIVING_EVENTS = ("add_to_cart", "favorite", "claim_benefit", "interact")


def activity(facts: Facts, asked: Asked) -> ir.Table:
    """Known consumers with an event in the last ACTIVITY_DAYS: consumer_id, event_day (the last one), thriving_day (the
    last of THRIVING_EVENTS, null = none).
    """
    return _standing(asked).union(_before_later(facts, asked))


def looked_up(facts: Facts, asked: Asked) -> ir.Table:
    """`activity` for several to ask: the events are read once."""
    return _standing(asked).union(facts.warehouse.scratch("acted_before_later", _before_later(facts, asked)))


def _standing(asked: Asked) -> ir.Table:
    """Those whose last act lies in the days."""
    first, last = asked.last_days(ACTIVITY_DAYS)
    kept = LAST_ACT.expr()
    done = kept.filter(kept.event_day.between(first, last))
    thriving = (done.thriving_day >= first).ifelse(done.thriving_day, ibis.null("int32"))
    return done.select("consumer_id", "event_day", thriving_day=thriving)


def _before_later(facts: Facts, asked: Asked) -> ir.Table:
    """The last acts in the days of those who acted after them too."""
    first, last = asked.last_days(ACTIVITY_DAYS)
    kept = LAST_ACT.expr()
    acted_since = Facts(facts.warehouse, facts.identities_of(kept.filter(kept.event_day > last)))
    return _last(acted_since, acted_since.known_events((first, last)))


def last_acts(facts: Facts) -> ir.Table:
    """The last acts of all days (tables.LAST_ACT)."""
    return _last(facts, facts.known_events())


def last_acts_since(load_id: int, acting: Facts, again: Facts) -> ir.Table:
    """The last acts of the consumers of `acting` as events after a load leave them: their own as they stood, those of
    consumers who became part of them, and the new ones. Of those of `again`, who lost events, all are read once more.
    """
    new = _last(acting, acting.known_events(after_load=load_id))
    kept = acting.persons(LAST_ACT.expr().rename(identifier_id="consumer_id"))
    stood = kept.select(*LAST_ACT.column_names).anti_join(again.identity(), "consumer_id")
    return _latest(stood.union(new).union(last_acts(again)))


def forget_before(warehouse: Warehouse, day: int) -> None:
    """Once the events before a day are gone: the last acts as a pass over all events would give them. In the caller's
    transaction.
    """
    kept = LAST_ACT.expr()
    old = kept.filter((kept.event_day < day) | (kept.thriving_day < day))
    left = old.filter(old.event_day >= day).mutate(thriving_day=ibis.null("int32"))
    warehouse.replace_where(LAST_ACT, "consumer_id", old.select("consumer_id"), left.select(*LAST_ACT.column_names))


def _last(facts: Facts, events: ir.Table) -> ir.Table:
    """The last acts among some events: summed up by identifier before identifiers become consumers."""
    return _latest(facts.persons(_last_by_identifier(events)))


@formula
def _last_by_identifier(events: ir.Table) -> ir.Table:
    return events.group_by("identifier_id").aggregate(
        event_day=events.occurred_day.max(),
        thriving_day=events.occurred_day.max(where=events.name.isin(THRIVING_EVENTS)),
    )


def _latest(acts: ir.Table) -> ir.Table:
    """Each consumer's last."""
    return acts.group_by("consumer_id").aggregate(event_day=acts.event_day.max(), thriving_day=acts.thriving_day.max())
