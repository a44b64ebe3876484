"""What `siyu check` looks at: a line for each library, store, table, loop and expectation, a module for each noun."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from siyu.cli.checks import backups, expectations, libraries, loops, mappings, past, tables, wecom
from siyu.cli.checks import workspace as stores
from siyu.cli.checks.finding import Finding
from siyu.core.errors import DamagedError, SiyuError
from siyu.store.workspace import Workspace

Check = Callable[[Workspace, dt.datetime], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    libraries.libraries,
    stores.settings,
    stores.keys,
    stores.operations,
    stores.warehouse,
    stores.disk,
    mappings.mappings,
    tables.facts,
    stores.identity,
    stores.quarantine,
    stores.review,
    loops.loops,
    loops.inbox,
    loops.erasures,
    loops.copies,
    backups.backups,
    wecom.calls,
    past.past,
    expectations.expectations,
)


def run(workspace: Workspace, now: dt.datetime) -> list[Finding]:
    """All checks, in order; one that fails does not stop the rest, and a reason that several share is told once."""
    told: set[str] = set()
    return [finding for check in CHECKS for finding in _asked(check, workspace, now, told)]


def _asked(check: Check, workspace: Workspace, now: dt.datetime, told: set[str]) -> list[Finding]:
    try:
        return list(check(workspace, now))
    except SiyuError as error:
        help_ = "Run siyu rebuild." if isinstance(error, DamagedError) else error.remedy
        found = "For the same reason it could not be asked." if error.message in told else f"{error.message} {help_}"
        told.add(error.message)
        return [Finding(check.__name__, False, found.strip())]
