"""Entries by where they came from: public or private domain, paid or free; and how the public ones become relations.

Entries are those of T: visit, enter or open of a known consumer at a touchpoint in the period; what one consumer did at
one touchpoint in one instant is one entry.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.connection import is_entry
from siyu.measures.grouped import beside, grouped, named
from siyu.measures.metric import Metric, Topic
from siyu.measures.relations import relation_starts
from siyu.store.tables import RELATION_SPAN

DIMENSIONS = ("domain", "paid_media", "touchpoint", "platform", "store", "campaign")
ENTRY = ("consumer_id", "touchpoint", "occurred_at")


def period_entries(facts: Facts, asked: Asked) -> ir.Table:
    """Entries of the period with their columns never null; `paid_media` is 'paid', 'free' or '' (not stated)."""
    events = facts.of_persons("events")
    came = events.filter(events.occurred_day.between(asked.first_day, asked.day) & is_entry(events))
    stated = ibis.cases((came.paid_media.isnull(), ""), (came.paid_media, "paid"), else_="free")
    return named(came.mutate(paid_media=stated), DIMENSIONS).select("consumer_id", "occurred_at", *DIMENSIONS)


def entry_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Entries and visitors by source, beside the newcomers of the public domain and those who became relations."""
    came = facts.warehouse.scratch("period_entry", period_entries(facts, asked))
    fresh = facts.warehouse.scratch("public_newcomer", public_newcomers(came, by))
    turned = fresh.semi_join(turned_private(facts, asked, fresh), [*by, "consumer_id"])
    return beside(
        by,
        _distinct(came, by, "entries"),
        _distinct(came.filter(came.domain == "public"), by, "public_entries"),
        _distinct(came.filter(came.domain == "private"), by, "private_entries"),
        _distinct(came.filter(came.paid_media == "paid"), by, "paid_entries"),
        grouped(came, by, visitors=came.consumer_id.nunique()),
        grouped(fresh, by, public_newcomers=fresh.count().cast("int64")),
        grouped(turned, by, turned_private=turned.count().cast("int64")),
    )


def public_newcomers(came: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """Who held no relation at their first public entry of the group: the dimensions, consumer_id, first_at."""
    public = came.filter(came.domain == "public")
    first = public.group_by(*by, "consumer_id").aggregate(first_at=public.occurred_at.min())
    held = first.join(RELATION_SPAN.expr().select("consumer_id", "valid_from", "valid_to"), "consumer_id")
    related = held.filter((held.valid_from < held.first_at) & (held.valid_to >= held.first_at))
    return first.anti_join(related, [*by, "consumer_id"])


def turned_private(facts: Facts, asked: Asked, newcomers: ir.Table) -> ir.Table:
    """Newcomers with a relation started at or after their first public entry, by the as-of day."""
    met = newcomers.join(relation_starts(facts), "consumer_id")
    return met.filter((met.started_at >= met.first_at) & (met.started_day <= asked.day))


def _distinct(came: ir.Table, by: tuple[str, ...], name: str) -> ir.Table:
    """How many entries the events of each group are."""
    each = came.select(*dict.fromkeys((*by, *ENTRY))).distinct()
    return grouped(each, by, **{name: each.count().cast("int64")})


ENTRIES = Topic(
    "entries", "入口流量", "Entries by source", entry_counts,
    (
        Metric("entries.entries", "访问次数", "Entries", "events",
               "Entries (visit, enter, open) of known consumers at touchpoints.", "entries"),
        Metric("entries.visitors", "访客数", "Visitors", "consumers", "Consumers with an entry.", "visitors"),
        Metric("entries.public_share", "公域访问占比", "Share of the public domain", "share",
               "Entries from the public domain over all entries.", "public_entries", "entries"),
        Metric("entries.private_share", "私域访问占比", "Share of the private domain", "share",
               "Entries from the private domain over all entries.", "private_entries", "entries"),
        Metric("entries.paid_share", "付费流量占比", "Share of paid media", "share",
               "Entries through paid media over all entries.", "paid_entries", "entries"),
        Metric("entries.public_to_private_rate", "公转私率", "Public to private rate", "share",
               "Of the consumers without any relation at their first public entry of the period, the share who "
               "started one at or after it, by the as-of day.", "turned_private", "public_newcomers",
               needs=("relations",)),
    ),
    DIMENSIONS, ("entries",), "visitors",
)  # fmt: skip
