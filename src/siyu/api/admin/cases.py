"""Requests of people over HTTP: what erasures and copies share, listed, shown and checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from siyu.api.admin.clerk import Clerk
from siyu.privacy.docket import OPEN, Docket, Request
from siyu.store.operations import Operations


class Check(Protocol):
    """Approves or rejects a request."""

    def __call__(self, operations: Operations, number: int, *, actor: str, now: dt.datetime) -> Request: ...


@dataclass(frozen=True)
class Cases:
    """The requests of a docket. as_json: a request as answers tell it."""

    docket: Docket
    as_json: Callable[[Request, ZoneInfo, dt.datetime], dict[str, Any]]

    async def listing(self, clerk: Clerk, only_open: bool) -> dict[str, Any]:
        """All requests, or those that are not done."""
        statuses = OPEN if only_open else ()
        found = await clerk.store(lambda workspace: self.docket.listing(workspace.operations, statuses))
        return {"requests": [self.shown(one, clerk) for one in found],
                "overdue": sum(one.overdue(clerk.now) for one in found)}  # fmt: skip

    async def known(self, clerk: Clerk, number: int) -> Request:
        """One request. Raises Refusal (404)."""
        return await clerk.store(lambda workspace: self.docket.get(workspace.operations, number), 404)

    async def checked(self, clerk: Clerk, number: int, check: Check) -> dict[str, Any]:
        """A request, approved or rejected. Raises Refusal (404, 409)."""
        await self.known(clerk, number)
        return self.shown(await clerk.store(lambda workspace: check(
            workspace.operations, number, actor=clerk.actor, now=clerk.now), 409), clerk)  # fmt: skip

    def shown(self, one: Request, clerk: Clerk) -> dict[str, Any]:
        """A request as the answer tells it."""
        return self.as_json(one, clerk.zone, clerk.now)
