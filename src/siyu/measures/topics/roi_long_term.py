"""Long-term ROI: what the consumers won by a month's spend have paid at fixed ages (definitions.md section 7.4)."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.cohort import calendar_months, last_months
from siyu.measures.metric import Column, Sheet
from siyu.measures.ratio import ratio
from siyu.measures.topics.acquisition import acquired, ad_touches, standing

AGES = (30, 90, 180, 365)
MONTHS = 24
Row = dict[str, Any]


def roi_rows(facts: Facts, asked: Asked) -> list[Row]:
    """One row for each of the last 24 months with spend, oldest first; spend and payments up to the as-of day.

    Paid is gross, of purchases that stand as of the day and were made by the end of the n-th day after the day the
    consumer was won. A month whose last consumers have not reached an age yet is immature at it: null.
    """
    warehouse = facts.warehouse
    months = warehouse.scratch("spend_month", calendar_months(last_months(asked.date, MONTHS)))
    touches = warehouse.scratch("ad_touch", ad_touches(facts, asked))
    won = warehouse.scratch("acquired_ever", acquired(facts, asked, touches))
    spent = warehouse.rows(spend_by_month(facts, asked, months))
    counted = {row["month"]: row for row in warehouse.rows(acquired_by_month(won, months))}
    paid = {row["month"]: row for row in warehouse.rows(paid_by_month(asked, won, months))}
    return [
        _row(row, counted.get(row["month"], {}), paid.get(row["month"], {}), asked.day)
        for row in sorted(spent, key=lambda row: row["month"])
    ]


def spend_by_month(facts: Facts, asked: Asked, months: ir.Table) -> ir.Table:
    """month, last_day, spend."""
    spend = facts.of("spend")
    past = spend.filter(spend.date <= asked.day).select("amount", day="date")
    placed = _placed(past, months)
    return placed.group_by("month", "last_day").aggregate(spend=placed.amount.sum().cast("int64"))


def acquired_by_month(won: ir.Table, months: ir.Table) -> ir.Table:
    """month, acquired."""
    placed = _placed(won, months)
    return placed.group_by("month").aggregate(acquired=placed.count().cast("int64"))


def paid_by_month(asked: Asked, won: ir.Table, months: ir.Table) -> ir.Table:
    """month, paid_30 ... paid_365, paid_to_date: minor units."""
    bought = standing(asked).select("consumer_id", "paid_day", "paid_amount")
    placed = _placed(won.join(bought, "consumer_id"), months)
    by_age = {
        f"paid_{age}": (placed.paid_day <= placed.day + age).ifelse(placed.paid_amount, 0).sum().cast("int64")
        for age in AGES
    }
    return placed.group_by("month").aggregate(**by_age, paid_to_date=placed.paid_amount.sum().cast("int64"))


def _placed(rows: ir.Table, months: ir.Table) -> ir.Table:
    """Rows with the month their `day` lies in."""
    return months.join(rows, [rows.day >= months.first_day, rows.day <= months.last_day])


def _row(spent: Row, counted: Row, paid: Row, day: int) -> Row:
    mature = {age: spent["last_day"] + age <= day for age in AGES}
    amounts = {f"paid_{age}": paid.get(f"paid_{age}", 0) if mature[age] else None for age in AGES}
    amounts["paid_to_date"] = paid.get("paid_to_date", 0)
    returns = {name.replace("paid", "roi"): ratio(amount, spent["spend"]) for name, amount in amounts.items()}
    return {
        "month": spent["month"],
        "spend": spent["spend"],
        "acquired": counted.get("acquired", 0),
        **amounts,
        **returns,
    }


ROI_LONG_TERM = Sheet(
    "media.roi_long_term", "长效ROI", "Long-term ROI",
    "By month of spend: paid (gross) by the consumers first acquired in that month by campaigns with spend, 30, 90, "
    "180 and 365 days after they were won and up to the day, over the spend of the month (revenue over cost); null "
    "where the month's last consumers have not reached the age yet.",
    (
        Column("month", "花费月份", "Month of spend", "text"),
        Column("spend", "投放花费", "Spend", "minor units"),
        Column("acquired", "拉新人数", "Newly acquired", "consumers"),
        *(Column(f"paid_{age}", f"{age}天累计成交额", f"Paid within {age} days", "minor units") for age in AGES),
        Column("paid_to_date", "至今累计成交额", "Paid to date", "minor units"),
        *(Column(f"roi_{age}", f"{age}天ROI", f"ROI at {age} days", "ratio") for age in AGES),
        Column("roi_to_date", "至今ROI", "ROI to date", "ratio"),
    ),
    roi_rows, window="the last 24 months", needs=("spend", "orders"), people="acquired",
)  # fmt: skip
