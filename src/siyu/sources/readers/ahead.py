"""Batches on their way: decoded in a thread while the last one is worked on, and joined to a size worth the work."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable, Iterator
from typing import Any, TypeVar

import pyarrow as pa

T = TypeVar("T")
#: Rows worked on together: enough to make the cost of a batch small, few enough to hold two in memory.
ROWS = 250_000
#: Batches in flight; more would only take memory.
DEPTH = 2
WAIT_SECONDS = 0.1


def ahead(items: Iterable[T], depth: int = DEPTH) -> Generator[T, None, None]:
    """The same items in the same order, made from now on; an error of theirs is raised where they are taken. Closing it
    ends the making.

    >>> list(ahead(range(3)))
    [0, 1, 2]
    """
    taken = _ahead(items, depth)
    next(taken)  # begins
    return taken


def _ahead(items: Iterable[T], depth: int) -> Generator[Any, None, None]:
    """None when the work has begun, then the items."""
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
        yield None
        while (message := waiting.get())[0] == "item":
            yield message[1]
        if message[0] == "error":
            raise message[1]
    finally:
        stopped.set()
        worker.join()


def joined(batches: Iterable[pa.RecordBatch], rows: int = ROWS) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of about `rows`; empty batches are left out.

    >>> few = pa.RecordBatch.from_pydict({"a": [1, 2]})
    >>> [batch.num_rows for batch in joined([few, few, few], rows=3)]
    [4, 2]
    """
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        if not batch.num_rows:
            continue
        waiting.append(batch)
        count += batch.num_rows
        if count >= rows:
            yield pa.concat_batches(waiting)
            waiting, count = [], 0
    if waiting:
        yield pa.concat_batches(waiting)
