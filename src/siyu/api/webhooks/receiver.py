"""What all webhooks share: the hook of an address, the arrival on disk before the answer, refusals that leave a trace.

A refusal is counted, and stands in the audit once an hour for each hook and reason: whoever knocks all day long fills
no table.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from litestar import Request
from prometheus_client import Counter

from siyu.api.body import read_body
from siyu.api.refusals import Refusal, of_store
from siyu.api.writer import Writer
from siyu.core.time import HOUR, instant_of
from siyu.store import hooks
from siyu.store.audit import record
from siyu.store.hooks import Hook
from siyu.store.inbox import Arrival
from siyu.store.workspace import Workspace

#: Hooks and reasons whose refusals are remembered, so that the audit has each once an hour.
REMEMBERED_MOST = 1_000
CALLS = Counter("siyu_hook_calls", "Calls of webhooks, by what was answered.", ["door", "hook", "answer"])
Found = TypeVar("Found")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Call:
    """One request as a hook's check needs it. Names of headers are in small letters."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    now: dt.datetime


class Receiver:
    """Takes calls of the hooks of a workspace. now: the clock."""

    def __init__(self, workspace: Workspace, writer: Writer, now: Callable[[], dt.datetime]) -> None:
        self.workspace, self._writer, self._now = workspace, writer, now
        self._told: set[tuple[str, str, int]] = set()

    @contextlib.asynccontextmanager
    async def answering(self, door: str, name: str) -> AsyncIterator[Hook]:
        """The hook of an address for the time of one call, whose end is counted. Raises Refusal."""
        hook, answer = None, "bug"
        try:
            hook = await self._hook(door, name)
            yield hook
            answer = "taken"
        except Refusal as refusal:
            answer = refusal.code
            if hook is not None and refusal.status in (401, 403):
                await self._tell(hook, refusal)
            raise
        finally:  # a name that is none of ours is no label
            CALLS.labels(door, hook.name if hook else "", answer).inc()

    async def call(self, request: Request[Any, Any, Any], most: int) -> Call:
        """A request with its body of at most so many bytes. Raises Refusal."""
        now = self._now()
        body = await read_body(request, most)
        query = {name: str(value) for name, value in request.query_params.items()}
        return Call(dict(request.headers), query, body, now)

    async def keep(self, arrival: Arrival) -> None:
        """Keep an arrival; it is on disk when this returns. Raises Refusal."""
        await self._writer.put(arrival)

    async def asked(self, work: Callable[[], Found]) -> Found:
        """What the store says, or that it cannot be asked now."""
        with of_store():
            return await asyncio.to_thread(work)

    async def _hook(self, door: str, name: str) -> Hook:
        found = await self.asked(lambda: hooks.find(self.workspace.operations, self.workspace.keys, door, name))
        if found is None:
            raise Refusal(404, "unknown_hook", "There is no hook in force at this address.")
        return found

    async def _tell(self, hook: Hook, refusal: Refusal) -> None:
        """Leave a trace of a call that was not the sender's."""
        at = instant_of(self._now())
        told = hook.name, refusal.code, at // HOUR
        if told not in self._told:
            if len(self._told) >= REMEMBERED_MOST:
                self._told.clear()
            self._told.add(told)
            log.warning("hook.refused", hook=hook.name, code=refusal.code)
            await self.asked(lambda: self._audit(at, hook, refusal))

    def _audit(self, at: int, hook: Hook, refusal: Refusal) -> None:
        detail = {"door": hook.door, "code": refusal.code}
        with self.workspace.operations.begin() as connection:
            record(connection, at, f"hook {hook.name}", "hook.refused", hook.name, detail)
