"""What a key that reads may ask: the measures of a day, and the tables. What is acknowledged is loaded first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter

from siyu.api.refusals import Advice, Refusal
from siyu.api.site import Site
from siyu.core.errors import SiyuError
from siyu.core.jsontext import plain
from siyu.core.settings import MOST
from siyu.daily import resolve_and_measure
from siyu.identity.consents import settle
from siyu.jobs.loop import Say
from siyu.sources.live import drain
from siyu.store.warehouse import Answered, Limits, listed
from siyu.store.workspace import Workspace

#: What one query may take: seconds, for the next waits; rows of its answer, how many there are stands beside them.
LIMITS = Limits(seconds=30, rows=10_000)
T = TypeVar("T")
RESPONSES = {
    400: ResponseSpec(Advice, description="It cannot be answered as asked; the message says why."),
    401: ResponseSpec(Advice, description="No key, or none that is in force."),
    403: ResponseSpec(Advice, description="The key is for something else."),
    429: ResponseSpec(Advice, description="The key calls too often; come back after Retry-After seconds."),
    503: ResponseSpec(Advice, description="Longer work is under way, or the store cannot be asked; come back after "
                                          "Retry-After seconds."),
}

Window = Annotated[int, QueryParameter(ge=1, le=MOST, description="Days of the period that ends with the day.")]
Day = Annotated[dt.date | None, QueryParameter(description="Day they stand for; default: the last one.")]


@dataclass(frozen=True)
class Question:
    """One SELECT over the tables that `siyu tables` prints."""

    sql: str


def router(site: Site) -> Router:
    """All addresses that only read."""
    return Router("/api/v1", route_handlers=[measure, query], opt={"access": "read"}, tags=["read"],
                  security=[{"bearer": []}],
                  dependencies={"site": Provide(lambda: site, sync_to_thread=False)})  # fmt: skip


@get("/measure", responses=RESPONSES, operation_id="measure",
     summary="F, A, S and T as of a day: the document of `siyu measure --json`.")  # fmt: skip
async def measure(site: NamedDependency[Site], as_of: Day = None, window: Window = 30) -> dict[str, Any]:
    """Measured when asked; with nothing new, as it was kept."""
    now = site.now()
    return await _asked(site, lambda workspace, say: resolve_and_measure(workspace, as_of=as_of, window=window, now=now,
                                                                         progress=say))  # fmt: skip


@post("/query", status_code=200, responses=RESPONSES, operation_id="query", summary="Rows of one read-only SELECT.")
async def query(site: NamedDependency[Site], data: JSONBody[Question]) -> dict[str, Any]:
    """The first rows, and how many there are."""
    return await _asked(site, lambda workspace, _say: _told(workspace.warehouse.ask(data.sql, LIMITS)))


def _told(found: Answered) -> dict[str, Any]:
    rows = plain(listed(found.rows))
    return {"columns": found.rows.column_names, "rows": rows, "first": len(rows), "of": found.of}


async def _asked(site: Site, question: Callable[[Workspace, Say], T]) -> T:
    """An answer that knows all that was acknowledged. Raises Refusal (400) with what is wrong with the question."""
    now = site.now()

    def answered(workspace: Workspace, say: Say) -> T:
        settle(workspace, now)
        drain(workspace, now=now, progress=say)
        return question(workspace, say)

    try:
        return await site.ask(answered)
    except SiyuError as error:
        raise Refusal.of(error) from None
