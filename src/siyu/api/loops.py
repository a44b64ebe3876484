"""What repeats while the server runs: loading what arrived, the day's work, upkeep of the stores."""

from __future__ import annotations

import datetime as dt
import os
import time
from functools import partial

import structlog

from siyu.api.handed import anybody_to_erase, daily_work, erase_work, handed, purge_work
from siyu.core.errors import RemoteError
from siyu.core.time import instant_of
from siyu.daily import arrived
from siyu.identity.consents import settle
from siyu.jobs.loop import Loop, Say
from siyu.jobs.memory import Memory
from siyu.jobs.rhythm import Daily, Every
from siyu.measures.measure import begun
from siyu.sources.doors import asks
from siyu.sources.doors.wecom.client import QUOTA, Client
from siyu.sources.doors.wecom.corp import connected, corp_of
from siyu.sources.doors.wecom.follow import follow
from siyu.sources.doors.wecom.sync import DOOR
from siyu.sources.live import drain
from siyu.store.database import checkpoint
from siyu.store.workspace import Workspace

UPKEEP_SECONDS = 3600
#: The longest wait for WeCom while loads and questions wait too.
BRIEF_SECONDS = 4

log = structlog.get_logger(__name__)


def loops(workspace: Workspace) -> list[Loop]:
    """The loops of a workspace, by its settings."""
    settings = workspace.settings
    found = [
        Loop("load", Every(settings["live.every_seconds"]), partial(load, workspace)),
        Loop("wecom", Every(settings["live.every_seconds"]), partial(ask_wecom, workspace)),
        Loop("memory", Every(settings["live.every_seconds"]), Memory(partial(to_disk, workspace)).look),
        Loop("upkeep", Every(UPKEEP_SECONDS), partial(upkeep, workspace)),
    ]
    night, morning = settings["retention.purge_at"], settings["live.daily_at"]
    for name, work, at in (("erase", erase, night), ("purge", purge, night), ("daily", day, morning)):
        if at:
            hour, minute = map(int, at.split(":"))
            found.append(Loop(name, Daily(hour, minute, settings.zone), partial(work, workspace)))
    return found


def load(workspace: Workspace, now: dt.datetime, say: Say) -> None:
    """Load what was acknowledged and what was said to preferences; costs next to nothing when nothing waits."""
    settle(workspace, now)
    drained = drain(workspace, now=now, progress=say)
    if drained.messages:
        log.info("live.loaded", messages=drained.messages, loads=len(drained.loads))


def ask_wecom(workspace: Workspace, now: dt.datetime, say: Say) -> None:
    """Ask WeCom for what its callbacks leave unsaid; where it asks for patience, the loop's own will do."""
    if not (asks.noted(workspace.operations, DOOR) and connected(workspace)):
        return
    with Client(corp_of(workspace, os.environ), sleep=_briefly, clock=time.monotonic) as client:
        loads = follow(workspace, client, now=now, progress=say)
    log.info("wecom.asked", loads=len(loads))


def _briefly(seconds: float) -> None:
    """A wait that holds up nobody. RemoteError for a longer one."""
    if seconds > BRIEF_SECONDS:
        raise RemoteError("WeCom asks for patience.", remedy="It is asked again later.", code=QUOTA)
    time.sleep(seconds)


def day(workspace: Workspace, now: dt.datetime, say: Say) -> None:
    """The day's work; nothing before there is anything to measure."""
    load(workspace, now, say)
    if begun(workspace, instant_of(now)) or arrived(workspace):
        log.info("daily.done", **handed(workspace, daily_work, now, say=say))


def erase(workspace: Workspace, now: dt.datetime, say: Say) -> None:
    """Erase everybody whose request is approved, and finish what was cut off."""
    if anybody_to_erase(workspace):
        found = handed(workspace, erase_work, "serve", now, say=say)
        log.info("erasures.run", done=len(found.done), files=len(found.files))


def purge(workspace: Workspace, now: dt.datetime, say: Say) -> None:
    """Remove what is past its time."""
    found = handed(workspace, purge_work, now, say=say)
    if not found.nothing:
        log.info("retention.purged", **found.rows, raw_rows=sum(found.raw.values()))


def upkeep(workspace: Workspace, _now: dt.datetime, _say: Say) -> None:
    """Logs of the stores do not grow without end."""
    to_disk(workspace)


def to_disk(workspace: Workspace) -> None:
    """What the stores hold in logs and in memory goes to their files."""
    workspace.warehouse.checkpoint()
    checkpoint(workspace.operations.engine)
    checkpoint(workspace.inbox.engine)
