"""Payments: the orders of the period as they were paid, and what their buyers held at that instant."""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, orders
from siyu.measures.topics.places import PLACES, placed, with_traits


def payments(facts: Facts, asked: Asked, by: tuple[str, ...] = ()) -> ir.Table:
    """Real orders paid in the period, refunds not deducted, anonymous ones too: fact_id, consumer_id (null =
    anonymous), paid_at, paid_day, paid_amount and `by`, once for each trait of the buyer.
    """
    more = tuple(name for name in by if name in PLACES and name != "platform")
    paid = orders(facts, more=more)
    mine = placed(paid.filter(paid.paid_day.between(asked.first_day, asked.day)), by)
    named = with_traits(mine, facts, by)
    return named.select("fact_id", "consumer_id", "paid_at", "paid_day", "paid_amount", *by)


def held_at_payment(paid: ir.Table, spans: ir.Table, columns: tuple[str, ...] = ()) -> ir.Table:
    """Orders whose buyer held one of the spans (consumer_id, valid_from, valid_to) when they paid: fact_id and the
    `columns` of those spans, each once.
    """
    mine = paid.filter(paid.consumer_id.notnull()).select("fact_id", "consumer_id", "paid_at")
    met = mine.join(spans.select("consumer_id", "valid_from", "valid_to", *columns), "consumer_id")
    held = met.filter((met.valid_from < met.paid_at) & (met.valid_to >= met.paid_at))
    return held.select("fact_id", *columns).distinct()
