"""Who acts over HTTP, and where: what every administrative address shares."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter
from sqlalchemy.exc import DataError

from siyu.api.refusals import Advice, Refusal, of_store
from siyu.api.site import Site
from siyu.core.errors import SiyuError
from siyu.jobs.loop import Say
from siyu.store.workspace import Workspace

T = TypeVar("T")
#: The largest number a store can be asked for.
MOST = 2**63 - 1
Number = Annotated[int, PathParameter(ge=1, le=MOST)]


def _told(**meanings: str) -> dict[int, ResponseSpec]:
    return {int(status[1:]): ResponseSpec(Advice, description=told) for status, told in meanings.items()}


ALWAYS = _told(
    _400="It cannot be done as asked; message and hint say why.", _401="No key, or none that is in force.",
    _403="The key is for something else.", _429="The key calls too often; come back after Retry-After seconds.",
    _503="It cannot be done now; come back after Retry-After seconds.",
)  # fmt: skip
NONE = ALWAYS | _told(_404="There is none of that number or name.")
STATE = ALWAYS | _told(_409="It stands otherwise than this needs; the message says how.")


@dataclass(frozen=True)
class Clerk:
    """A key that administers, at work at one instant. actor: as the audit names it."""

    site: Site
    actor: str
    now: dt.datetime

    @property
    def zone(self) -> ZoneInfo:
        """The brand's zone, for the times of answers."""
        return self.site.workspace.settings.zone

    async def store(self, work: Callable[[Workspace], T], status: int = 400) -> T:
        """What comes of work that needs operations alone. Raises Refusal: of this status for the caller's mistake."""
        with of_store():
            try:
                return await asyncio.to_thread(work, self.site.workspace)
            except SiyuError as error:
                raise Refusal.of(error, status) from None
            except DataError:
                told = "A value that no store takes: a NUL character, or too large a number."
                raise Refusal(400, "refused", told) from None

    async def warehouse(self, work: Callable[[Workspace], T], status: int = 400) -> T:
        """What comes of work that needs the warehouse, in its turn. Raises Refusal as `store` does."""

        def alone(workspace: Workspace, _say: Say) -> T:
            return work(workspace)

        try:
            return await self.site.ask(alone)
        except SiyuError as error:
            raise Refusal.of(error, status) from None


def clerk_of(site: Site) -> Callable[[Request[Any, Any, Any]], Clerk]:
    """Gives each request its clerk."""

    def clerk(request: Request[Any, Any, Any]) -> Clerk:
        return Clerk(site, f"key {request.auth.name} #{request.auth.key_id}", site.now())

    return clerk
