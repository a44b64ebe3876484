"""Cohorts: buyers by the month of their first purchase, how many come back month by month, and what they are worth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import ibis.expr.types as ir
import pyarrow as pa

from siyu.core.time import date_of, day_of
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, net_purchases
from siyu.measures.metric import Column, Sheet
from siyu.measures.topics.baskets import first_occasions
from siyu.store.tables import ORDER_REFUND, PURCHASE

#: Calendar months of cohorts shown, the as-of day's own the last of them.
COHORT_MONTHS = 13


def retention_rows(facts: Facts, asked: Asked) -> list[dict]:
    """Each cohort's months to the as-of day, oldest first. Where the month is not over, shares and values are None."""
    months = facts.warehouse.scratch("month", _months(asked))
    first = _with_month(first_occasions(asked), months, "first_day", "cohort")
    first = facts.warehouse.scratch("cohort_buyer", first)
    sizes = first.group_by("cohort").aggregate(buyers=first.count()).order_by("cohort")
    bought = facts.warehouse.scratch("cohort_purchase", _bought(first, months, asked))
    later = bought.filter(bought.paid_day > bought.first_day)
    again = later.group_by("cohort", "month").aggregate(again=later.consumer_id.nunique())
    worth = bought.group_by("cohort", "month").aggregate(net=bought.net_amount.sum().cast("int64"))
    return list(
        _triangle(
            {row["cohort"]: row["buyers"] for row in facts.warehouse.rows(sizes)},
            {(row["cohort"], row["month"]): row["again"] for row in facts.warehouse.rows(again)},
            {(row["cohort"], row["month"]): row["net"] for row in facts.warehouse.rows(worth)},
            _months_over(asked),
        )
    )


def _months(asked: Asked) -> pa.Table:
    """day, month (a running number of calendar months) of all days shown."""
    this = month_of(asked.date)
    year, month = divmod(this - COHORT_MONTHS + 1, 12)
    days = range(day_of(dt.date(year, month + 1, 1)), asked.day + 1)
    return pa.table({
        "day": pa.array(days, pa.int32()),
        "month": pa.array([month_of(date_of(day)) for day in days], pa.int64()),
    })  # fmt: skip


def month_of(date: dt.date) -> int:
    """The running number of a calendar month.

    >>> month_of(dt.date(2026, 1, 31)) - month_of(dt.date(2025, 12, 1))
    1
    """
    return date.year * 12 + date.month - 1


def _with_month(table: ir.Table, months: ir.Table, day: str, name: str) -> ir.Table:
    """The rows whose day is among the months, with the month under a name."""
    named = months.select("day", **{name: months.month})
    met = table.join(named, table[day] == named.day)
    return met.drop("day")


def _bought(first: ir.Table, months: ir.Table, asked: Asked) -> ir.Table:
    """Every standing purchase of the cohorts with its month and its net amount as of the day."""
    net = net_purchases(PURCHASE.expr(), ORDER_REFUND.expr(), asked.closing_at)
    mine = net.select("consumer_id", "paid_day", "net_amount")
    return _with_month(mine, months, "paid_day", "month").join(first, "consumer_id")


def _months_over(asked: Asked) -> tuple[int, int]:
    """The last month that is over at the end of the day, and the month of the day."""
    this, tomorrow = month_of(asked.date), month_of(date_of(asked.day + 1))
    return tomorrow - 1, this


def _triangle(
    buyers: dict[int, int],
    again: dict[tuple[int, int], int],
    net: dict[tuple[int, int], int],
    months_over: tuple[int, int],
) -> Iterator[dict]:
    over, this = months_over
    for cohort, size in buyers.items():
        so_far = 0
        for month in range(cohort, this + 1):
            so_far += net.get((cohort, month), 0)
            back, mature = again.get((cohort, month), 0), month <= over
            yield {
                "cohort": f"{cohort // 12}-{cohort % 12 + 1:02d}",
                "months_since": str(month - cohort),
                "buyers": size,
                "again": back,
                "retention": back / size if mature else None,
                "value_per_buyer": so_far / size if mature else None,
            }


RETENTION = Sheet(
    "cohorts.retention", "首购同期群", "Retention by month of first purchase",
    f"Buyers by the calendar month of their first purchase (the last {COHORT_MONTHS}), and for each month since: how "
    "many bought on a later day than the first, their share, and net value per buyer of the cohort so far. Months not "
    "over have counts so far, and neither share nor value.",
    (
        Column("cohort", "首购月", "Month of first purchase", "text"),
        Column("months_since", "第几个月", "Months since", "text"),
        Column("buyers", "首购人数", "Buyers", "consumers"),
        Column("again", "当月再购人数", "Bought again", "consumers"),
        Column("retention", "再购率", "Share buying again", "share"),
        Column("value_per_buyer", "人均累计净额", "Net value per buyer so far", "minor units"),
    ),
    retention_rows, "13 months", ("orders",), "buyers",
)  # fmt: skip
