"""Promotions: what each sold, how much of it to people gathered in its warm-up, and what was spent on it.

Gathered are consumers who, on a day of the warm-up (its own first day, else 30 days before the start, to the day
before the start), entered, showed interest or began a relation. Spend names no promotion: the cost is all
that was spent on those days. A running promotion counts up to the as-of day.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.measures.aipl import INTEREST_EVENTS
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, orders
from siyu.measures.fast_plus.connection import ENTRY_EVENTS
from siyu.measures.grouped import beside, grouped
from siyu.measures.measurable import there
from siyu.measures.metric import Column, Sheet
from siyu.measures.ratio import ratio
from siyu.measures.relations import relation_starts
from siyu.measures.topics.baskets import first_occasions

WARMUP_DAYS = 30
GATHERING_EVENTS = (*ENTRY_EVENTS, *INTEREST_EVENTS)
BY = ("promotion",)


def promotion_rows(facts: Facts, asked: Asked) -> list[dict]:
    """Promotions begun by the as-of day, in the order of their start."""
    terms = facts.warehouse.scratch("promotion_terms", _terms(facts, asked))
    cohort = facts.warehouse.scratch("promotion_cohort", _cohort(facts, terms))
    sold = facts.warehouse.scratch("promotion_order", _within(terms, _paid(facts), "starts_on", "last_day"))
    counts = beside(
        BY,
        grouped(terms, BY, days=(terms.last_day - terms.starts_on + 1).sum().cast("int64")),
        grouped(cohort, BY, gathered=cohort.count()),
        _sales(sold, cohort),
        _new(sold, asked),
        _before(facts, terms),
        _cost(facts, terms, "starts_on", "last_day", "cost"),
        _cost(facts, terms, "warm_from", "warm_to", "warmup_cost"),
    )
    dated = counts.join(terms.select("promotion", "starts_on", "ends_on"), "promotion")
    found = facts.warehouse.rows(dated.order_by("starts_on", "promotion"))
    spent, traced = there(facts, "spend"), there(facts, "relations") or there(facts, "events")
    return [_row(row, spent, traced) for row in found]


def _terms(facts: Facts, asked: Asked) -> ir.Table:
    """promotion, starts_on, ends_on, last_day (not after the as-of day), warm_from, warm_to."""
    every = facts.of("promotions")
    begun = every.filter((every.starts_on <= asked.day) & (every.ends_on >= every.starts_on))
    return begun.select(
        "promotion", "starts_on", "ends_on",
        last_day=ibis.least(begun.ends_on, ibis.literal(asked.day, "int32")),
        warm_from=ibis.coalesce(begun.warmup_from, (begun.starts_on - WARMUP_DAYS).cast("int32")),
        warm_to=(begun.starts_on - 1).cast("int32"),
    )  # fmt: skip


def _within(terms: ir.Table, dated: ir.Table, first: str, last: str) -> ir.Table:
    """What happened (`day`) between two days of each promotion; `dated` must not hold the columns of terms."""
    met = terms.cross_join(dated)
    return met.filter((met.day >= met[first]) & (met.day <= met[last]))


def _cohort(facts: Facts, terms: ir.Table) -> ir.Table:
    """promotion, consumer_id of everybody gathered in the warm-up."""
    events, starts = facts.of_persons("events"), relation_starts(facts)
    came = events.filter(events.name.isin(GATHERING_EVENTS)).select("consumer_id", day="occurred_day")
    traces = came.union(starts.select("consumer_id", day="started_day"))
    return _within(terms, traces, "warm_from", "warm_to").select("promotion", "consumer_id").distinct()


def _paid(facts: Facts) -> ir.Table:
    return orders(facts).select("fact_id", "consumer_id", "paid_amount", day="paid_day")


def _sales(sold: ir.Table, cohort: ir.Table) -> ir.Table:
    """Sales and buyers of the promotion's days, and the part of the gathered."""
    theirs = sold.semi_join(cohort, ["promotion", "consumer_id"])
    return beside(
        BY,
        grouped(sold, BY, sales=sold.paid_amount.sum().cast("int64"), buyers=sold.consumer_id.nunique()),
        grouped(
            theirs, BY,
            gathered_sales=theirs.paid_amount.sum().cast("int64"),
            gathered_buyers=theirs.consumer_id.nunique(),
        ),
    )  # fmt: skip


def _new(sold: ir.Table, asked: Asked) -> ir.Table:
    """Buyers whose first purchase occasion lies in the promotion's days."""
    met = sold.join(first_occasions(asked), "consumer_id")
    new = met.filter((met.first_day >= met.starts_on) & (met.first_day <= met.last_day))
    return grouped(new, BY, new_buyers=new.consumer_id.nunique())


def _before(facts: Facts, terms: ir.Table) -> ir.Table:
    """Sales of as many days before the start as the promotion has had."""
    earlier = terms.mutate(back_to=(terms.starts_on - (terms.last_day - terms.starts_on + 1)).cast("int32"))
    sold = _within(earlier, _paid(facts), "back_to", "warm_to")
    return grouped(sold, BY, sales_before=sold.paid_amount.sum().cast("int64"))


def _cost(facts: Facts, terms: ir.Table, first: str, last: str, name: str) -> ir.Table:
    spend = facts.of("spend").select("amount", day="date")
    spent = _within(terms, spend, first, last)
    return grouped(spent, BY, **{name: spent.amount.sum().cast("int64")})


def _row(row: dict[str, Any], spent: bool, traced: bool) -> dict[str, Any]:
    """The row with its shares; what no loaded fact tells is None."""
    unknown = [] if spent else ["cost", "warmup_cost"]
    unknown += [] if traced else ["gathered", "gathered_sales", "gathered_buyers"]
    known = {**row, **dict.fromkeys(unknown)}
    shares = {
        "gathered_share": ratio(known["gathered_sales"], known["sales"]),
        "conversion": ratio(known["gathered_buyers"], known["gathered"]),
    }
    return {column.name: (known | shares)[column.name] for column in COLUMNS}


COLUMNS = (
    Column("promotion", "活动", "Promotion", "text"),
    Column("starts_on", "开始", "Starts", "day"),
    Column("ends_on", "结束", "Ends", "day"),
    Column("days", "已计天数", "Days counted", "days"),
    Column("sales", "活动成交额", "Sales", "minor units"),
    Column("sales_before", "活动前同天数成交额", "Sales of as many days before", "minor units"),
    Column("buyers", "买家数", "Buyers", "consumers"),
    Column("new_buyers", "新客数", "New buyers", "consumers"),
    Column("gathered", "蓄水人数", "Gathered in the warm-up", "consumers"),
    Column("gathered_buyers", "蓄水人群买家数", "Buyers among the gathered", "consumers"),
    Column("conversion", "蓄水转化率", "Conversion of the gathered", "share"),
    Column("gathered_sales", "蓄水人群成交额", "Sales to the gathered", "minor units"),
    Column("gathered_share", "蓄水成交占比", "Their share of sales", "share"),
    Column("cost", "活动期花费", "Spend of its days", "minor units"),
    Column("warmup_cost", "蓄水期花费", "Spend of the warm-up", "minor units"),
)
PROMOTIONS = Sheet(
    "promotions", "大促", "Promotions",
    "Each promotion begun: sales and buyers of its days up to the as-of day, what as many days before it sold, and the "
    "cohort gathered in its warm-up (T-30 to T-1, or from its own first day): size, conversion, share of the sales. "
    "Cost is all spend of those days.",
    COLUMNS, promotion_rows, "its days and its warm-up", ("promotions", "orders"), "buyers",
)  # fmt: skip
