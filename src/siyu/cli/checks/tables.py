"""Whether each table of facts holds as many rows as the reports of the loads say."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator

import sqlalchemy as sa

from siyu.cli.checks.finding import Finding
from siyu.core.kinds import KINDS, MEMBERS, RELATIONS
from siyu.store.audit import acts
from siyu.store.schema import COMMITTED, LOAD
from siyu.store.tables import BY_NAME
from siyu.store.workspace import Workspace

#: Kinds in which a full list closes what it does not show.
CLOSED_BY_LISTS = (RELATIONS, MEMBERS)
#: What takes rows out of tables for good.
TAKEN_OUT = ("erasure.", "retention.")


def facts(workspace: Workspace, _now: dt.datetime) -> Iterator[Finding]:
    """Rows of each kind that was ever loaded. Fewer than reported is well where some were erased or purged, more where
    full lists have closed relations."""
    reported, closed = _reported(workspace)
    fewer_is_well = any(acts(workspace.operations, act=act, limit=1) for act in TAKEN_OUT)
    for kind in KINDS:
        if expected := reported[kind.name]:
            rows = workspace.warehouse.count(BY_NAME[kind.name])
            most = expected + (closed if kind in CLOSED_BY_LISTS else 0)
            fine = expected <= rows <= most or (fewer_is_well and rows < expected)
            taken = f", {expected - rows:,} erased or purged" if fine and rows < expected else ""
            wrong = "" if fine else f"; the loads report {expected:,}: run siyu rebuild"
            yield Finding(f"table {kind.name}", fine, f"{rows:,} rows{taken}{wrong}")


def _reported(workspace: Workspace) -> tuple[Counter[str], int]:
    """Rows of each kind by the reports of all loads, and how much full lists have closed beside them."""
    reported: Counter[str] = Counter()
    closed = 0
    with workspace.operations.connect() as connection:
        for text in connection.execute(sa.select(LOAD.c.counts).where(COMMITTED)).scalars():
            report = json.loads(text)
            closed += (report.get("snapshot") or {}).get("closed", 0)
            for kind, counts in report.get("kinds", {}).items():
                reported[kind] += counts.get("loaded", 0) + counts.get("corrected", 0)
    return reported, closed
