"""What all handlers of one server share: the workspace, the thread that owns its warehouse, keys, writer, clock."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from siyu.api.keys import Keyring
from siyu.api.refusals import Refusal
from siyu.api.writer import Writer
from siyu.jobs.loop import Say
from siyu.jobs.worker import Closed, Worker
from siyu.store.workspace import Workspace

T = TypeVar("T")
#: Seconds a question may wait for its turn and its answer.
ANSWER_SECONDS = 60.0
#: Seconds after which a question that was not answered may be asked again.
AGAIN_SECONDS = 10


@dataclass(frozen=True)
class Site:
    """One served workspace. now: the clock; started_at: when the process began."""

    workspace: Workspace
    worker: Worker
    keyring: Keyring
    writer: Writer
    now: Callable[[], dt.datetime]
    started_at: dt.datetime

    async def begin(self, work: Callable[[Workspace, Say], T]) -> T | None:
        """What the thread that owns the warehouse made of some work; None if it goes on for longer than an answer may
        take. Raises Refusal (503) if the server is being stopped.
        """
        try:
            begun = asyncio.wrap_future(self.worker.ask(lambda say: work(self.workspace, say)))
        except Closed:
            raise Refusal(503, "closing", "The server is being stopped.", AGAIN_SECONDS) from None
        done, _ = await asyncio.wait({begun}, timeout=ANSWER_SECONDS)
        return await begun if done else None

    async def ask(self, question: Callable[[Workspace, Say], T]) -> T:
        """The answer of the thread that owns the warehouse. Raises Refusal (503) if there is none in time."""
        try:
            answer = asyncio.wrap_future(self.worker.ask(lambda say: question(self.workspace, say)))
            return await asyncio.wait_for(answer, ANSWER_SECONDS)
        except TimeoutError:
            raise Refusal(503, "busy", "Longer work is under way; ask again later.", AGAIN_SECONDS) from None
        except Closed:
            raise Refusal(503, "closing", "The server is being stopped.", AGAIN_SECONDS) from None
