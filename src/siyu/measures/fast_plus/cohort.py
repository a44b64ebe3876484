"""A_cohort: of the newcomers of a month, the share who climbed or bought within 30, 60 or 90 days.

See definitions.md section 3.2.
"""

from __future__ import annotations

import calendar
import datetime as dt

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from siyu.core.time import day_of
from siyu.measures.asked import Asked
from siyu.measures.ratio import ratio
from siyu.store.formula import formula
from siyu.store.tables import PURCHASE, ROLE_SPAN
from siyu.store.warehouse import Warehouse

AGES = (30, 60, 90)


@formula
def newcomers(day: int) -> ir.Table:
    """Consumers by the first time they ever came into F, up to the end of a day: consumer_id, came_at, came_day, rank.

    Who leaves F and returns is no newcomer again.
    """
    span = ROLE_SPAN.expr()
    first = span.group_by("consumer_id").aggregate(came_at=span.valid_from.min())
    came = first.join(span, [("consumer_id", "consumer_id"), ("came_at", "valid_from")])
    seen = came.filter(came.from_day <= day)
    return seen.select("consumer_id", "came_at", came_day="from_day", rank="rank")


@formula
def progressed(newcomers: ir.Table, day: int, age: int) -> ir.Table:
    """Newcomers who climbed above the rung they came in on, or bought, within `age` days: consumer_id, once each.

    Within n days = by the end of the n-th business day after the one they came. A purchase counts from the instant they
    came, if it stands as of `day`; nothing after `day` counts.
    """
    span, purchase = ROLE_SPAN.expr(), PURCHASE.expr()
    later = newcomers.join(span.select("consumer_id", "valid_from", "from_day", rank_then="rank"), "consumer_id")
    higher = later.filter((later.rank_then > later["rank"]) & (later.valid_from > later.came_at))
    climbed = higher.filter(_within(higher.from_day, higher, day, age))
    paid = newcomers.join(purchase.select("consumer_id", "paid_at", "paid_day", "void_day"), "consumer_id")
    bought = paid.filter(
        (paid.paid_at >= paid.came_at) & (paid.void_day > day) & _within(paid.paid_day, paid, day, age)
    )
    return climbed.select("consumer_id").union(bought.select("consumer_id"), distinct=True)


@formula
def cohorts(months: ir.Table, day: int, age: int) -> ir.Table:
    """Newcomers of each month of `calendar_months`, and those who progressed: month, newcomers, progressed."""
    came = newcomers(day)
    done = progressed(came, day, age).mutate(done=ibis.literal(1, "int64"))
    marked = came.left_join(done, "consumer_id").drop("consumer_id_right")
    placed = months.join(marked, [marked.came_day >= months.first_day, marked.came_day <= months.last_day])
    return placed.group_by("month").aggregate(
        newcomers=placed.count().cast("int64"), progressed=placed.done.fill_null(0).sum().cast("int64")
    )


def a_cohort(warehouse: Warehouse, asked: Asked, months: list[str], ages: tuple[int, ...] = AGES) -> list[dict]:
    """A_cohort of months ('2026-06') at each age: month, days, newcomers, progressed, value, mature.

    A month is mature at an age when its last newcomer could have reached it; before that the value is what was seen so
    far and can only rise.
    """
    table = warehouse.scratch("cohort_month", calendar_months(months))
    rows = []
    for age in ages:
        found = {row["month"]: row for row in warehouse.rows(cohorts(table, asked.day, age))}
        rows += [_row(month, age, found.get(month), asked.day) for month in months]
    warehouse.drop_scratch("cohort_month")
    return rows


def calendar_months(months: list[str]) -> pa.Table:
    """First and last business day of months: month, first_day, last_day."""
    bounds = [_bounds(month) for month in months]
    return pa.table({
        "month": pa.array(months, pa.string()),
        "first_day": pa.array([first for first, _ in bounds], pa.int32()),
        "last_day": pa.array([last for _, last in bounds], pa.int32()),
    })  # fmt: skip


def last_months(day: dt.date, count: int) -> list[str]:
    """The `count` months that end with the month of a day, oldest first.

    >>> last_months(dt.date(2026, 1, 31), 3)
    ['2025-11', '2025-12', '2026-01']
    """
    places = [day.year * 12 + day.month - 1 - back for back in range(count - 1, -1, -1)]
    return [f"{place // 12:04d}-{place % 12 + 1:02d}" for place in places]


def _within(reached: ir.Value, row: ir.Table, day: int, age: int) -> ir.BooleanValue:
    return (reached - row.came_day <= age) & (reached <= day)


def _bounds(month: str) -> tuple[int, int]:
    year, number = (int(part) for part in month.split("-"))
    last = calendar.monthrange(year, number)[1]
    return day_of(dt.date(year, number, 1)), day_of(dt.date(year, number, last))


def _row(month: str, age: int, found: dict | None, day: int) -> dict:
    came, done = (found["newcomers"], found["progressed"]) if found else (0, 0)
    mature = _bounds(month)[1] + age <= day
    return {"month": month, "days": age, "newcomers": came, "progressed": done, "value": ratio(done, came),
            "mature": mature}  # fmt: skip
