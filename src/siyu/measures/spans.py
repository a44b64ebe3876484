"""Spans from change points: the one window pass that turns joins, leaves, grants and purchases into intervals.

A span holds at every instant t with valid_from < t <= valid_to: state at an instant uses only facts strictly before
it, so what ends at t still counts at t and what starts at t does not yet (definitions.md section 0.5).
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.core.time import OPEN_AT, OPEN_DAY
from siyu.store.formula import formula

#: Bits of a number in which counters may stand side by side.
MOST_BITS = 62


def pieces(
    changes: ir.Table, keys: tuple[str, ...], counters: Mapping[str, int], state: Callable[[Any], ir.Value]
) -> ir.Table:
    """Maximal stretches of equal state per key.

    `changes` holds keys, `at`, `day` and counters (+1 where something begins, -1 where it ends); `state` reads the
    running sums, which all start at 0. `counters` names them with the bits their running sums may need, 62 in all:
    they are added up as one number, because one sum costs a third of five. Result: keys, state, valid_from, valid_to,
    from_day, to_day, and the counters' net change at the instant the piece begins. The piece before the first change
    of state is not given. The state before an instant is the state of sum - change, so that one sort serves both
    sides of every edge.
    """
    fields = _Fields(counters)
    running = _running(changes.select(*keys, "at", "day", step=fields.packed(changes)), keys)
    after = _Counters(running, fields.of(running.total))
    before = _Counters(running, fields.of(running.total - running.net))
    stated = running.mutate(state=state(after), state_before=state(before))
    edges = stated.filter(stated.state != stated.state_before)
    in_order = ibis.window(group_by=keys, order_by="at")
    found = edges.mutate(
        valid_from=edges["at"],
        from_day=edges.day,
        valid_to=ibis.coalesce(edges["at"].lead().over(in_order), ibis.literal(OPEN_AT, "int64")),
        to_day=ibis.coalesce(edges.day.lead().over(in_order), ibis.literal(OPEN_DAY, "int32")),
    )
    now, then = fields.of(found.total), fields.of(found.total - found.net)
    return found.select(
        *keys, "state", "valid_from", "valid_to", "from_day", "to_day", **{c: now[c] - then[c] for c in counters}
    )


def _running(changes: ir.Table, keys: tuple[str, ...]) -> ir.Table:
    """Each instant of a key once, with `net`, the sum of its steps, and `total`, that of all up to it.

    One sort gives both: of the changes of an instant the last has seen all of them. Grouped by instant first, they
    would be gone through once more, and hardly any fall together.
    """
    one_by_one = ibis.window(group_by=keys, order_by="at", preceding=None, following=0)
    together = ibis.range_window(group_by=keys, order_by="at", preceding=0, following=0)
    summed = changes.select(
        *keys, "at", "day",
        total=changes.step.sum().over(one_by_one).cast("int64"),
        net=changes.step.sum().over(together).cast("int64"),
        later=changes["at"].lead().over(ibis.window(group_by=keys, order_by="at")),
    )  # fmt: skip
    return summed.filter(summed.later.isnull() | (summed.later > summed["at"])).drop("later")


def united(changes: ir.Table, keys: tuple[str, ...]) -> ir.Table:
    """The pieces in which `held`, the one counter, is above 0: keys, valid_from, valid_to, from_day, to_day."""
    found = pieces(changes, keys, {"held": MOST_BITS}, lambda now: now.held > 0)
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


@formula
def union_of(intervals: ir.Table, keys: tuple[str, ...], *, few: bool = False) -> ir.Table:
    """Overlapping and touching intervals of a key made one.

    A key with one interval has nothing to unite: most have, and they need no sorting. `few` rows are all sorted: that
    is quicker than to prepare the longer statement.
    """
    if few:
        return united(begin_and_end(intervals, keys, held=1), keys)
    real = intervals.filter(intervals.valid_to > intervals.valid_from)
    each = _each(real, keys)
    several = real.semi_join(each.filter(each.intervals > 1), list(keys))
    return _single(each).union(united(begin_and_end(several, keys, held=1), keys))


def alone(intervals: ir.Table, keys: tuple[str, ...], *more: str) -> ir.Table:
    """The intervals of keys that have only one: keys, bounds and `more` columns."""
    return _single(_each(intervals, keys, *more))


def _each(intervals: ir.Table, keys: tuple[str, ...], *more: str) -> ir.Table:
    """Each key with how many intervals it has, and one of them if that is all."""
    columns = ("valid_from", "valid_to", "from_day", "to_day", *more)
    return intervals.group_by(*keys).aggregate(intervals=intervals.count(), **{c: intervals[c].min() for c in columns})


def _single(each: ir.Table) -> ir.Table:
    return each.filter(each.intervals == 1).drop("intervals")


def holding(table: ir.Table, day: int) -> ir.Table:
    """The spans that hold as of the end of a day."""
    return table.filter(holds(table, day))


def holds(table: ir.Table, day: int) -> ir.BooleanValue:
    """Whether a span holds as of the end of a day."""
    return (table.from_day <= day) & (table.to_day > day)


def _step(table: ir.Table, step: int | str) -> ir.Value:
    return table[step] if isinstance(step, str) else ibis.literal(step, "int64")


class _Fields:
    """Counters as fields of one 62-bit number. A field is the sum of its counter as long as that fits and is not
    negative, which running sums of what begins and ends never are.
    """

    def __init__(self, bits: Mapping[str, int]) -> None:
        assert sum(bits.values()) <= MOST_BITS, f"counters need {sum(bits.values())} bits"
        starts = itertools.accumulate(bits.values(), initial=0)
        self._fields = {name: (1 << start, 1 << width) for (name, width), start in zip(bits.items(), starts)}

    def packed(self, table: ir.Table) -> ir.IntegerValue:
        """The counters of a row as one number."""
        first, *rest = (table[name].cast("int64") * unit for name, (unit, _) in self._fields.items())
        return functools.reduce(operator.add, rest, first)

    def of(self, number: ir.IntegerValue) -> dict[str, ir.IntegerValue]:
        """The counters of a sum of such numbers."""
        last = next(reversed(self._fields))
        return {
            name: _field(number, unit, None if name == last else size) for name, (unit, size) in self._fields.items()
        }


def _field(number: ir.IntegerValue, unit: int, size: int | None) -> ir.IntegerValue:
    shifted = number if unit == 1 else (number >> (unit.bit_length() - 1)).cast("int64")
    return shifted if size is None else (shifted & (size - 1)).cast("int64")


class _Counters:
    """Attribute access to counters as they stand before or after an instant, and to the key columns as they are."""

    def __init__(self, table: ir.Table, counters: dict[str, ir.Value]) -> None:
        self._table = table
        self._counters = counters

    def __getattr__(self, name: str) -> Any:
        return self._counters[name] if name in self._counters else self._table[name]
