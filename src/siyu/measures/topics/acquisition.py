"""What paid media brought: the touches it made, the purchases credited to them, and the consumers it won.

Readings taken here, where the definition is silent. An ad touch is a click or an entry (visit, enter, open) of a known
consumer through paid media; an impression alone is credited nothing. A consumer is won once, by their first relation or
first purchase that stands as of the day, whichever came first; the campaign is the one that record states, else that of
the last ad touch stating one in the 7 days before it. Only campaigns with spend by the as-of day win consumers here.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.time import DAY
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, net_purchases
from siyu.measures.fast_plus.connection import ENTRY_EVENTS
from siyu.measures.relations import lasting
from siyu.store.tables import ORDER_REFUND, PURCHASE

TOUCHES = ("click", *ENTRY_EVENTS)
#: A purchase at most this long after an ad touch is credited to it (definitions.md section 7.4).
CREDIT_DAYS = 1
#: A first relation or purchase that names no campaign goes to an ad touch at most this long before it.
WON_DAYS = 7


def ad_touches(facts: Facts, asked: Asked) -> ir.Table:
    """Touches of paid media up to the day: consumer_id, touched_at, day, touchpoint, campaign ('' = not stated)."""
    events = facts.of_persons("events")
    paid = events.filter(
        (events.occurred_day <= asked.day) & events.name.isin(TOUCHES) & events.paid_media.fill_null(False)
    )
    return paid.select(
        "consumer_id", touched_at="occurred_at", day="occurred_day",
        touchpoint=paid.touchpoint.fill_null(""), campaign=paid.campaign.fill_null(""),
    ).distinct()  # fmt: skip


def last_touches(instants: ir.Table, touches: ir.Table, days: int) -> ir.Table:
    """The last ad touch at or before each instant (consumer_id, at), at most `days` before it: its day, touchpoint and
    campaign. Of equal times the later touchpoint name is the later, then the later campaign name.
    """
    met = instants.select("consumer_id", "at").distinct().join(touches, "consumer_id")
    before = met.filter((met.touched_at <= met["at"]) & (met["at"] - met.touched_at <= days * DAY))
    latest = [ibis.desc(name) for name in ("touched_at", "touchpoint", "campaign")]
    ranked = before.mutate(rank=ibis.row_number().over(ibis.window(group_by=["consumer_id", "at"], order_by=latest)))
    return ranked.filter(ranked["rank"] == 0).select("consumer_id", "at", "day", "touchpoint", "campaign")


def standing(asked: Asked) -> ir.Table:
    """Purchases of known consumers that stand as of the day, with net_amount."""
    purchase = PURCHASE.expr()
    return net_purchases(purchase.filter(purchase.consumer_id.notnull()), ORDER_REFUND.expr(), asked.closing_at)


def credited_purchases(asked: Asked, touches: ir.Table) -> ir.Table:
    """Purchases credited to the last ad touch within a day before the payment, where that touch was in the period:
    fact_id, paid_amount (gross), net_amount, and day, touchpoint and campaign of the touch.
    """
    stood = standing(asked)
    bought = stood.select("fact_id", "consumer_id", "paid_amount", "net_amount", at=stood.paid_at)
    joined = bought.join(last_touches(bought, touches, CREDIT_DAYS), ["consumer_id", "at"])
    mine = joined.filter(joined.day.between(asked.first_day, asked.day))
    return mine.select("fact_id", "paid_amount", "net_amount", "day", "touchpoint", "campaign")


def acquired(facts: Facts, asked: Asked, touches: ir.Table) -> ir.Table:
    """Consumers won by campaigns with spend, up to the day: consumer_id, day, touchpoint, campaign."""
    first = first_records(facts, asked)
    silent = first.filter(first.campaign == "")
    told = last_touches(silent, touches.filter(touches.campaign != ""), WON_DAYS)
    by_touch = silent.select("consumer_id", "at", won_day="day").join(told, ["consumer_id", "at"])
    won = first.filter(first.campaign != "").select("consumer_id", "day", "touchpoint", "campaign").union(
        by_touch.select("consumer_id", "touchpoint", "campaign", day="won_day").select(
            "consumer_id", "day", "touchpoint", "campaign"
        )
    )  # fmt: skip
    spend = facts.of("spend")
    return won.semi_join(spend.filter(spend.date <= asked.day), "campaign")


def first_records(facts: Facts, asked: Asked) -> ir.Table:
    """The first relation or standing purchase of each consumer: consumer_id, at, day, touchpoint, campaign.

    At one instant a relation comes before a purchase, and of records of one sort the later campaign name wins, then the
    later touchpoint name, so that one that names them wins over one that does not.
    """
    rows = _relations(facts).union(_purchases(facts, asked))
    past = rows.filter(rows.day <= asked.day)
    in_order = ["at", "sort", ibis.desc("campaign"), ibis.desc("touchpoint")]
    ranked = past.mutate(rank=ibis.row_number().over(ibis.window(group_by="consumer_id", order_by=in_order)))
    return ranked.filter(ranked["rank"] == 0).select("consumer_id", "at", "day", "touchpoint", "campaign")


def _relations(facts: Facts) -> ir.Table:
    """Relations begun, of the relation list and the member list (which names neither touchpoint nor campaign)."""
    rows, members = facts.relations(), facts.of_persons("members")
    dated = rows.filter(lasting(rows.started_at, rows.ended_at))
    joined = members.filter(lasting(members.joined_at, members.left_at))
    return _records(dated, dated.started_at, dated.started_day, 0, dated.touchpoint, dated.campaign).union(
        _records(joined, joined.joined_at, joined.joined_day, 0, ibis.null("string"), ibis.null("string"))
    )


def _purchases(facts: Facts, asked: Asked) -> ir.Table:
    """Standing purchases with where their order says it came from."""
    stood = standing(asked).select("consumer_id", "fact_id", "paid_at", "paid_day")
    bought = stood.join(facts.of("orders").select("fact_id", "touchpoint", "campaign"), "fact_id")
    return _records(bought, bought.paid_at, bought.paid_day, 1, bought.touchpoint, bought.campaign)


def _records(rows: ir.Table, at: ir.Value, day: ir.Value, sort: int, touchpoint: ir.Value, campaign: ir.Value):
    return rows.select(
        "consumer_id", at=at, day=day, sort=ibis.literal(sort, "int64"),
        touchpoint=touchpoint.fill_null(""), campaign=campaign.fill_null(""),
    )  # fmt: skip
