"""`/health`: whether everything that should happen does. `/ready`: whether what is sent now would be kept.

Red means that somebody should look, not that the process should be restarted: a long day's work makes it red too, and a
restart would begin it anew. Who sends traffic here asks `/ready`.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import asdict, dataclass
from typing import Any

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency, Provide
from litestar.openapi.datastructures import ResponseSpec
from sqlalchemy.exc import SQLAlchemyError

from siyu.api.access import OPENED_BY, key_of
from siyu.api.site import Site
from siyu.core.time import SECOND, datetime_of, instant_of
from siyu.jobs.loop import State
from siyu.store.inbox import LONGEST_WAIT, Waiting

MB = 1024**2
GOOD, BAD = "ok", "red"
NOT_WELL = {503: ResponseSpec(dict[str, Any], description="The same, if it is not well.")}


@dataclass(frozen=True)
class Health:
    """What was found. because: what is wrong, in words without values; empty = all is well."""

    because: tuple[str, ...]
    loops: tuple[State, ...]
    waiting: Waiting | None
    free_bytes: int

    @property
    def status(self) -> str:
        return BAD if self.because else GOOD


def looked_at(site: Site) -> Health:
    """The health of a site now."""
    now, states = instant_of(site.now()), tuple(site.worker.schedule.states())
    waiting, free = _waiting(site), shutil.disk_usage(site.workspace.directory).free
    late = [f"{state.name} is late by {state.lag_seconds(now)} s" for state in states if state.late(now)]
    return Health((*late, *_of_worker(site), *_of_inbox(waiting, now), *_of_disk(site, free)), states, waiting, free)


def router(site: Site) -> Router:
    """Both addresses."""
    return Router("/", route_handlers=[health, ready], opt={"access": "own"}, tags=["operation"],
                  dependencies={"site": Provide(lambda: site, sync_to_thread=False)})  # fmt: skip


@get("/health", responses=NOT_WELL,
     summary="Whether everything that should happen does; details with a key that reads.")  # fmt: skip
async def health(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[dict[str, Any]]:
    """200 if all is well, else 503; who shows a key that reads sees why."""
    found = await asyncio.to_thread(looked_at, site)
    key = await key_of(site, request)
    told = {"status": found.status}
    if key is not None and key.scope in OPENED_BY["read"]:
        told = details(site, found)
    return _answer(told, well=found.status == GOOD)


@get("/ready", responses=NOT_WELL, summary="Whether what is sent now would be kept.")
async def ready(site: NamedDependency[Site]) -> Response[dict[str, Any]]:
    """200 if it would, else 503."""
    well = await asyncio.to_thread(_takes, site)
    return _answer({"status": GOOD if well else BAD}, well=well)


def details(site: Site, found: Health) -> dict[str, Any]:
    """All that was found, for who may read. Times are ISO 8601 in the brand's zone."""
    now, zone = instant_of(site.now()), site.workspace.settings.zone

    def iso(instant: int | None) -> str | None:
        return datetime_of(instant, zone).isoformat(timespec="seconds") if instant is not None else None

    loops = [{"name": s.name, "every_seconds": s.every_seconds, "last_start": iso(s.started_at),
              "last_success": iso(s.succeeded_at), "next_due": iso(s.due_at), "lag_seconds": s.lag_seconds(now),
              "late": s.late(now), "failures": s.failures, "error": s.error} for s in found.loops]  # fmt: skip
    inbox = {**asdict(found.waiting), "oldest": iso(found.waiting.oldest)} if found.waiting else None
    since = iso(instant_of(site.started_at))
    return {"status": found.status, "because": list(found.because), "since": since, "loops": loops, "inbox": inbox,
            "disk_free_bytes": found.free_bytes}  # fmt: skip


def _answer(told: dict[str, Any], *, well: bool) -> Response[dict[str, Any]]:
    return Response(told, status_code=200 if well else 503, headers={"Cache-Control": "no-store"})


def _takes(site: Site) -> bool:
    return not site.worker.stopping and _waiting(site) is not None and not site.writer.full


def _waiting(site: Site) -> Waiting | None:
    """What waits in the inbox; None if it cannot be asked."""
    try:
        return site.workspace.inbox.waiting()
    except SQLAlchemyError:
        return None


def _of_worker(site: Site) -> list[str]:
    return [] if site.worker.alive else ["the worker does not run"]


def _of_inbox(waiting: Waiting | None, now: int) -> list[str]:
    if waiting is None:
        return ["the inbox cannot be read"]
    seconds = (now - waiting.oldest) // SECOND if waiting.oldest is not None else 0
    return [f"messages have waited for {seconds} s"] if seconds > LONGEST_WAIT else []


def _of_disk(site: Site, free: int) -> list[str]:
    return ["the disk is nearly full"] if free < site.workspace.settings["collect.min_free_mb"] * MB else []
