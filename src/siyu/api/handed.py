"""Work that takes the whole warehouse, as the server has it done: by a process of its own, which is handed it for that.

What such work takes of memory is given back, what ends it ends no server, and who sends messages waits for none of it.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from siyu.core.errors import SiyuError
from siyu.core.progress import silent
from siyu.jobs.apart import apart
from siyu.jobs.loop import Say
from siyu.privacy import erase, purge, requests
from siyu.privacy.docket import APPROVED, ERASING
from siyu.sources.doors.wecom.client import Client
from siyu.sources.doors.wecom.corp import connected, corp_of
from siyu.sources.doors.wecom.sync import sync
from siyu.store.workspace import Workspace, open_workspace

T = TypeVar("T")

log = structlog.get_logger(__name__)


def handed(workspace: Workspace, work: Callable[..., T], *arguments: Any, say: Say) -> T:
    """What a function of this module gives for the workspace's folder and the arguments. For the thread that owns the
    warehouse, which has it back at the end. Raises the SiyuError that the work raised, or Apart.
    """
    workspace.close_warehouse()
    try:
        return apart(work, workspace.directory, *arguments, say=say)
    finally:
        _take_back(workspace)


def _take_back(workspace: Workspace) -> None:
    """At once, so that nobody else takes it. If that fails, what was done is done: it is opened when next used."""
    try:
        _ = workspace.warehouse
    except (SiyuError, SQLAlchemyError) as error:
        log.error("warehouse.not_opened", error=type(error).__name__)


def anybody_to_erase(workspace: Workspace) -> bool:
    """Whether a request is approved, or a run was cut off."""
    return bool(requests.listing(workspace.operations, (APPROVED, ERASING)))


def erased(workspace: Workspace, actor: str, now: dt.datetime, say: Say) -> erase.Erased:
    """What `siyu erase run` does: in a process of its own, if there is anybody to erase."""
    if anybody_to_erase(workspace):
        return handed(workspace, erase_work, actor, now, say=say)
    return erase.run(workspace, actor=actor, now=now, progress=say)


def erase_work(directory: Path, actor: str, now: dt.datetime) -> erase.Erased:
    """What `siyu erase run` does."""
    with open_workspace(directory) as workspace:
        return erase.run(workspace, actor=actor, now=now)


def purge_work(directory: Path, now: dt.datetime) -> purge.Purged:
    """What `siyu purge` does."""
    with open_workspace(directory) as workspace:
        return purge.run(workspace, actor="serve", now=now)


def daily_work(directory: Path, now: dt.datetime) -> dict[str, Any]:
    """WeCom's lists, then what `siyu daily` does: load the inbox folder, resolve, measure, publish. Counts and the day,
    for the log."""
    from siyu.console.report import publish  # here: charts, which the server itself never draws
    from siyu.daily import daily

    with open_workspace(directory) as workspace:
        told = wecom_lists(workspace, now)
        done = daily(workspace, publish=partial(publish, now=now), now=now)
    refused = done.loaded.refused if done.loaded else 0
    as_of = done.measured["as_of"] if done.measured else None
    return {"files": len(done.files), "refused": refused, "as_of": as_of, **told}


def wecom_lists(workspace: Workspace, now: dt.datetime) -> dict[str, Any]:
    """Contacts and groups come into step with WeCom, where a corp is connected. What fails holds up nothing."""
    if not (workspace.settings["wecom.daily"] and connected(workspace)):
        return {}
    try:
        with Client(corp_of(workspace, os.environ), sleep=time.sleep, clock=time.monotonic) as client:
            loaded = sync(workspace, client, now=now, progress=silent)
    except SiyuError as error:
        return {"wecom": error.message}
    return {"wecom": f"{loaded.read} rows, {loaded.refused} refused"}
