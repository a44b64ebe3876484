"""A_std: the step rates of A weighted by a mix of rungs that stays fixed, so that who stands where does not move it.

The reference mix (ours; definitions.md section 3.2) is that of the brand's first year: the days consumers spent on each
rung below the top in the 365 days since anyone first stood on the ladder at the end of a day, seen up to the opening of
the period.
"""

from __future__ import annotations

import math

import ibis
import ibis.expr.types as ir
from ibis import _

from siyu.measures.asked import Asked
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.fast_plus.conversion import TOP
from siyu.measures.ratio import ratio
from siyu.store.formula import formula
from siyu.store.tables import ROLE_SPAN
from siyu.store.warehouse import Warehouse

#: The first period of history, whose mix is the reference: a year has every season once.
REFERENCE_DAYS = 365


@formula
def reference_mix(opening_day: int) -> ir.Table:
    """Days consumers spent on each rung below the top in the reference year, up to the opening: role, days.

    A day counts for who stands on the rung at its end. Before the year is over the mix is still moving.
    """
    span = ROLE_SPAN.expr().filter(_.to_day > _.from_day)  # who came and went within a day stood at the end of none
    began = span.aggregate(began=span.from_day.min())
    below = span.filter(span["rank"] < TOP).cross_join(began)
    ends = ibis.least(below.to_day, below.began + REFERENCE_DAYS, ibis.literal(opening_day + 1, "int32"))
    spent = below.mutate(days=(ends - below.from_day).cast("int64"))
    real = spent.filter(spent.days > 0)
    return real.group_by("role").aggregate(days=real.days.sum().cast("int64"))


@formula
def steps(opening_day: int, closing_day: int) -> ir.Table:
    """Who stood on each rung below the top at the opening, and who of them stands higher at the closing: role,
    eligible, risen."""
    opening, closing = sustainable(opening_day), sustainable(closing_day)
    below = opening.filter(opening["rank"] < TOP)
    moved = below.left_join(closing.select("consumer_id", rank_then="rank"), "consumer_id")
    rose = (moved.rank_then > moved["rank"]).fill_null(False)
    return moved.group_by("role").aggregate(
        eligible=moved.count().cast("int64"), risen=rose.ifelse(1, 0).sum().cast("int64")
    )


@formula
def weighed(opening_day: int, closing_day: int) -> ir.Table:
    """The rungs anyone stood on at the opening: role, eligible, risen, days (their weight)."""
    return steps(opening_day, closing_day).join(reference_mix(opening_day), "role")


def a_std(warehouse: Warehouse, asked: Asked) -> float | None:
    """A_std of the period asked about: sum(days x risen / eligible) / sum(days) over the rungs anyone stood on.

    A rung empty at the opening has no rate: it drops out and the weights of the others stand for it. None when no rung
    of the reference mix had anyone. The sum is exact, so that rungs may come in any order.
    """
    rungs = warehouse.rows(weighed(asked.opening_day, asked.day))
    risen = math.fsum(rung["days"] * (rung["risen"] / rung["eligible"]) for rung in rungs)
    return ratio(risen, sum(rung["days"] for rung in rungs))
