"""Load again from the landed raw rows: everything into a new warehouse, or a day and what followed it into this one.

A rebuild is built beside the old warehouse and takes its place when it is whole; the old one is set aside, never
deleted. Loads keep their number, time, mapping and options, so facts come out as they were, to the last id.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from siyu.core.errors import SourceError
from siyu.core.kinds import BY_NAME
from siyu.core.time import date_of, local_day
from siyu.sources import cancellations, landing, messages, pipeline
from siyu.sources import mapping as mappings
from siyu.sources.ahead import ahead, joined
from siyu.sources.load import finish_interrupted
from siyu.sources.mapping import Mapping
from siyu.sources.options import Options
from siyu.sources.pipeline import Outcome
from siyu.sources.snapshot import Snapshot
from siyu.sources.stage import Load
from siyu.store import declared, tables
from siyu.store.operations import LOAD, STATE
from siyu.store.workspace import WAREHOUSE_FILES, Workspace, open_warehouse

Progress = Callable[[str, float | None], None]
BUILDING = "rebuilding"
#: Small facts that stay true of a new warehouse; the others say what derived tables were built from.
KEPT_STATES = ("identity_version",)


@dataclass(frozen=True)
class Replayed:
    """One load: rows per kind and status as they were counted then, and now."""

    load_id: int
    file: str
    then: dict[str, dict[str, int]]
    now: dict[str, dict[str, int]]

    @property
    def equal(self) -> bool:
        """Whether the load gave what it had given."""
        return self.then == self.now


@dataclass
class Rebuilt:
    """What a rebuild did: where the old files lie, every load with its counts, landed files that are gone."""

    set_aside: list[str] = field(default_factory=list)
    loads: list[Replayed] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        """Whether everything came out as before."""
        return not self.missing and all(load.equal for load in self.loads)

    def as_json(self) -> dict[str, Any]:
        """The report as plain data."""
        loads = [{**vars(load), "equal": load.equal} for load in self.loads]
        return {"equal": self.equal, "set_aside": self.set_aside, "missing": self.missing, "loads": loads}


def rebuild(workspace: Workspace, now: dt.datetime, *, progress: Progress | None = None) -> Rebuilt:
    """Build the warehouse again from the landed files and put it in the place of the one that is there."""
    workspace.close_warehouse()
    folder = workspace.directory / BUILDING
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    beside = Workspace(folder, workspace.settings, workspace.keys)
    beside.__dict__["operations"] = workspace.operations  # one system of record; only the warehouse is new
    beside.__dict__["warehouse"] = open_warehouse(beside)  # not asked for the facts it is about to get
    report = Rebuilt()
    loads = list(_committed(workspace))
    for place, row in enumerate(loads):
        if progress:
            progress(row.file_name, place / len(loads))
        _replay(workspace, beside, row, report)
    _forget_states(workspace)
    cancellations.refresh(beside)
    beside.close_warehouse()
    report.set_aside = _exchange(workspace.directory, folder, now)
    return report


def replay(workspace: Workspace, day: dt.date, *, progress: Progress | None = None) -> Rebuilt:
    """Drop the facts of all loads from a business day on and load them again, in order, as one transaction.

    What came later than the day is loaded again too: whether a row is new, a duplicate or a correction rests on all
    that came before it. Raises SourceError, with nothing changed, if nothing was loaded since, if a landed file is
    gone, or on Spark, which has no transactions.
    """
    finish_interrupted(workspace)
    loads = [row for row in _committed(workspace) if _loaded_on(workspace, row) >= day]
    _check_replay(workspace, loads, day)
    report = Rebuilt()
    with workspace.warehouse.transaction():
        workspace.warehouse.drop_loads([row.load_id for row in loads])
        for place, row in enumerate(loads):
            if progress:
                progress(row.file_name, place / len(loads))
            _replay(workspace, workspace, row, report)
    _forget_states(workspace)
    cancellations.refresh(workspace)
    return report


def _loaded_on(workspace: Workspace, row: sa.Row) -> dt.date:
    return date_of(local_day(row.loaded_at, workspace.settings.zone))


def _check_replay(workspace: Workspace, loads: list[sa.Row], day: dt.date) -> None:
    if workspace.settings["warehouse.engine"] == "spark":
        raise SourceError("A day cannot be replayed on Spark, which has no transactions.",
                          remedy="`siyu rebuild` loads everything again beside the warehouse that is there.")
    if not loads:
        raise SourceError(f"Nothing was loaded on {day} or later.", remedy="`siyu query` shows when facts were loaded.")
    gone = [row.file_name for row in loads
            if row.mapping_name != declared.DECLARATION and not landing.path_of(workspace.landed, row.load_id).exists()]
    if gone:
        raise SourceError(f"The landed rows of {len(gone)} load(s) are gone (first: {gone[0]}).",
                          remedy="Restore the folder landed/ from your backup.")


def _committed(workspace: Workspace) -> Iterator[sa.Row]:
    query = sa.select(LOAD).where(LOAD.c.committed_at.is_not(None)).order_by(LOAD.c.load_id)
    with workspace.operations.connect() as connection:
        yield from connection.execute(query).all()


def _replay(workspace: Workspace, beside: Workspace, row: sa.Row, report: Rebuilt) -> None:
    if row.mapping_name == declared.DECLARATION:
        report.loads.append(_declare_again(workspace, beside, row))
        return
    path = landing.path_of(workspace.landed, row.load_id)
    if not path.exists():
        report.missing.append(f"{path.name} ({row.file_name})")
        return
    options = Options.from_json(row.options)
    settings = options.apply(workspace)
    load = Load(row.load_id, row.mapping_name, row.loaded_at, local_day(row.loaded_at, settings.zone))
    columns = json.loads(row.options)["columns"]
    mapping = _mapping(row, columns)
    snapshot = Snapshot.of(beside, options, settings, replay=True) if options.snapshot_of else None
    with beside.warehouse.bulk(), beside.warehouse.transaction():
        seen = messages.registering(beside.warehouse, row.load_id, columns, None)
        outcome = pipeline.run(beside, lambda: _batches(path, workspace), columns, mapping, load, settings=settings,
                               snapshot=snapshot, seen=seen)
    report.loads.append(Replayed(row.load_id, row.file_name, json.loads(row.counts)["kinds"], _kinds(outcome)))


def _declare_again(workspace: Workspace, beside: Workspace, row: sa.Row) -> Replayed:
    """A declaration has no landed file: its consents stand in operations."""
    consents = declared.declared(workspace.operations, row.load_id)
    zone = Options.from_json(row.options).apply(workspace).zone
    beside.warehouse.append(tables.BY_NAME["consents"], declared.facts(consents, row.load_id, row.loaded_at, zone))
    now = {"consents": {"loaded": consents.num_rows}}
    return Replayed(row.load_id, row.file_name, json.loads(row.counts)["kinds"], now)


def _batches(path: Path, workspace: Workspace) -> Iterator[pa.RecordBatch]:
    return ahead(joined(landing.batches(path, workspace.keys)))


def _mapping(row: sa.Row, columns: list[str]) -> Mapping:
    """The mapping as it was when the file was loaded."""
    if row.mapping:
        return mappings.parse(row.mapping, where=row.mapping_name)
    if row.mapping_name not in BY_NAME:
        raise SourceError(f"Load {row.load_id} was made without landed rows ({row.mapping_name}).",
                          remedy="Load its file again after the rebuild.")
    return mappings.canonical(BY_NAME[row.mapping_name], columns)


def _kinds(outcome: Outcome) -> dict[str, dict[str, int]]:
    return {kind: dict(counts) for kind, counts in outcome.kinds.items()}


def _forget_states(workspace: Workspace) -> None:
    """Derived tables are empty in the new warehouse: whoever builds them must begin anew."""
    with workspace.operations.begin() as connection:
        connection.execute(sa.delete(STATE).where(STATE.c.name.not_in(KEPT_STATES)))
        cancellations.due(workspace, connection)


def _exchange(directory: Path, built: Path, now: dt.datetime) -> list[str]:
    """Set the old files aside and put the new ones in their place. A file without its log, which a crash in between
    may leave, lacks loads and is told by that at the next open."""
    mark = now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = []
    for name in WAREHOUSE_FILES:
        old, new = directory / name, built / name
        if old.exists():
            aside.append(f"{name}.damaged-{mark}")
            os.replace(old, directory / aside[-1])
        if new.exists():
            os.replace(new, old)
    shutil.rmtree(built, ignore_errors=True)
    return aside
