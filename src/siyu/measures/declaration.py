"""What a declaration of consent would change: whom it would open, who is silent, what they are worth.

States as of the end of a day; asking changes nothing.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.kinds import GRANTED_CHANNELS, MEMBER_RELATIONS
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, net_purchases
from siyu.measures.fast_plus.value import counted_purchases
from siyu.measures.reach import consent_changes
from siyu.measures.spans import holding
from siyu.store.tables import CONSUMER, ORDER_REFUND, PURCHASE, REACH_SPAN, RELATION_SPAN


def declared(facts: Facts, day: int) -> ir.Table:
    """What a grant for SMS to every member with a phone would change, one row per consumer it would open SMS for.

    Left out: who withdrew marketing or SMS (a declaration does not undo a refusal), who has SMS open already.
    Columns: `consumer_id`, `reached` (1 = in F already).
    """
    relations = holding(RELATION_SPAN.expr(), day)
    members = relations.filter(relations.relation_type.isin(MEMBER_RELATIONS)).select("consumer_id").distinct()
    consumer = CONSUMER.expr()
    with_phone = members.semi_join(consumer.filter(consumer.has_phone), "consumer_id")
    reach = holding(REACH_SPAN.expr(), day)
    closed = with_phone.anti_join(reach.filter(reach.channel == "sms"), "consumer_id")
    willing = closed.anti_join(_withdrawn(facts, day), "consumer_id")
    joined = willing.left_join(_reached(day), "consumer_id")
    return joined.select("consumer_id", reached=joined.reached.fill_null(0).cast("int64"))


def unreachable(day: int) -> ir.Table:
    """Consumers with a relation and no open channel, and whether a phone or an e-mail address of theirs is known."""
    gross = holding(RELATION_SPAN.expr(), day).select("consumer_id").distinct()
    silent = gross.anti_join(_reached(day), "consumer_id")
    consumer = CONSUMER.expr().select("consumer_id", "has_phone", "has_email")
    return silent.join(consumer, "consumer_id")


def spent(asked: Asked, consumers: ir.Table | None = None) -> ir.Table:
    """Own value of some consumers (None = all known ones) in one row: `total`, minor units, null of no purchase."""
    counted = counted_purchases(asked)
    known = counted.filter(counted.consumer_id.notnull())
    theirs = known if consumers is None else known.semi_join(consumers, "consumer_id")
    return theirs.aggregate(total=theirs.net_amount.sum().cast("int64"))


def buyers(asked: Asked) -> ir.Table:
    """Known consumers whose purchases S counts as of the day, and those of the period, in one row: `of_value`,
    `of_period`.
    """
    first, last = asked.value_days
    purchase = PURCHASE.expr()
    recent = purchase.filter(purchase.paid_day.between(min(first, asked.first_day), last))
    valid = net_purchases(recent, ORDER_REFUND.expr(), asked.closing_at)
    by_value, in_period = valid.paid_day >= first, valid.paid_day >= asked.first_day
    return valid.aggregate(of_value=valid.consumer_id.nunique(where=by_value),
                           of_period=valid.consumer_id.nunique(where=in_period))  # fmt: skip


def _reached(day: int) -> ir.Table:
    reach = holding(REACH_SPAN.expr(), day).select("consumer_id").distinct()
    return reach.mutate(reached=ibis.literal(1, "int64"))


def _withdrawn(facts: Facts, day: int) -> ir.Table:
    """Consumers of whom any identifier stands withdrawn for a channel that needs a grant by phone (SMS)."""
    channels = [channel for channel, address in GRANTED_CHANNELS.items() if address == "phone"]
    changes = consent_changes(facts)
    seen = changes.filter((changes.day <= day) & changes.channel.isin(channels))
    net = seen.group_by("consumer_id").aggregate(withdrawn=seen.withdrawn.sum())
    return net.filter(net.withdrawn > 0).select("consumer_id")
