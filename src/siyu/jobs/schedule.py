"""The schedule: which loop is due, the run of it, and what became of it. A loop that fails is tried again, less and
less often, and holds up no other.
"""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from siyu.core.time import SECOND, instant_of
from siyu.jobs import loop as loops
from siyu.jobs.loop import Loop, Say, State
from siyu.store.operations import Operations

#: Seconds to the first new try after a failure; each further one waits twice as long.
FIRST_RETRY = 60
#: The longest wait for a new try, in rhythms of the loop and in seconds.
RETRY_RHYTHMS, LONGEST_RETRY = 12, 3600

#: Where our code stands.
HOME = Path(__file__).parents[1]

log = structlog.get_logger(__name__)


class Stopped(BaseException):
    """The work in hand ends early because the process stops; it is neither done nor failed, and runs again."""


@dataclass
class _Standing:
    """A loop with its state, and when it is tried again after a failure."""

    loop: Loop
    state: State
    retry_at: int = 0

    def ready_at(self) -> int:
        """The instant from which it may run."""
        return self.retry_at if self.state.failures else self.state.due_at

    def hold_to(self, now: int) -> None:
        """Nothing waits longer than its rhythm says from now: a clock that was set back holds up nothing."""
        latest = self.loop.rhythm.after(now)
        self.retry_at = min(self.retry_at, max(latest, now + LONGEST_RETRY * SECOND))
        if self.state.due_at > latest:
            self.state = replace(self.state, due_at=latest)


class Schedule:
    """Loops in the order they fall due. One thread runs them; any thread may read the `states`."""

    def __init__(self, loops_: Sequence[Loop], operations: Operations, now: Callable[[], dt.datetime]) -> None:
        self._operations, self._now = operations, now
        kept = loops.states(operations)
        self._standing = {one.name: _Standing(one, _first(one, kept.get(one.name), self._instant())) for one in loops_}

    def run_due(self, say: Say) -> bool:
        """Run the loop that has waited longest; False if none is due."""
        instant = self._instant()
        for one in self._standing.values():
            one.hold_to(instant)
        ready = [one for one in self._standing.values() if one.ready_at() <= instant]
        if ready:
            self._run(min(ready, key=lambda one: one.state.due_at), say)
        return bool(ready)

    def wait_seconds(self) -> float:
        """Seconds until the next loop is due; 0 if one is."""
        earliest = min((one.ready_at() for one in self._standing.values()), default=self._instant() + 3600 * SECOND)
        return max(0, earliest - self._instant()) / SECOND

    def states(self) -> list[State]:
        """Where each loop stands."""
        return [one.state for one in self._standing.values()]

    def _run(self, one: _Standing, say: Say) -> None:
        """Run it and write down what became of it."""
        began = self._now()
        self._keep(one, replace(one.state, started_at=instant_of(began)))
        try:
            one.loop.work(began, say)
        except Exception as error:
            self._failed(one, error)
        else:
            due = one.loop.rhythm.after(instant_of(began))
            self._keep(one, replace(one.state, succeeded_at=self._instant(), due_at=due, failures=0, error=""))

    def _failed(self, one: _Standing, error: Exception) -> None:
        failures = one.state.failures + 1
        wait = retry_seconds(one.loop.rhythm.seconds, failures)
        one.retry_at = self._instant() + wait * SECOND
        told = told_of(error)
        log.error("loop.failed", loop=one.loop.name, error=told, failures=failures, retry_seconds=wait)
        self._keep(one, replace(one.state, failures=failures, error=told))

    def _keep(self, one: _Standing, state: State) -> None:
        """In memory in any case: a store that cannot be written stops no loop."""
        one.state = state
        try:
            loops.keep(self._operations, state)
        except SQLAlchemyError as error:
            log.error("loop.not_kept", loop=state.name, error=type(error).__name__)

    def _instant(self) -> int:
        return instant_of(self._now())


def retry_seconds(every_seconds: int, failures: int) -> int:
    """Seconds to the next try after so many failures in a row.

    >>> [retry_seconds(5, n) for n in (1, 2, 3, 9)], [retry_seconds(86400, n) for n in (1, 2, 9)]
    ([5, 10, 20, 60], [60, 120, 3600])
    """
    longest = min(every_seconds * RETRY_RHYTHMS, LONGEST_RETRY)
    return min(min(every_seconds, FIRST_RETRY) * 2 ** min(failures - 1, 12), longest)


def told_of(error: BaseException) -> str:
    """An error's class and the last place of ours it passed; its message is left out, for it may quote a value.

    An error that was told of in another process (`told`) is told the same here.
    """
    told = getattr(error, "told", None)
    if told:
        return told
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if HOME in Path(frame.filename).parents]
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}" if frames else ""
    return type(error).__name__ + place


def _first(loop: Loop, kept: State | None, now: int) -> State:
    """Where a loop stands when the process starts: as it was left, by the rhythm of now.

    What never ran is due at once if it repeats within the day, else when its hour comes; what was cut off or failed is
    due as it was.
    """
    every = loop.rhythm.seconds
    if kept is None:
        due = now if every < 86_400 else loop.rhythm.after(now)
        return State(loop.name, every, None, None, due)
    done = kept.succeeded_at is not None and kept.succeeded_at >= (kept.started_at or 0)
    due = loop.rhythm.after(kept.started_at or 0) if done else kept.due_at
    return replace(kept, every_seconds=every, due_at=due)

