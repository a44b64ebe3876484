"""Reading ahead: the next batch is decoded in a thread while the last one is worked on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
#: Batches in flight; more would only take memory.
DEPTH = 2
WAIT_SECONDS = 0.1


def ahead(items: Iterable[T], depth: int = DEPTH) -> Iterator[T]:
    """The same items in the same order; an error of theirs is raised here.

    >>> list(ahead(range(3)))
    [0, 1, 2]
    """
    waiting: queue.Queue[tuple[str, Any]] = queue.Queue(depth)
    stopped = threading.Event()

    def put(message: tuple[str, Any]) -> bool:
        while not stopped.is_set():
            try:
                waiting.put(message, timeout=WAIT_SECONDS)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        try:
            for item in items:
                if not put(("item", item)):
                    return
            put(("end", None))
        except BaseException as error:  # raised again where the items are used
            put(("error", error))

    worker = threading.Thread(target=work, name="ahead", daemon=True)
    worker.start()
    try:
        while (message := waiting.get())[0] == "item":
            yield message[1]
        if message[0] == "error":
            raise message[1]
    finally:
        stopped.set()
        worker.join()
