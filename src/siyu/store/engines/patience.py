"""Patience with a question of somebody else's: what takes longer than it may is stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from siyu.core.errors import QueryError
from siyu.store.warehouse import Limits

#: Seconds after which what goes on is stopped once more: an engine may just have been between two steps.
AGAIN_SECONDS = 0.5


class Patience:
    """Calls `stop` from a thread of its own once the limit has passed; without limits it waits for ever."""

    def __init__(self, limits: Limits | None, stop: Callable[[], object]) -> None:
        self._limits, self._stop = limits, stop
        self._ended = threading.Event()
        self.out = False

    def __enter__(self) -> Self:
        if self._limits is not None:
            threading.Thread(target=self._watch, args=(self._limits.seconds,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._ended.set()
        if self.out and error is not None and self._limits is not None:
            raise QueryError(f"The query took longer than {self._limits.seconds:g} seconds.",
                             remedy="Ask for less: fewer days, fewer rows joined, a smaller sample.") from None

    def _watch(self, seconds: float) -> None:
        while not self._ended.wait(seconds):
            self.out, seconds = True, AGAIN_SECONDS
            self._stop()
