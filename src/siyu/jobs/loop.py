"""A loop: work that repeats, and its row in operations, from which anybody can see whether it still does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from siyu.core.time import SECOND
from siyu.jobs.rhythm import Rhythm
from siyu.store.operations import Operations
from siyu.store.schema import LOOP

#: Seconds a loop may be overdue before it is late: a quarter of its rhythm, at least a minute, at most an hour.
LEAST_GRACE, MOST_GRACE = 60, 3600

#: Told of each step, as every long work of ours tells it; it raises where the work is to end early.
Say = Callable[..., None]


@dataclass(frozen=True)
class Loop:
    """Work that repeats in a rhythm. It is given the time and whom to tell of its steps."""

    name: str
    rhythm: Rhythm
    work: Callable[[dt.datetime, Say], None]


@dataclass(frozen=True)
class State:
    """Where a loop stands. Instants are microseconds UTC.

    due_at: when it is due, or was first due and has not run well since. failures: in a row. error: the class of the
    last failure and its place in the code; '' after a success.
    """

    name: str
    every_seconds: int
    started_at: int | None
    succeeded_at: int | None
    due_at: int
    failures: int = 0
    error: str = ""

    @property
    def grace_seconds(self) -> int:
        """How long it may be overdue before it is late."""
        return min(max(self.every_seconds // 4, LEAST_GRACE), MOST_GRACE)

    def lag_seconds(self, now: int) -> int:
        """How long it has been overdue."""
        return max(0, now - self.due_at) // SECOND

    def late(self, now: int) -> bool:
        """Whether it is overdue by more than its grace."""
        return now > self.due_at + self.grace_seconds * SECOND


def states(operations: Operations) -> dict[str, State]:
    """Where every loop stands that ever ran here, by name."""
    with operations.connect() as connection:
        rows = connection.execute(sa.select(LOOP).order_by(LOOP.c.name)).mappings().all()
    return {row["name"]: State(**row) for row in rows}


def keep(operations: Operations, state: State) -> None:
    """Write down where a loop stands."""
    with operations.begin() as connection:
        changed = connection.execute(sa.update(LOOP).where(LOOP.c.name == state.name).values(asdict(state)))
        if not changed.rowcount:
            connection.execute(sa.insert(LOOP).values(asdict(state)))
