"""Reach: when each channel was open to each consumer, from relations and the folding of consents.

A channel is open while a relation that opens it is held, unless the consumer withdrew it; sms and e-mail need an
address and an explicit grant (definitions.md section 1.2).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from siyu.core.kinds import CHANNELS, GRANTED_CHANNELS
from siyu.core.settings import Settings
from siyu.measures.facts import Facts
from siyu.measures.spans import begin_and_end, pieces, union_of
from siyu.store.formula import formula
from siyu.store.tables import CONSUMER

KEYS = ("consumer_id", "channel")
#: Relations held at once, identifiers withdrawn, identifiers granted: a million of each fit.
COUNTERS = {"held": 20, "withdrawn": 20, "granted": 20}


def reach_spans(facts: Facts, relation_span: ir.Table, settings: Settings) -> ir.Table:
    """When each channel was open to each consumer (tables.REACH_SPAN)."""
    channels = facts.warehouse.scratch("channel_of_relation", _channels(settings))
    consents = facts.warehouse.scratch("consent_change", consent_changes(facts))
    opened = _opened(relation_span, channels)
    if facts.few:
        return _addressed(_history(opened, consents))
    of_speakers = _opened(relation_span.semi_join(consents, "consumer_id"), channels)
    return _unspoken(opened, consents).union(_addressed(_spoken(of_speakers, consents)))


@formula
def _unspoken(opened: ir.Table, consents: ir.Table) -> ir.Table:
    """Channels nobody granted or withdrew: open while a relation opens them, unless they need a grant."""
    free = opened.filter(opened.channel.notin(tuple(GRANTED_CHANNELS))).anti_join(consents, list(KEYS))
    return union_of(free, KEYS).mutate(cause=ibis.literal("relation"))


@formula
def _spoken(opened: ir.Table, consents: ir.Table) -> ir.Table:
    """Channels that were granted or withdrawn at some time."""
    return _history(opened.semi_join(consents, list(KEYS)), consents.semi_join(opened, list(KEYS)))


@formula
def _history(opened: ir.Table, consents: ir.Table) -> ir.Table:
    """Relations and consents in one history."""
    zero = ibis.literal(0, "int64")
    held = begin_and_end(opened, KEYS, held=1).mutate(withdrawn=zero, granted=zero)
    consented = consents.mutate(held=zero).select(*held.columns)
    found = pieces(held.union(consented), KEYS, COUNTERS, is_open)
    opened_by = (found.held != 0).ifelse("relation", "consent")
    return found.filter(found.state).select(*KEYS, "valid_from", "valid_to", "from_day", "to_day", cause=opened_by)


def is_open(now) -> ir.BooleanValue:
    """A relation opens the channel, nobody withdrew it, and it was granted where it must be."""
    needs_grant = now.channel.isin(tuple(GRANTED_CHANNELS))
    return (now.held > 0) & (now.withdrawn == 0) & ((now.granted > 0) | ~needs_grant)


def _channels(settings: Settings) -> pa.Table:
    """Each type of relation with the channels it opens."""
    pairs = [(r, c) for r, channels in settings.channels_of_relation.items() for c in channels]
    return pa.table({"relation_type": [r for r, _ in pairs], "channel": [c for _, c in pairs]})


@formula
def _opened(relation_span: ir.Table, channel_of_relation: ir.Table) -> ir.Table:
    """Relation spans once per channel each opens."""
    return relation_span.join(channel_of_relation, "relation_type").select(
        *KEYS, "valid_from", "valid_to", "from_day", "to_day"
    )


def consent_changes(facts: Facts) -> ir.Table:
    """Changes in how many of a consumer's identifiers stand withdrawn and granted, per channel.

    Each identifier's latest row counts; a row without a channel speaks for all; of rows at one instant the
    withdrawal is the later. Columns: consumer_id, channel, at, day, withdrawn, granted.
    """
    rows = facts.of_persons("consents", "purpose", "channel", "action", "occurred_at", "occurred_day")
    return _consent_changes(rows, facts.warehouse.scratch("channel_list", pa.table({"spoken_for": list(CHANNELS)})))


@formula
def _consent_changes(rows: ir.Table, channels: ir.Table) -> ir.Table:
    marketing = rows.filter(rows.purpose == "marketing")
    spoken = marketing.join(
        channels, marketing.channel.isnull() | (marketing.channel == "") | (marketing.channel == channels.spoken_for)
    )
    key = ("consumer_id", "identifier_id", "spoken_for")
    instants = spoken.group_by(*key, "occurred_at").aggregate(
        day=spoken.occurred_day.max(),
        withdrawn=(spoken.action == "withdraw").ifelse(1, 0).max().cast("int64"),
    )
    in_order = ibis.window(group_by=key, order_by="occurred_at")
    paired = instants.mutate(before=instants.withdrawn.lag().over(in_order))
    changed = paired.filter(paired.before.isnull() | (paired.before != paired.withdrawn))
    return changed.select(
        "consumer_id",
        channel=changed.spoken_for,
        at=changed.occurred_at,
        day=changed.day,
        withdrawn=changed.withdrawn - changed.before.fill_null(0),
        granted=changed.before.fill_null(1) - changed.withdrawn,
    )


@formula
def _addressed(open_spans: ir.Table) -> ir.Table:
    """Without the spans of channels whose address is not known. Only channels that need a grant need one."""
    consumer = CONSUMER.expr().select("consumer_id", *(f"has_{address}" for address in GRANTED_CHANNELS.values()))
    joined = open_spans.join(consumer, "consumer_id")
    reached = ((joined.channel != c) | joined[f"has_{address}"] for c, address in GRANTED_CHANNELS.items())
    return joined.filter(*reached).select(*KEYS, "valid_from", "valid_to", "from_day", "to_day", "cause")
