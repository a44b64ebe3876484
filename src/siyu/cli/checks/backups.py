"""Whether there is a backup, and whether who restores it would know of everybody erased since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from siyu.cli.checks.finding import Finding
from siyu.core.time import date_of, local_day
from siyu.privacy.backup import erased
from siyu.store.audit import acts
from siyu.store.workspace import Workspace


def backups(workspace: Workspace, _now: dt.datetime) -> Iterator[Finding]:
    """The newest one, and the lists of the erased beside all of them."""
    newest = next(iter(acts(workspace.operations, act="backup.make", limit=1)), None)
    if newest is None:
        yield Finding("backup", True, "none was made yet (siyu backup)")
        return
    day, folder = date_of(local_day(newest.at, workspace.settings.zone)), erased.folders_of(workspace.operations)[-1]
    missing = erased.untold(workspace)
    told = "; ".join(f"{where} was not told of {count} erased identifiers" for where, count in missing.items())
    yield Finding("backup", not missing, f"{told}; reach it and run siyu erase run" if missing
                  else f"the newest is of {day}, in {folder}")  # fmt: skip
