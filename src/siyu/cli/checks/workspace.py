"""Whether settings, keys, stores, identity, quarantine and the disk are well."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator

import sqlalchemy as sa

from siyu.cli.checks.finding import Finding
from siyu.identity import resolve
from siyu.sources.loading.asbefore import check_blocked, check_identity, other_region
from siyu.store.schema import QUARANTINE
from siyu.store.tables import CONSUMER, REVIEW
from siyu.store.workspace import KEYS_FILE, Workspace

#: Below this the next load may not fit; a landed file and its facts take about as much again.
FREE_BYTES_MIN = 2 * 1024**3


def settings(workspace: Workspace, _now: dt.datetime) -> Iterator[Finding]:
    """Reading them already refused any mistake; facts may have been read by others."""
    check_identity(workspace)
    check_blocked(workspace)
    if region := other_region(workspace):
        yield Finding("settings", False, region)
    yield Finding(
        "settings",
        True,
        f"{workspace.settings.brand}, {workspace.settings['brand.zone']}, {workspace.settings.currency}",
    )


def keys(workspace: Workspace, _now: dt.datetime) -> Iterator[Finding]:
    """The key file is readable by its owner only."""
    path = workspace.directory / KEYS_FILE
    if workspace.keys.old_cipher_key:
        yield Finding("keys", False, "a rotation was cut off; siyu key rotate finishes it")
        return
    if not path.exists():
        yield Finding("keys", True, "given by the environment")
        return
    mode = path.stat().st_mode & 0o777
    yield Finding(
        "keys",
        mode & 0o077 == 0,
        f"{KEYS_FILE} has mode {mode:o}" + ("" if mode & 0o077 == 0 else "; run chmod 600 on it"),
    )


def operations(workspace: Workspace, _now: dt.datetime) -> Iterator[Finding]:
    """The operations store opens, at this version."""
    yield Finding("operations", True, workspace.operations.engine.dialect.name)


def warehouse(workspace: Workspace, _now: dt.datetime) -> Iterator[Finding]:
    """It opens, and every load that brought facts still has them (the workspace looks when it opens)."""
    _ = workspace.warehouse
    loads = workspace.operations.count_loads()
    yield Finding("warehouse", True, f"{workspace.settings['warehouse.engine']}, {loads} loads")


def quarantine(workspace: Workspace, _now: dt.datetime) -> Iterator[Finding]:
    """No row waits to be mended."""
    with workspace.operations.connect() as connection:
        rows = connection.execute(sa.select(sa.func.count()).select_from(QUARANTINE)).scalar() or 0
    yield _waiting("quarantine", rows, "rows to mend and load again", "siyu quarantine")


def identity(workspace: Workspace, _now: dt.datetime) -> Iterator[Finding]:
    """The identity has seen every load and every decision."""
    consumers = workspace.warehouse.count(CONSUMER)
    old = workspace.operations.newest_load() > 0 and resolve.stale(workspace)
    yield Finding("identity", not old, f"{consumers} consumers" + ("; run siyu resolve" if old else ""))


def review(workspace: Workspace, _now: dt.datetime) -> Iterator[Finding]:
    """No refused link waits for a person; links that a person took back do not."""
    links = REVIEW.expr()
    rows = workspace.warehouse.count(links.filter(links["guard"] != "retracted"))
    yield _waiting("review", rows, "links to look at", "siyu identity review")


def _waiting(name: str, rows: int, what: str, command: str) -> Finding:
    """Rows that wait for a person, whom a command shows them."""
    if not rows:
        return Finding(name, True, "empty")
    return Finding(name, False, f"{rows} {what}", (command, f"lists the {what}"))


def disk(workspace: Workspace, _now: dt.datetime) -> Iterator[Finding]:
    """There is room for the next load."""
    free = shutil.disk_usage(workspace.directory).free
    yield Finding("disk", free >= FREE_BYTES_MIN, f"{free / 1024**3:.1f} GB free")
