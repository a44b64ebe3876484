"""The worker: one thread that runs what falls due and what is asked, one thing at a time, until it is stopped.

Whatever only one thread may touch (the warehouse) belongs to it: it is first used here and let go of here.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog

from siyu.jobs.loop import Say
from siyu.jobs.schedule import Schedule, Stopped, told_of

T = TypeVar("T")
#: The longest sleep: clocks may be set while it sleeps.
LONGEST_SLEEP = 60.0

log = structlog.get_logger(__name__)


class Closed(Exception):
    """The worker is being stopped and takes nothing more."""


@dataclass(frozen=True)
class _Asked:
    work: Callable[[Say], Any]
    answer: Future[Any] = field(default_factory=Future)


class Worker:
    """Runs a schedule and answers questions. finish: what the thread does last, with the time that is left to it; mend:
    what it does before each piece of work, so that none meets what the one before left broken.
    """

    def __init__(self, schedule: Schedule, finish: Callable[[Say], None], mend: Callable[[], None]) -> None:
        self.schedule = schedule
        self._finish, self._mend = finish, mend
        self._asked: deque[_Asked] = deque()
        self._changed = threading.Condition()
        self._ends_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin; what is due runs at once."""
        self._thread.start()

    def ask(self, work: Callable[[Say], T]) -> Future[T]:
        """Have the thread do something in its turn; what is cancelled before its turn comes is left out."""
        asked = _Asked(work)
        with self._changed:
            if self._ends_at is not None:
                raise Closed
            self._asked.append(asked)
            self._changed.notify()
        return asked.answer

    def stop(self, seconds: float) -> bool:
        """End what runs at its next step once the seconds are over, then finish. Whether it ended in that time.

        What is cut off leaves what a killed process would: the next start takes it up again.
        """
        with self._changed:
            self._ends_at = time.monotonic() + seconds
            self._changed.notify()
        self._thread.join(seconds + 1)
        return not self._thread.is_alive()

    @property
    def stopping(self) -> bool:
        """Whether it takes nothing more."""
        return self._ends_at is not None

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            while self._ends_at is None:
                ran = self._do(self.schedule.run_due)  # then a question, so that neither holds up the other
                if not self._answer_next() and not ran:
                    self._sleep()
        except Stopped:
            log.warning("worker.cut_off")
        finally:  # also after a bug of ours: who asks is refused rather than left waiting
            self._refuse_the_rest()
            self._do(self._finish)

    def _answer_next(self) -> bool:
        """Answer the oldest question; False if there is none."""
        with self._changed:
            asked = self._asked.popleft() if self._asked else None
        if asked is None:
            return False
        if asked.answer.set_running_or_notify_cancel():
            _answer(asked, self._do)
        return True

    def _do(self, work: Callable[[Say], T]) -> T:
        """What comes of a piece of work. What cannot be mended is told by the work that meets it."""
        try:
            self._mend()
        except Exception as error:
            log.error("worker.not_mended", error=told_of(error))
        return work(self._say)

    def _sleep(self) -> None:
        with self._changed:
            if not self._asked and self._ends_at is None:
                self._changed.wait(min(self.schedule.wait_seconds(), LONGEST_SLEEP))

    def _refuse_the_rest(self) -> None:
        with self._changed:
            self._ends_at = self._ends_at or time.monotonic()
            rest, self._asked = list(self._asked), deque()
        for asked in rest:
            if asked.answer.set_running_or_notify_cancel():
                asked.answer.set_exception(Closed())

    def _say(self, *_step: object) -> None:
        """Called by long work between its steps: raises Stopped once the time to stop is over."""
        if self._ends_at is not None and time.monotonic() > self._ends_at:
            raise Stopped


def _answer(asked: _Asked, do: Callable[[Callable[[Say], Any]], Any]) -> None:
    try:
        asked.answer.set_result(do(asked.work))
    except BaseException as error:
        asked.answer.set_exception(error)
        if isinstance(error, Stopped):
            raise
