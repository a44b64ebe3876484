"""The ladder beyond A: A on a fixed mix of rungs, and how far a month's newcomers came (definitions.md section 3.2)."""

from __future__ import annotations

from typing import Any

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.cohort import a_cohort, last_months
from siyu.measures.fast_plus.standard import a_std, reference_mix, steps
from siyu.measures.metric import Column, Sheet
from siyu.measures.ratio import ratio

#: Months of newcomers shown.
MONTHS = 6
#: The line of all rungs together.
ALL = "all"


def standard_rows(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """Each rung with its rate and its weight in the reference mix, then A_std of all."""
    rate_of = {row["role"]: row for row in facts.warehouse.rows(steps(asked.opening_day, asked.day).order_by("role"))}
    mix = {row["role"]: row["days"] for row in facts.warehouse.rows(reference_mix(asked.opening_day))}
    rungs = [_rung(role, found, mix.get(role)) for role, found in rate_of.items()]
    value = a_std(facts.warehouse, asked)
    whole = {name: sum(row[name] for row in rungs) for name in ("eligible", "risen")}
    return [*rungs, {"role": ALL, **whole, "rate": value, "reference_days": sum(mix.values())}]


def cohort_rows(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """The last months' newcomers at 30, 60 and 90 days; months that are too young are marked."""
    found = a_cohort(facts.warehouse, asked, last_months(asked.date, MONTHS))
    return [{**row, "days": str(row["days"]), "mature": "yes" if row["mature"] else "no"} for row in found]


def _rung(role: str, found: dict[str, Any], days: int | None) -> dict[str, Any]:
    return {"role": role, "eligible": found["eligible"], "risen": found["risen"],
            "rate": ratio(found["risen"], found["eligible"]), "reference_days": days}  # fmt: skip


A_STD = Sheet(
    "ladder.A_std", "固定结构加深效率", "A on a fixed mix of rungs",
    "Share of each rung that rose in the period, and their mean weighted by the mix of rungs in the brand's first year:"
    " a change of the mix does not move it, so targets are set on it.",
    (
        Column("role", "角色", "Rung", "text"),
        Column("eligible", "期初人数", "Stood at the opening", "consumers"),
        Column("risen", "加深人数", "Rose", "consumers"),
        Column("rate", "加深率", "Rate", "share"),
        Column("reference_days", "参照人天", "Consumer-days of the reference", "days"),
    ),
    standard_rows, needs=("relations",), people="eligible",
)  # fmt: skip
A_COHORT = Sheet(
    "ladder.A_cohort", "新人加深率", "A of newcomers",
    "Of those who came into F for the first time in a month, the share who climbed or bought within 30, 60 or 90 days.",
    (
        Column("month", "进入月份", "Month they came", "text"),
        Column("days", "天数", "Days", "text"),
        Column("newcomers", "新人数", "Newcomers", "consumers"),
        Column("progressed", "加深或购买人数", "Climbed or bought", "consumers"),
        Column("value", "新人加深率", "Share", "share"),
        Column("mature", "已满期", "Mature", "text"),
    ),
    cohort_rows, "six months", ("relations",), "newcomers",
)  # fmt: skip
