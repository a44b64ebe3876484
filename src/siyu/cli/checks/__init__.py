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
    """All checks, in order; one that fails does not stop the rest."""
    return [finding for check in CHECKS for finding in _asked(check, workspace, now)]


def _asked(check: Check, workspace: Workspace, now: dt.datetime) -> list[Finding]:
    try:
        return list(check(workspace, now))
    except DamagedError as error:
        return [Finding(check.__name__, False, f"{error.message} Run siyu rebuild.")]
    except SiyuError as error:
        return [Finding(check.__name__, False, error.message)]
