"""Spans from change points: the one window pass that turns joins, leaves, grants and purchases into intervals.

A span holds at every instant t with valid_from < t <= valid_to: state at an instant uses only facts strictly before
it, so what ends at t still counts at t and what starts at t does not yet (metrics.md section 0.5).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.core.time import OPEN_AT, OPEN_DAY


def pieces(
    changes: ir.Table, keys: tuple[str, ...], counters: tuple[str, ...], state: Callable[[Any], ir.Value]
) -> ir.Table:
    """Maximal stretches of equal state per key.

    `changes` holds keys, `at`, `day` and counters (+1 where something begins, -1 where it ends); `state` reads the
    running sums, which all start at 0. Result: keys, state, valid_from, valid_to, from_day, to_day, and the counters'
    net change at the instant the piece begins. The piece before the first change of state is not given. The state
    before an instant is the state of sum - change, so that one sort serves both sides of every edge.
    """
    net = changes.group_by(*keys, "at").aggregate(
        day=changes.day.max(), **{c: changes[c].sum().cast("int64") for c in counters}
    )
    so_far = ibis.window(group_by=keys, order_by="at", preceding=None, following=0)
    sums = {c: net[c].sum().over(so_far).cast("int64") for c in counters}
    running = net.mutate(**{f"{c}_so_far": total for c, total in sums.items()})
    after = _Counters(running, {c: running[f"{c}_so_far"] for c in counters})
    before = _Counters(running, {c: running[f"{c}_so_far"] - running[c] for c in counters})
    stated = running.mutate(state=state(after), state_before=state(before))
    edges = stated.filter(stated.state != stated.state_before)
    in_order = ibis.window(group_by=keys, order_by="at")
    return edges.mutate(
        valid_from=edges["at"],
        from_day=edges.day,
        valid_to=ibis.coalesce(edges["at"].lead().over(in_order), ibis.literal(OPEN_AT, "int64")),
        to_day=ibis.coalesce(edges.day.lead().over(in_order), ibis.literal(OPEN_DAY, "int32")),
    ).select(*keys, "state", "valid_from", "valid_to", "from_day", "to_day", *counters)


def spans(
    changes: ir.Table, keys: tuple[str, ...], counters: tuple[str, ...], holds: Callable[[Any], ir.BooleanValue]
) -> ir.Table:
    """The pieces in which `holds` is true: keys, valid_from, valid_to, from_day, to_day."""
    found = pieces(changes, keys, counters, holds)
    return found.filter(found.state).select(*keys, "valid_from", "valid_to", "from_day", "to_day")


def begin_and_end(intervals: ir.Table, keys: tuple[str, ...], **counters: int | str) -> ir.Table:
    """Change points of intervals (valid_from, valid_to, from_day, to_day): counters up at the start, down at the end.

    A counter's step is a number or the name of a column. Empty and reversed intervals give none; open ones no end.
    """
    real = intervals.filter(intervals.valid_to > intervals.valid_from)
    up = {name: _step(real, step) for name, step in counters.items()}
    begins = real.select(*keys, at=real.valid_from, day=real.from_day, **up)
    closed = real.filter(real.valid_to < OPEN_AT)
    down = {name: -_step(closed, step) for name, step in counters.items()}
    ends = closed.select(*keys, at=closed.valid_to, day=closed.to_day, **down)
    return begins.union(ends)


def union_of(intervals: ir.Table, keys: tuple[str, ...]) -> ir.Table:
    """Overlapping and touching intervals of a key made one.

    A key with one interval has nothing to unite: most have, and they need no sorting.
    """
    real = intervals.filter(intervals.valid_to > intervals.valid_from)
    alone = alone_of(real, keys)
    several = real.anti_join(alone, list(keys))
    united = spans(begin_and_end(several, keys, held=1), keys, ("held",), lambda running: running.held > 0)
    return alone.union(united)


def alone_of(intervals: ir.Table, keys: tuple[str, ...], *more: str) -> ir.Table:
    """The intervals of keys that have only one: keys, bounds and `more` columns."""
    columns = ("valid_from", "valid_to", "from_day", "to_day", *more)
    each = intervals.group_by(*keys).aggregate(intervals=intervals.count(), **{c: intervals[c].min() for c in columns})
    return each.filter(each.intervals == 1).drop("intervals")


def holding(table: ir.Table, day: int) -> ir.Table:
    """The spans that hold as of the end of a day."""
    return table.filter((table.from_day <= day) & (table.to_day > day))


def _step(table: ir.Table, step: int | str) -> ir.Value:
    return table[step] if isinstance(step, str) else ibis.literal(step, "int64")


class _Counters:
    """Attribute access to counters as they stand before or after an instant, and to the key columns as they are."""

    def __init__(self, table: ir.Table, counters: dict[str, ir.Value]) -> None:
        self._table = table
        self._counters = counters

    def __getattr__(self, name: str) -> Any:
        return self._counters[name] if name in self._counters else self._table[name]
