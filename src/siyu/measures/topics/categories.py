"""Categories: which ones the same consumers buy, where buyers of one go next, and how widely members buy.

A category is what a line that bought something says, else what the catalogue says of its sku; orders and occasions
without any stated category are left out.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.time import OPEN_DAY
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.grouped import beside, grouped, named
from siyu.measures.metric import Column, Metric, Sheet, Topic
from siyu.measures.topics.baskets import YEAR_DAYS, lines, paid_as_member, paid_orders, sold, standing
from siyu.measures.topics.bundles import FEWEST_TOGETHER, MOST_PAIRS, pair_columns, pairs

#: A product is new for this many days, the day of its launch the first of them.
NEW_DAYS = 90
#: Before the day of any fact.
EARLIEST = -OPEN_DAY


def association_rows(facts: Facts, asked: Asked) -> list[dict]:
    """Pairs of categories that one consumer bought in the last year, by lift."""
    bought = _occasions(facts, asked, asked.last_days(YEAR_DAYS)[0])
    return facts.warehouse.rows(pairs(bought.select(holder="consumer_id", thing="category")))


def migration_rows(facts: Facts, asked: Asked) -> list[dict]:
    """Steps from the categories of an occasion to those of the consumer's next one, by where they start.

    A step counts when its later occasion lies in the last year; with several categories it counts for each pair, so
    the shares of one start may sum to more than 1.
    """
    bought = facts.warehouse.scratch("category_occasion", _occasions(facts, asked, EARLIEST))
    steps = facts.warehouse.scratch("category_step", _steps(bought, asked))
    moves = steps.group_by("category_from", "category_to").aggregate(
        steps=steps.count(), consumers=steps.consumer_id.nunique()
    )
    starts = steps.select("category_from", "consumer_id", "paid_day").distinct()
    starting = starts.group_by("category_from").aggregate(starting=starts.count())
    met = moves.join(starting, "category_from")
    shown = met.mutate(share=met.steps.cast("float64") / met.starting.cast("float64"))
    return facts.warehouse.rows(shown.order_by("category_from", ibis.desc("steps"), "category_to"))


def _occasions(facts: Facts, asked: Asked, first_day: int) -> ir.Table:
    """What known consumers bought since a day: consumer_id, paid_day, category, each once."""
    stands = standing(paid_orders(facts, first_day, asked.day), asked)
    mine = sold(lines(facts, stands.filter(stands.consumer_id.notnull()), "consumer_id", "paid_day"))
    return mine.filter(mine.category != "").select("consumer_id", "paid_day", "category").distinct()


def _steps(bought: ir.Table, asked: Asked) -> ir.Table:
    """consumer_id, paid_day (of the later occasion), category_from, category_to."""
    days = bought.select("consumer_id", "paid_day").distinct()
    in_order = ibis.window(group_by="consumer_id", order_by="paid_day")
    pairs_of_days = days.mutate(next_day=days.paid_day.lead().over(in_order))
    recent = pairs_of_days.filter(pairs_of_days.next_day >= asked.last_days(YEAR_DAYS)[0])
    earlier = bought.select("consumer_id", "paid_day", category_from="category")
    later = bought.select("consumer_id", next_day="paid_day", category_to="category")
    whole = recent.join(earlier, ["consumer_id", "paid_day"]).join(later, ["consumer_id", "next_day"])
    return whole.select("consumer_id", "category_from", "category_to", paid_day="next_day")


def assortment_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Members who bought in the period, by how many categories, and whether anything was new when they paid."""
    more = tuple(d for d in by if d != "platform")
    stands = standing(paid_orders(facts, asked.first_day, asked.day, more), asked)
    paid = facts.warehouse.scratch("member_order", named(_of_members(stands), by))
    columns = tuple(dict.fromkeys(("consumer_id", "paid_day", *by)))
    bought = facts.warehouse.scratch("member_line", sold(lines(facts, paid, *columns)))
    stated = bought.filter(bought.category != "")
    each = stated.group_by(*by, "consumer_id").aggregate(categories=stated.category.nunique())
    several = each.filter(each.categories > 1)
    dated = bought.filter(bought.launched_at.notnull())
    age = dated.paid_day - dated.launched_at
    new = dated.filter((age >= 0) & (age < NEW_DAYS))
    return beside(
        by,
        grouped(paid, by, members=paid.consumer_id.nunique()),
        grouped(each, by, with_category=each.consumer_id.nunique()),
        grouped(several, by, cross_category=several.consumer_id.nunique()),
        grouped(dated, by, with_launch=dated.consumer_id.nunique()),
        grouped(new, by, new_product=new.consumer_id.nunique()),
    )


def _of_members(paid: ir.Table) -> ir.Table:
    found = paid.semi_join(paid_as_member(paid), "fact_id")
    return found.filter(found.consumer_id.notnull())


ASSORTMENT = Topic(
    "assortment", "会员购买广度", "Assortment", assortment_counts,
    (
        Metric("assortment.members", "购买会员数", "Buying members", "consumers",
               "Consumers with a standing purchase in the period, members when they paid.", "members"),
        Metric("assortment.member_cross_category_rate", "会员跨品类购买率", "Cross-category rate of members", "share",
               "Of members who bought a stated category in the period, those who bought several.",
               "cross_category", "with_category"),
        Metric("assortment.member_new_product_rate", "会员新品购买率", "New-product rate of members", "share",
               "Of members who bought a product of known launch day in the period, those who bought one launched "
               "within the 90 days that ended with the payment's day.", "new_product", "with_launch",
               needs=("products",)),
    ),
    ("platform", "store"), ("orders", "order_lines", "memberships"), "members",
)  # fmt: skip
ASSOCIATION = Sheet(
    "categories.association", "品类关联", "Category association",
    "Pairs of categories bought by the same consumer in the last 365 days, and how much more often than if they were "
    f"independent (lift); pairs of fewer than {FEWEST_TOGETHER} consumers are left out, the {MOST_PAIRS} of the "
    "highest lift stand.",
    pair_columns("consumers", "消费者", "Consumers"),
    association_rows, "365 days", ("orders", "order_lines"), "together",
)  # fmt: skip
MIGRATION = Sheet(
    "categories.migration", "品类迁移", "Category migration",
    "From the categories of one purchase occasion to those of the same consumer's next one, where that lies in the "
    "last 365 days; share of the steps that start at the category. Mixed baskets count for each pair.",
    (
        Column("category_from", "从品类", "From", "text"),
        Column("category_to", "到品类", "To", "text"),
        Column("steps", "次数", "Steps", "occasions"),
        Column("consumers", "人数", "Consumers", "consumers"),
        Column("starting", "从该品类出发次数", "Steps from there", "occasions"),
        Column("share", "占比", "Share", "share"),
    ),
    migration_rows, "365 days", ("orders", "order_lines"), "consumers",
)  # fmt: skip
