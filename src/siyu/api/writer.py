"""The writer: what arrives at once is kept in one transaction, and each sender is answered once it is on disk.

One thread writes. While it waits for the disk, what arrives queues up and is the next group, so that a slower disk
makes larger groups rather than longer queues.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

import structlog
from prometheus_client import Counter

from siyu.api.refusals import FAULT_SECONDS, Refusal
from siyu.store.inbox import Arrival, Inbox
from siyu.store.workspace import Workspace

MB = 1024**2
#: Bytes of bodies that may wait for the disk: what a collector holds in memory when the disk stalls.
WAITING_BYTES = 64 * MB
#: Arrivals that may wait for the disk.
WAITING_MOST = 10_000
#: Seconds after which a sender may come back: when many wait, when the disk is nearly full.
BUSY_SECONDS, FULL_SECONDS = 1, 60

KEPT = Counter("siyu_messages_acknowledged", "Messages on disk and acknowledged, by door.", ["door"])

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Room:
    """Whether a folder's disk has the space that must stay free: what the loader and the stores need to go on."""

    folder: Path
    least_bytes: int

    def enough(self) -> bool:
        """Asked of the disk each time, in microseconds: in a second senders write what a small disk has left."""
        return shutil.disk_usage(self.folder).free >= self.least_bytes


def open_writer(workspace: Workspace) -> Writer:
    """The writer of a workspace's inbox. Free space is watched where the inbox is a file of ours."""
    ours = workspace.inbox.engine.dialect.name == "sqlite"
    least_bytes = workspace.settings["collect.min_free_mb"] * MB
    return Writer(workspace.inbox, Room(workspace.directory, least_bytes) if ours else None)


@dataclass(frozen=True)
class _Waiting:
    arrival: Arrival
    loop: asyncio.AbstractEventLoop
    kept: asyncio.Future[bool]


class Writer:
    """Puts arrivals into the inbox for any number of tasks. `close()` keeps what was taken and ends the thread."""

    def __init__(self, inbox: Inbox, room: Room | None = None) -> None:
        self._inbox, self._room = inbox, room
        self._queue: list[_Waiting] = []
        self._bytes = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="inbox-writer", daemon=True)
        self._thread.start()

    @property
    def full(self) -> bool:
        """Whether nothing more may be kept, for want of free space."""
        return self._room is not None and not self._room.enough()

    async def put(self, arrival: Arrival) -> None:
        """Keep an arrival; it is on disk when this returns. Raises Refusal (503) if it is not, or may not be."""
        if self.full:
            raise _later("disk_low", "The disk is nearly full.", FULL_SECONDS)
        loop = asyncio.get_running_loop()
        kept = loop.create_future()
        self._enqueue(_Waiting(arrival, loop, kept))
        if not await kept:
            raise _later("not_written", "It could not be written down.", FAULT_SECONDS)

    def close(self) -> None:
        """Take nothing more, write what waits, end."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _enqueue(self, waiting: _Waiting) -> None:
        with self._changed:
            if self._closed:
                raise _later("closing", "The server is being stopped.", FAULT_SECONDS)
            if len(self._queue) >= WAITING_MOST or self._bytes + len(waiting.arrival.body) > WAITING_BYTES:
                raise _later("busy", "More arrives than can be written.", BUSY_SECONDS)
            self._queue.append(waiting)
            self._bytes += len(waiting.arrival.body)
            self._changed.notify()

    def _run(self) -> None:
        while group := self._next_group():
            written = self._written(group)
            for loop in {waiting.loop for waiting in group}:
                _wake(loop, [waiting.kept for waiting in group if waiting.loop is loop], written)

    def _next_group(self) -> list[_Waiting]:
        """All that waits; nothing only once the writer is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            group, self._queue, self._bytes = self._queue, [], 0
            return group

    def _written(self, group: list[_Waiting]) -> bool:
        try:
            self._inbox.put([waiting.arrival for waiting in group])
        except Exception as error:  # whatever it is, nobody may be told that it is kept
            log.error("inbox.not_written", error=type(error).__name__, arrivals=len(group))
            return False
        for waiting in group:
            KEPT.labels(waiting.arrival.door).inc(waiting.arrival.messages)
        return True


def _wake(loop: asyncio.AbstractEventLoop, kept: list[asyncio.Future[bool]], written: bool) -> None:
    """Tell the tasks that wait; those whose sender has gone are done already."""

    def tell() -> None:
        for future in kept:
            if not future.done():
                future.set_result(written)

    try:
        loop.call_soon_threadsafe(tell)
    except RuntimeError:  # the loop has ended, and with it everyone who waited
        log.warning("inbox.nobody_waits", arrivals=len(kept))


def _later(code: str, what: str, seconds: int) -> Refusal:
    return Refusal(503, code, f"{what} Nothing was taken; send it again after {seconds} seconds.", seconds)
