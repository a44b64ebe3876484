"""League tables of F, A, S and T by store, guide, platform, city and campaign (definitions.md sections 3 and 7.1).

A consumer counts in every place in which they hold a relation, a purchase where it was made, an entry where it
happened; so places sum to more than the brand, which without dimensions is the measure document's own figures.
"""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.core.kinds import PUSH_CHANNELS
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import channels_open, sustainable
from siyu.measures.fast_plus.conversion import TOP
from siyu.measures.fast_plus.value import counted_purchases
from siyu.measures.grouped import beside, grouped
from siyu.measures.metric import Metric, Topic
from siyu.measures.topics.places import holders, placed_purchases, relation_records
from siyu.measures.topics.pull_by_place import pull_by_place

DIMENSIONS = ("platform", "store", "guide", "city", "campaign")


def league_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """What F, A, S and T are made of, by place: in_f, gross, pushable, base, eligible, deepened, own_value, buyers,
    visitors, progressed.
    """
    records = facts.warehouse.scratch("relation_record", relation_records(facts))
    return beside(
        by,
        *_capital(holders(facts, records, asked.day, by), asked.day, by),
        _conversion(holders(facts, records, asked.opening_day, by), asked, by),
        _value(facts, asked, by),
        pull_by_place(facts, asked, by),
    )


def _capital(held: ir.Table, day: int, by: tuple[str, ...]) -> tuple[ir.Table, ...]:
    in_f = held.semi_join(sustainable(day), "consumer_id")
    channels = channels_open(day)
    push = in_f.semi_join(channels.filter(channels.channel.isin(PUSH_CHANNELS)), "consumer_id")
    return (
        grouped(held, by, gross=held.count().cast("int64")),
        grouped(in_f, by, in_f=in_f.count().cast("int64")),
        grouped(push, by, pushable=push.count().cast("int64")),
    )


def _conversion(held: ir.Table, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """A of those who held a relation at the place when the period opened, wherever they stand when it closes."""
    opening = held.join(sustainable(asked.opening_day).select("consumer_id", "rank"), "consumer_id")
    closing = sustainable(asked.day).select("consumer_id", rank_then="rank")
    moved = opening.left_join(closing, "consumer_id")
    rose = (moved.rank_then > moved["rank"]).fill_null(False)
    return grouped(
        moved, by,
        base=moved.count().cast("int64"),
        eligible=(moved["rank"] < TOP).ifelse(1, 0).sum().cast("int64"),
        deepened=rose.ifelse(1, 0).sum().cast("int64"),
    )  # fmt: skip


def _value(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    counted = counted_purchases(asked)
    known = placed_purchases(facts, counted.filter(counted.consumer_id.notnull()), by)
    return grouped(
        known, by, own_value=known.net_amount.sum().cast("int64"), buyers=known.consumer_id.nunique().cast("int64")
    )


LEAGUE = Topic(
    "league", "四力排行榜", "League table", league_counts,
    (
        Metric("league.F", "可持续运营私域关系数", "Sustainable relationships (F)", "consumers",
               "Consumers in F who hold a relation of the place at the end of the day.", "in_f",
               window="as of the day"),
        Metric("league.relation_gross", "私域关系总数", "Relations, reach not tested", "consumers",
               "Consumers who hold a relation of the place, reachable or not.", "gross", window="as of the day"),
        Metric("league.reachable_rate", "可触达率", "Reachable rate", "share",
               "Of those who hold a relation of the place, the part in F.", "in_f", "gross", window="as of the day"),
        Metric("league.pushable", "可主动触达数", "Pushable", "consumers",
               "Of F, those with sms, email, wecom, group or subscription open.", "pushable",
               window="as of the day"),
        Metric("league.A", "角色关系加深效率", "Role deepening efficiency (A)", "share",
               "Of those below the top rung who held a relation of the place when the period opened, the part who "
               "stand higher when it closes.", "deepened", "eligible", needs=("climbs",)),
        Metric("league.S", "已实现价值", "Realised value (S)", "minor units",
               "Net amount of known consumers' purchases of the last `value.days`, where they were made.", "own_value",
               window="value.days", needs=("buyers",), people="buyers"),
        Metric("league.value_per_buyer", "买家人均价值", "Value per buyer", "minor units",
               "Realised value over its buyers.", "own_value", "buyers", window="value.days", needs=("buyers",)),
        Metric("league.visitors", "访客数", "Visitors", "consumers",
               "Known consumers who entered a touchpoint of the place.", "visitors", needs=("entries",)),
        Metric("league.T", "场域引力", "Touchpoint gravity (T)", "share",
               "Of the visitors of the place, the part who settled, deepened or bought by an entry there; entries "
               "name no guide.", "progressed", "visitors", needs=("entries",)),
    ),
    DIMENSIONS, ("relations",), "gross",
)  # fmt: skip
