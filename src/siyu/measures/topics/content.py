"""Content: who met each content or live session, what they did there, and what they bought within a day of it.

A touch is any event of the period that names a content, but for an impression: being shown is not coming. A purchase
is credited to the last touch at or before it, of whatever content, as T credits it to the last entry.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.time import DAY
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.grouped import beside, grouped, named
from siyu.measures.metric import Metric, Topic
from siyu.store.tables import PURCHASE

INTERACTIONS = ("interact", "add_to_cart", "favorite", "claim_sample", "claim_benefit")
DIMENSIONS = ("content_id", "touchpoint", "platform")


def content_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Touches of known consumers in the period by content and place, and the purchases credited to them."""
    touched = facts.warehouse.scratch("content_touch", _touches(facts, asked))
    acts = touched.filter(touched.name.isin(INTERACTIONS))
    bought = facts.warehouse.scratch("content_purchase", _credited(touched, asked))
    return beside(
        by,
        grouped(touched, by, visitors=touched.consumer_id.nunique(), touches=touched.count()),
        grouped(acts, by, interactions=acts.count(), interacting=acts.consumer_id.nunique()),
        grouped(
            bought, by,
            converted=bought.consumer_id.nunique(),
            paid=bought.paid_amount.sum().cast("int64"),
        ),
    )  # fmt: skip


def _touches(facts: Facts, asked: Asked) -> ir.Table:
    """consumer_id, name, touched_at, DIMENSIONS."""
    events = facts.of_persons("events")
    met = events.filter(
        events.occurred_day.between(asked.first_day, asked.day)
        & (events.content_id.fill_null("") != "")
        & (events.name != "impression")
    )
    return named(met, DIMENSIONS).select("consumer_id", "name", *DIMENSIONS, touched_at="occurred_at")


def _credited(touched: ir.Table, asked: Asked) -> ir.Table:
    """Standing purchases of the period with the last touch at or before them, if within the window of conversion; at
    equal times the later content_id, touchpoint and platform are the later."""
    purchase = PURCHASE.expr()
    bought = purchase.filter(
        purchase.paid_day.between(asked.first_day, asked.day) & (purchase.void_day > asked.day)
    ).select("fact_id", "consumer_id", "paid_at", "paid_amount")
    met = bought.join(touched.drop("name").distinct(), "consumer_id")
    since = met.paid_at - met.touched_at
    inside = met.filter((since >= 0) & (since <= asked.settings["touchpoints.convert_days"] * DAY))
    latest = [ibis.desc(name) for name in ("touched_at", *DIMENSIONS)]
    ranked = inside.mutate(place=ibis.row_number().over(ibis.window(group_by="fact_id", order_by=latest)))
    return ranked.filter(ranked.place == 0)


CONTENT = Topic(
    "content", "内容与直播", "Content and live", content_counts,
    (
        Metric("content.visitors", "内容访客数", "Visitors", "consumers",
               "Known consumers with an event on the content in the period, impressions left out.", "visitors"),
        Metric("content.interactions", "内容互动次数", "Interactions", "events",
               "Events interact, add_to_cart, favorite, claim_sample, claim_benefit on the content.", "interactions"),
        Metric("content.interaction_rate", "内容互动率", "Interaction rate", "share",
               "Visitors who interacted, over visitors.", "interacting", "visitors"),
        Metric("content.converted", "内容成交人数", "Converted", "consumers",
               "Consumers with a standing purchase whose last content touch at or before it is to this content and at "
               "most `touchpoints.convert_days` old.", "converted", needs=("orders",)),
        Metric("content.convert_rate", "内容转化率", "Conversion", "share", "Converted over visitors.",
               "converted", "visitors", needs=("orders",)),
        Metric("content.paid", "内容引导成交额", "Credited sales", "minor units",
               "Paid (gross) for the purchases credited to the content.", "paid", needs=("orders",)),
        Metric("content.value_per_visitor", "内容单访客价值", "Value per visitor", "minor units",
               "Credited sales over visitors.", "paid", "visitors", needs=("orders",)),
    ),
    DIMENSIONS, ("events",), "visitors",
)  # fmt: skip
