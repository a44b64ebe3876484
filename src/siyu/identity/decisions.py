"""What people decided about links: rows appended to operations; the newest of a pair is in force."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from siyu.store.operations import Operations
from siyu.store.schema import LINK_DECISION

RETRACT, RESTORE = "retract", "restore"
Pair = tuple[int, int]


@dataclass(frozen=True)
class Decision:
    """One decision: the pair (lower id first), what was decided, why and when (microseconds UTC)."""

    a: int
    b: int
    action: str
    reason: str
    decided_at: int


def retracted(operations: Operations) -> dict[Pair, Decision]:
    """The pairs whose newest decision takes the link back."""
    return {pair: decision for pair, decision in in_force(operations).items() if decision.action == RETRACT}


def in_force(operations: Operations) -> dict[Pair, Decision]:
    """The newest decision of every pair that has one."""
    return {(d.a, d.b): d for d in _read(operations, since=0)}


def decided_since(operations: Operations, decision_id: int) -> list[Pair]:
    """Pairs with decisions newer than the given one."""
    return sorted({(d.a, d.b) for d in _read(operations, since=decision_id)})


def append(operations: Operations, decisions: list[Decision]) -> None:
    """Write decisions down, all or none."""
    if decisions:
        with operations.begin() as connection:
            connection.execute(sa.insert(LINK_DECISION), [vars(decision) for decision in decisions])


def _read(operations: Operations, since: int) -> list[Decision]:
    columns = LINK_DECISION.c
    query = sa.select(columns.a, columns.b, columns.action, columns.reason, columns.decided_at)
    query = query.where(columns.decision_id > since).order_by(columns.decision_id)
    with operations.connect() as connection:
        return [Decision(*row) for row in connection.execute(query)]
