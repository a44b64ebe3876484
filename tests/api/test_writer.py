"""The writer: groups share one transaction, and nobody is told that something is kept which is not."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from siyu.api import writer as module
from siyu.api.refusals import Refusal
from siyu.api.writer import Room, Writer
from siyu.store.inbox import Arrival, Inbox
from siyu.store.workspace import Workspace
from tests.api.serving import run


class Watched:
    """The workspace's inbox with a gate before each transaction, and the sizes of the groups."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox, self.groups, self.open, self.fails = inbox, [], threading.Event(), False
        self.open.set()

    def put(self, arrivals: Sequence[Arrival]) -> None:
        self.open.wait()
        if self.fails:
            raise sqlite3.OperationalError("disk I/O error")
        self.groups.append(len(arrivals))
        self.inbox.put(arrivals)


@pytest.fixture
def watched(workspace: Workspace) -> Watched:
    return Watched(workspace.inbox)


@pytest.fixture
def writer(watched: Watched) -> Iterator[Writer]:
    opened = Writer(watched)  # type: ignore[arg-type]
    yield opened
    watched.open.set()
    opened.close()


def arrival(number: int = 0, size: int = 10) -> Arrival:
    return Arrival("segment", "web", number, b"x" * size)


async def put_many(writer: Writer, arrivals: list[Arrival]) -> list[BaseException | None]:
    return await asyncio.gather(*map(writer.put, arrivals), return_exceptions=True)


def test_what_waits_while_the_disk_is_busy_becomes_one_group(writer: Writer, watched: Watched):
    async def first_and_many() -> None:
        watched.open.clear()
        first = asyncio.create_task(writer.put(arrival()))
        await asyncio.sleep(0.05)
        many = asyncio.create_task(put_many(writer, [arrival(n) for n in range(99)]))
        await asyncio.sleep(0.05)
        watched.open.set()
        await asyncio.gather(first, many)

    run(first_and_many())
    assert watched.groups == [1, 99]


def test_it_is_on_disk_when_put_returns(writer: Writer, watched: Watched):
    run(writer.put(arrival(7)))
    assert watched.inbox.waiting().oldest == 7


def test_a_failed_write_is_told_to_all_who_waited_and_the_next_one_goes_on(writer: Writer, watched: Watched):
    watched.fails = True
    told = run(put_many(writer, [arrival(n) for n in range(5)]))
    assert [(t.status, t.code) for t in told if isinstance(t, Refusal)] == [(503, "not_written")] * 5
    watched.fails = False
    run(writer.put(arrival()))
    assert watched.inbox.waiting().arrivals == 1


@pytest.mark.parametrize(("limit", "most"), [("WAITING_MOST", 3), ("WAITING_BYTES", 35)])
def test_more_than_may_wait_is_told_to_come_back(writer: Writer, watched: Watched, limit: str, most: int, monkeypatch):
    monkeypatch.setattr(module, limit, most)

    async def too_many() -> list[BaseException | None]:
        watched.open.clear()
        first = asyncio.create_task(writer.put(arrival()))
        await asyncio.sleep(0.05)
        rest = asyncio.create_task(put_many(writer, [arrival(n) for n in range(5)]))
        await asyncio.sleep(0.05)
        watched.open.set()
        await first
        return await rest

    told = run(too_many())
    assert [(t.status, t.code, t.retry_after) for t in told if isinstance(t, Refusal)] == [(503, "busy", 1)] * 2
    assert watched.inbox.waiting().arrivals == 4


def test_a_sender_that_has_gone_hinders_nobody(writer: Writer, watched: Watched):
    async def gone_and_staying() -> None:
        watched.open.clear()
        gone, staying = asyncio.create_task(writer.put(arrival(1))), asyncio.create_task(writer.put(arrival(2)))
        await asyncio.sleep(0.05)
        gone.cancel()
        watched.open.set()
        await staying

    run(gone_and_staying())
    assert watched.inbox.waiting().arrivals == 2


def test_closing_writes_what_was_taken_and_takes_no_more(watched: Watched):
    writer = Writer(watched)  # type: ignore[arg-type]

    async def closing() -> list[BaseException | None]:
        watched.open.clear()
        waiting = asyncio.create_task(put_many(writer, [arrival(1), arrival(2)]))
        await asyncio.sleep(0.05)
        watched.open.set()
        await asyncio.to_thread(writer.close)
        return [*await waiting, *await put_many(writer, [arrival(3)])]

    told = run(closing())
    assert told[:2] == [None, None]
    assert isinstance(told[2], Refusal)
    assert (told[2].status, watched.inbox.waiting().arrivals) == (503, 2)


def test_a_disk_without_room_is_told_before_it_is_full(watched: Watched, tmp_path: Path):
    writer = Writer(watched, Room(tmp_path, 10**18))  # type: ignore[arg-type]
    with pytest.raises(Refusal) as refused:
        run(writer.put(arrival()))
    writer.close()
    assert (refused.value.status, refused.value.code, refused.value.retry_after) == (503, "disk_low", 60)
    assert watched.inbox.waiting().arrivals == 0


def test_room_that_goes_is_seen_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    free = [2, 1, 0, 2]
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _path: SimpleNamespace(free=free.pop(0)))
    room = Room(tmp_path, 1)
    assert [room.enough() for _ in range(4)] == [True, True, False, True]
