"""Everyone a forecast stands for: the consumers in F and every known buyer, with all the forecast looks at."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.clv.histories import histories
from siyu.measures.clv.waiting import RUNGS, entries, period
from siyu.measures.fast_plus.capital import sustainable

#: Role of a buyer who holds no relation, or can be reached through none.
OUTSIDE_F = "buyer_outside_f"


def population(asked: Asked, brought: ir.Table) -> ir.Table:
    """One row per consumer in F or known buyer as of the day; `brought` as `sharing.brought` gives it.

    consumer_id, role, rung, touchpoint, age_periods (since entering F), known_days (since the first that is known of
    them), the columns of `histories` (null = never bought), referred, referred_value, historic_referral.
    """
    standing, buyers = sustainable(asked.day), histories(asked)
    everyone = standing.select("consumer_id").union(buyers.select("consumer_id"), distinct=True)
    rows = everyone
    for more in (standing, buyers, entries(asked.day), brought):
        rows = rows.left_join(more, "consumer_id").drop("consumer_id_right")
    basic = rows["rank"] == 1
    first = ibis.least(rows.entered_day, asked.day - rows.age_days, rows.first_shared)
    return rows.select(
        "consumer_id", "frequency", "recency_days", "age_days", "monetary_value", "first_value",
        role=rows.role.fill_null(OUTSIDE_F), rung=basic.ifelse(*RUNGS), touchpoint=rows.touchpoint.fill_null(""),
        age_periods=period(rows.entered_day, asked.day).fill_null(0), known_days=(asked.day - first).cast("int64"),
        **{name: rows[name].fill_null(0) for name in ("historic_own", "referred", "referred_value",
                                                      "historic_referral")},
    )  # fmt: skip
