"""Repurchase: who bought again within the period, who came back after the first purchase, and after how long.

Occasions count: business days with a purchase that stands as of the day. `membership` is what the buyer was on the
first occasion counted ('member' if any payment of that day was a member's, else 'none'), so that joining later cannot
better a membership's own past.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.grouped import beside, grouped
from siyu.measures.metric import Column, Metric, Sheet, Topic
from siyu.measures.topics.baskets import paid_as_member
from siyu.store.tables import PURCHASE

#: Days after the first purchase in which a buyer of a cohort has to come back.
RETURN_DAYS = 90
#: Occasions after this one are told no more apart.
LAST_OCCASION = 10


def repurchase_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Buyers of the period and those who bought on several of its days; first buyers of the period that ended
    RETURN_DAYS before the as-of day and those who came back within RETURN_DAYS.
    """
    every = facts.warehouse.scratch("membership_occasion", occasions(asked))
    window = _firsts(every.filter(every.paid_day >= asked.first_day))
    again = window.filter(window.next_day.notnull())
    first = _firsts(every)
    cohort = first.filter(first.paid_day.between(asked.first_day - RETURN_DAYS, asked.day - RETURN_DAYS))
    back = cohort.filter(cohort.next_day <= cohort.paid_day + RETURN_DAYS)
    return beside(
        by,
        grouped(window, by, buyers=window.count()),
        grouped(again, by, repeat_buyers=again.count()),
        grouped(cohort, by, first_buyers=cohort.count()),
        grouped(back, by, returned=back.count()),
    )


def occasions(asked: Asked) -> ir.Table:
    """Purchase occasions as of the day: consumer_id, paid_day, membership."""
    purchase = PURCHASE.expr()
    stands = purchase.filter(
        purchase.consumer_id.notnull() & (purchase.paid_day <= asked.day) & (purchase.void_day > asked.day)
    ).select("fact_id", "consumer_id", "paid_at", "paid_day")
    as_member = paid_as_member(stands).mutate(member=ibis.literal(1, "int64"))
    met = stands.left_join(as_member, "fact_id")
    days = met.group_by("consumer_id", "paid_day").aggregate(member=met.member.fill_null(0).max())
    return days.select("consumer_id", "paid_day", membership=(days.member > 0).ifelse("member", "none"))


def _firsts(occasions: ir.Table) -> ir.Table:
    """Each consumer's first occasion, with the day of the next (null = none)."""
    in_order = ibis.window(group_by="consumer_id", order_by="paid_day")
    numbered = occasions.mutate(
        place=ibis.row_number().over(in_order), next_day=occasions.paid_day.lead().over(in_order)
    )
    return numbered.filter(numbered.place == 0)


def gap_rows(facts: Facts, asked: Asked) -> list[dict]:
    """Median days from one occasion to the next, by the number of the later one, over all time."""
    every = occasions(asked)
    in_order = ibis.window(group_by="consumer_id", order_by="paid_day")
    numbered = every.mutate(
        number=ibis.row_number().over(in_order) + 1,
        gap=every.paid_day - every.paid_day.lag().over(in_order),
    )
    later = numbered.filter((numbered.number > 1) & (numbered.number <= LAST_OCCASION))
    ranked = later.mutate(
        place=ibis.row_number().over(ibis.window(group_by="number", order_by=["gap", "consumer_id"])),
        consumers=later.count().over(ibis.window(group_by="number")),
    )
    past = ranked.consumers - 2 * ranked.place  # 1 in the middle of an odd number, 2 and 0 around that of an even one
    middle = ranked.filter(past.between(0, 2))
    medians = middle.group_by("number").aggregate(
        consumers=middle.consumers.max().cast("int64"), median_days=middle.gap.mean()
    )
    found = facts.warehouse.rows(medians.order_by("number"))
    return [{"occasion": str(row.pop("number")), **row} for row in found]


REPURCHASE = Topic(
    "repurchase", "复购", "Repurchase", repurchase_counts,
    (
        Metric("repurchase.repurchase_rate_window", "周期复购率", "Repurchase rate of the window", "share",
               "Of the period's buyers, those who bought on several of its days.", "repeat_buyers", "buyers"),
        Metric("repurchase.repurchase_rate_cohort", "首购后90天复购率", "Repurchase rate of the cohort", "share",
               "Of those who first bought in the period that ended 90 days before the as-of day (as long as the "
               "period asked), those who bought again within 90 days: every one of them has had the 90 days.",
               "returned", "first_buyers", "the period, 90 days earlier"),
    ),
    ("membership",), ("orders",), "buyers",
)  # fmt: skip
GAPS = Sheet(
    "cohorts.gaps", "复购间隔", "Time between purchases",
    "Median days from one purchase occasion to the next of the same consumer, by the number of the later one, over all "
    "time; only consumers who have come back are in it.",
    (
        Column("occasion", "第几次购买", "Occasion", "text"),
        Column("consumers", "人数", "Consumers", "consumers"),
        Column("median_days", "距上次购买天数中位数", "Median days since the one before", "days"),
    ),
    gap_rows, "all time", ("orders",), "consumers",
)  # fmt: skip
