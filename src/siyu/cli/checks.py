"""What `siyu check` looks at: one small function per question, each giving a finding."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from siyu.core.errors import DamagedError, SiyuError
from siyu.identity import resolve
from siyu.store.operations import QUARANTINE
from siyu.store.tables import CONSUMER, REVIEW
from siyu.store.workspace import KEYS_FILE, Workspace

#: Below this the next load may not fit; a landed file and its facts take about as much again.
FREE_BYTES_MIN = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One question and its answer."""

    name: str
    fine: bool
    found: str


def run(workspace: Workspace) -> list[Finding]:
    """All checks, in order; one that fails does not stop the rest."""
    return [_asked(check, workspace) for check in CHECKS]


def _asked(check: Callable[[Workspace], Finding], workspace: Workspace) -> Finding:
    try:
        return check(workspace)
    except DamagedError as error:
        return Finding(check.__name__, False, f"{error.message} Run siyu rebuild.")
    except SiyuError as error:
        return Finding(check.__name__, False, error.message)


def settings(workspace: Workspace) -> Finding:
    """Reading them already refused any mistake."""
    return Finding(
        "settings",
        True,
        f"{workspace.settings.brand}, {workspace.settings['brand.zone']}, {workspace.settings.currency}",
    )


def keys(workspace: Workspace) -> Finding:
    """The key file is readable by its owner only."""
    path = workspace.directory / KEYS_FILE
    if not path.exists():
        return Finding("keys", True, "given by the environment")
    mode = path.stat().st_mode & 0o777
    return Finding(
        "keys",
        mode & 0o077 == 0,
        f"{KEYS_FILE} has mode {mode:o}" + ("" if mode & 0o077 == 0 else "; run chmod 600 on it"),
    )


def operations(workspace: Workspace) -> Finding:
    """The operations store opens, at this version."""
    return Finding("operations", True, workspace.operations.engine.dialect.name)


def warehouse(workspace: Workspace) -> Finding:
    """It opens, and every load that brought facts still has them (the workspace looks when it opens)."""
    _ = workspace.warehouse
    loads = len(workspace.operations.committed_loads())
    return Finding("warehouse", True, f"{workspace.settings['warehouse.engine']}, {loads} loads")


def quarantine(workspace: Workspace) -> Finding:
    """No row waits to be mended."""
    with workspace.operations.connect() as connection:
        rows = connection.execute(sa.select(sa.func.count()).select_from(QUARANTINE)).scalar() or 0
    return Finding("quarantine", rows == 0, f"{rows} rows to mend and load again" if rows else "empty")


def identity(workspace: Workspace) -> Finding:
    """The identity has seen every load and every decision."""
    consumers = workspace.warehouse.count(CONSUMER)
    old = bool(workspace.operations.committed_loads()) and resolve.stale(workspace)
    return Finding("identity", not old, f"{consumers} consumers" + ("; run siyu resolve" if old else ""))


def review(workspace: Workspace) -> Finding:
    """No refused link waits for a person; links that a person took back do not."""
    links = REVIEW.expr()
    rows = workspace.warehouse.count(links.filter(links["guard"] != "retracted"))
    return Finding("review", rows == 0, f"{rows} links to look at (siyu identity review)" if rows else "empty")


def disk(workspace: Workspace) -> Finding:
    """There is room for the next load."""
    free = shutil.disk_usage(workspace.directory).free
    return Finding("disk", free >= FREE_BYTES_MIN, f"{free / 1024**3:.1f} GB free")


CHECKS: tuple[Callable[[Workspace], Finding], ...] = (
    settings,
    keys,
    operations,
    warehouse,
    identity,
    quarantine,
    review,
    disk,
)
