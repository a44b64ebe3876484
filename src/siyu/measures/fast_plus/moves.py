"""Moves on the ladder: where consumers stood when the period opened and when it closed, counted once for F and A."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.spans import holds
from siyu.store.formula import formula
from siyu.store.tables import ROLE_SPAN
from siyu.store.warehouse import Warehouse


@dataclass(frozen=True)
class Move:
    """How many consumers stood on one rung at the opening and on one at the closing; None = not in F."""

    opening: str | None
    closing: str | None
    consumers: int


def moves(warehouse: Warehouse, asked: Asked) -> tuple[Move, ...]:
    """Everyone in F at the opening or the closing of the period, each in one move."""
    return tuple(Move(**row) for row in warehouse.rows(counted(asked.opening_day, asked.day)))


@formula
def counted(opening_day: int, closing_day: int) -> ir.Table:
    """Consumers by their rungs on two days: opening, closing, consumers.

    Spans of a consumer never overlap, so whoever is on one span on both days is counted without being looked up; only
    those whose span begins or ends in between are put together.
    """
    span = ROLE_SPAN.expr()
    opens, closes = holds(span, opening_day), holds(span, closing_day)
    stayed = span.filter(opens & closes)
    same = stayed.group_by(opening="role", closing="role").aggregate(consumers=stayed.count())
    changed = span.filter(opens != closes)
    each = changed.group_by("consumer_id").aggregate(
        opening=changed.role.max(where=holds(changed, opening_day)),
        closing=changed.role.max(where=holds(changed, closing_day)),
    )
    both = same.union(each.group_by("opening", "closing").aggregate(consumers=each.count()))
    return both.group_by("opening", "closing").aggregate(consumers=both.consumers.sum().cast("int64"))
