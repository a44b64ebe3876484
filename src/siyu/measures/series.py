"""Daily series of F by role and of A, read from the role spans: each span counts on the days it holds.

Spans become steps (+1 on the first day, -1 after the last); the engine sums steps by day, numpy adds them up.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from siyu.core.kinds import ROLES
from siyu.measures import build
from siyu.measures.facts import Facts
from siyu.measures.measurable import there
from siyu.measures.ratio import ratio
from siyu.store.tables import DAILY_SERIES, ROLE_SPAN
from siyu.store.warehouse import Warehouse
from siyu.store.workspace import Workspace

#: `member` of the series that counts all roles.
ALL = "all"
WINDOW_DAYS = 30


def daily(workspace: Workspace, from_day: int, to_day: int, *, window: int = WINDOW_DAYS) -> int:
    """Fill `daily_series` for the days from_day .. to_day; gives the number of rows written. None of A where no step
    could be seen.
    """
    build.refresh(workspace)
    warehouse = workspace.warehouse
    climbs = there(Facts(warehouse), "climbs")
    rows = [*_f(warehouse, from_day, to_day), *(_a(warehouse, from_day, to_day, window) if climbs else ())]
    stored = DAILY_SERIES.expr()
    others = stored.filter(
        ~(stored.day.between(from_day, to_day) & ((stored.metric == "F") | (stored.member == str(window))))
    )
    fresh = warehouse.scratch("fresh_series", pa.Table.from_pylist(rows, schema=DAILY_SERIES.schema))
    warehouse.replace(DAILY_SERIES, others.union(fresh))
    warehouse.drop_scratch("fresh_series")
    return len(rows)


def series(warehouse: Warehouse, from_day: int, to_day: int) -> list[dict]:
    """The stored rows of some days, by metric, member and day."""
    stored = DAILY_SERIES.expr()
    wanted = stored.filter(stored.day.between(from_day, to_day))
    return warehouse.rows(wanted.order_by("metric", "member", "day"))


def _f(warehouse: Warehouse, from_day: int, to_day: int) -> list[dict]:
    """Consumers in F by role and in all, for each day."""
    span = ROLE_SPAN.expr()
    steps = _steps(span.select("from_day", "to_day", member="role"))
    by_role = _running(warehouse, steps, from_day, to_day)
    everyone = sum(by_role.values(), np.zeros(to_day - from_day + 1, dtype=np.int64))
    counts = {**{role: by_role[role] for role in ROLES if role in by_role}, ALL: everyone}
    return [
        _row(from_day + i, "F", member, float(n), None, None)
        for member, numbers in counts.items()
        for i, n in enumerate(numbers)
    ]


def _a(warehouse: Warehouse, from_day: int, to_day: int, window: int) -> list[dict]:
    """People who rose / people who could have, over the window that ends with each day."""
    span = ROLE_SPAN.expr().filter(lambda t: t["rank"] < len(ROLES))
    could = span.select(
        from_day=span.from_day + window, to_day=_later(span.to_day, window), member=ibis.literal("eligible")
    )
    later = ROLE_SPAN.expr().select("consumer_id", from_next="from_day", to_next="to_day", rank_next="rank")
    pairs = span.join(later, "consumer_id")
    risen = pairs.filter(pairs.rank_next > pairs["rank"])
    rose = risen.select(
        from_day=ibis.greatest(risen.from_day + window, risen.from_next),
        to_day=ibis.least(_later(risen.to_day, window), risen.to_next),
        member=ibis.literal("deepened"),
    )
    steps = _steps(could.union(rose.filter(rose.from_day < rose.to_day)))
    found = _running(warehouse, steps, from_day, to_day)
    zero = np.zeros(to_day - from_day + 1, dtype=np.int64)
    pairs_by_day = zip(found.get("deepened", zero).tolist(), found.get("eligible", zero).tolist())
    return [_row(from_day + i, "A", str(window), ratio(n, d), n, d) for i, (n, d) in enumerate(pairs_by_day)]


def _later(day: ir.IntegerValue, window: int) -> ir.IntegerValue:
    """A last day moved by the window; an open end stays open."""
    return (day + window).cast("int32")


def _steps(spans: ir.Table) -> ir.Table:
    """+1 on the first day and -1 on the day after the last, summed by member and day."""
    one = ibis.literal(1, "int64")
    up = spans.select("member", day=spans.from_day.cast("int32"), step=one)
    down = spans.select("member", day=spans.to_day.cast("int32"), step=-one)
    both = up.union(down)
    return both.group_by("member", "day").aggregate(step=both.step.sum().cast("int64"))


def _running(warehouse: Warehouse, steps: ir.Table, from_day: int, to_day: int) -> dict[str, np.ndarray]:
    """Sums of steps up to each day, by member."""
    found = warehouse.arrow(steps.filter(steps.day <= to_day))
    place = np.maximum(found["day"].to_numpy() - from_day, 0)
    members = found["member"].to_numpy(zero_copy_only=False)
    result = {}
    for member in sorted(set(members)):
        mine = members == member
        change = np.zeros(to_day - from_day + 1, dtype=np.int64)
        np.add.at(change, place[mine], found["step"].to_numpy()[mine])
        result[member] = np.cumsum(change)
    return result


def _row(day: int, metric: str, member: str, value: float | None, numerator: float | None, denominator: float | None):
    return {"day": day, "metric": metric, "member": member, "value": value,
            "numerator": numerator, "denominator": denominator}  # fmt: skip
