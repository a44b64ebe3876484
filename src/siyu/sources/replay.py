"""Load again from the landed raw rows: everything into a new warehouse, or a day and what followed it into this one.

A rebuild is built beside the old warehouse and takes its place when it is whole; the old one is set aside, never
deleted. Loads keep their number, time, mapping and options, so facts come out as they were, to the last id. Only a
zone, currency or order of namespaces that was changed since is that of today: all facts of a brand share one.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from siyu.core.errors import SourceError, WorkspaceError
from siyu.core.progress import Progress, silent
from siyu.core.time import date_of, local_day
from siyu.sources.facts import cancellations
from siyu.sources.facts.snapshot import Snapshot
from siyu.sources.facts.stage import Load
from siyu.sources.landed import landing
from siyu.sources.landed.committed import Committed, committed
from siyu.sources.load import finish_interrupted
from siyu.sources.loading import pipeline
from siyu.sources.loading.coming import Coming
from siyu.sources.loading.pipeline import Outcome
from siyu.sources.mappings.options import READ_AGAIN_WITH
from siyu.sources.readers.ahead import ahead, joined
from siyu.store import declared, tables
from siyu.store.schema import STATE
from siyu.store.states import DERIVED
from siyu.store.workspace import ASIDE, BUILDING, WAREHOUSE_FILES, Workspace, open_warehouse


@dataclass(frozen=True)
class Replayed:
    """One load: rows per kind and status as they were counted then, and now. erased: people were, of its rows."""

    load_id: int
    file: str
    then: dict[str, dict[str, int]]
    now: dict[str, dict[str, int]]
    erased: bool

    @property
    def equal(self) -> bool:
        """Whether the load gave what it had given. Where people were erased since, their duplicates are not counted
        any more: then the facts are compared."""
        return self.then == self.now or (self.erased and _facts(self.then) == _facts(self.now))


@dataclass
class Rebuilt:
    """What a rebuild did: where the old files lie, every load with its counts, landed files that are gone, by load."""

    set_aside: list[str] = field(default_factory=list)
    loads: list[Replayed] = field(default_factory=list)
    gone: dict[int, str] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        """The landed files that are gone."""
        return list(self.gone.values())

    @property
    def equal(self) -> bool:
        """Whether everything came out as before."""
        return not self.missing and all(load.equal for load in self.loads)

    def as_json(self) -> dict[str, Any]:
        """The report as plain data."""
        loads = [{**vars(load), "equal": load.equal} for load in self.loads]
        return {"equal": self.equal, "set_aside": self.set_aside, "missing": self.missing, "loads": loads}


def rebuild(
    workspace: Workspace, now: dt.datetime, *, without_lost: bool = False, progress: Progress | None = None
) -> Rebuilt:
    """Build the warehouse again from the landed files and put it in the place of the one that is there. With nothing
    changed: HeldError if another process has it open or loads by its operations; WorkspaceError if operations do not
    know the landed files, or if those of loads that a shared database knows are not here, unless `without_lost`.
    """
    with workspace.alone():
        if workspace.operations.shared and not without_lost:
            _check_landed(workspace)
        workspace.killed(set(workspace.operations.committed_loads()), set())
        return _rebuilt(workspace, now, progress or silent)


def _rebuilt(workspace: Workspace, now: dt.datetime, progress: Progress) -> Rebuilt:
    """All loads into a warehouse beside, which then takes the place of the one that is there."""
    folder = workspace.directory / BUILDING
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    beside = Workspace(folder, workspace.settings, workspace.keys)
    beside.__dict__["operations"] = workspace.operations  # one system of record; only the warehouse is new
    report = Rebuilt()
    shared = {name: workspace.settings[name] for name in READ_AGAIN_WITH}
    loads = [kept.read_with(shared) for kept in committed(workspace.operations)]
    with closing(open_warehouse(beside)) as warehouse:
        beside.__dict__["warehouse"] = warehouse  # not asked for the facts it is about to get
        for place, kept in enumerate(loads):
            progress(kept.file_name, place / len(loads))
            _replay(workspace, beside, kept, report)
        _forget_states(workspace)
        cancellations.refresh(beside)
    _tell_again(workspace, report)
    report.set_aside = _exchange(workspace.directory, folder, now)
    workspace.operations.read_alike(shared)
    return report


def _check_landed(workspace: Workspace) -> None:
    """A database knows the loads of every folder that used it: one that lacks their files has not loaded them."""
    gone = _without_rows(workspace, committed(workspace.operations))
    if gone:
        raise WorkspaceError(
            f"The landed rows of {len(gone)} load(s) are not in this folder (first: {gone[0].load_id}, "
            f"{gone[0].file_name}): another folder loaded them into these operations, or they are lost.",
            remedy="Work in the folder that holds them, or copy its landed/ here. If they are lost, `siyu rebuild "
                   "--without-lost` notes that these loads hold nothing.")  # fmt: skip


def replay(workspace: Workspace, day: dt.date, *, progress: Progress | None = None) -> Rebuilt:
    """Drop the facts of all loads from a business day on and load them again, in order, as one transaction.

    What came later than the day is loaded again too: whether a row is new, a duplicate or a correction rests on all
    that came before it. Raises SourceError, with nothing changed, if nothing was loaded since, if a landed file is
    gone, or on Spark, which has no transactions.
    """
    tell = progress or silent
    finish_interrupted(workspace)
    loads = [kept for kept in committed(workspace.operations) if _loaded_on(workspace, kept) >= day]
    _check_replay(workspace, loads, day)
    report = Rebuilt()
    with workspace.warehouse.transaction():
        workspace.warehouse.drop_loads([kept.load_id for kept in loads])
        for place, kept in enumerate(loads):
            tell(kept.file_name, place / len(loads))
            _replay(workspace, workspace, kept, report)
        _tell_again(workspace, report)
    _forget_states(workspace)
    cancellations.refresh(workspace)
    return report


def _loaded_on(workspace: Workspace, kept: Committed) -> dt.date:
    return date_of(local_day(kept.loaded_at, workspace.settings.zone))


def _check_replay(workspace: Workspace, loads: list[Committed], day: dt.date) -> None:
    if workspace.settings["warehouse.engine"] == "spark":
        raise SourceError("A day cannot be replayed on Spark, which has no transactions.",
                          remedy="`siyu rebuild` loads everything again beside the warehouse that is there.")
    if not loads:
        raise SourceError(f"Nothing was loaded on {day} or later.", remedy="`siyu query` shows when facts were loaded.")
    gone = _without_rows(workspace, loads)
    if gone:
        raise SourceError(f"The landed rows of {len(gone)} load(s) are gone (first: {gone[0].file_name}).",
                          remedy="Restore the folder landed/ from your backup.")


def _without_rows(workspace: Workspace, loads: Iterable[Committed]) -> list[Committed]:
    """Loads that brought facts and whose landed rows are not here; those known to hold nothing lack none."""
    return [kept for kept in loads
            if not kept.declared and _facts(kept.kinds) and not kept.path(workspace).exists()]  # fmt: skip


def _replay(workspace: Workspace, beside: Workspace, kept: Committed, report: Rebuilt) -> None:
    if kept.declared:
        report.loads.append(_declare_again(workspace, beside, kept))
        return
    path = kept.path(workspace)
    if not path.exists():
        if _facts(kept.kinds):  # else they are known to be gone
            report.gone[kept.load_id] = f"{path.name} ({kept.file_name})"
        return
    settings = kept.settings(workspace)
    load = Load(kept.load_id, kept.mapping_name, kept.loaded_at, local_day(kept.loaded_at, settings.zone))
    mapping, erased = kept.mapping, landing.places_of(path, workspace.keys)
    versions = landing.versions_of(path, workspace.keys)
    snapshot = Snapshot.of(beside, kept.options, settings, replay=True) if kept.options.snapshot_of else None
    reading = Coming(beside, lambda: _batches(path, workspace), kept.columns, mapping, settings, snapshot=snapshot,
                     erased=erased, versions=versions)  # fmt: skip
    with closing(reading) as coming, beside.warehouse.transaction():
        outcome = pipeline.run(beside, coming, load)
    report.loads.append(Replayed(kept.load_id, kept.file_name, kept.kinds, _kinds(outcome), len(erased) > 0))


def _declare_again(workspace: Workspace, beside: Workspace, kept: Committed) -> Replayed:
    """A declaration has no landed file: its consents stand in operations."""
    consents = declared.declared(workspace.operations, kept.load_id)
    facts = declared.facts(consents, kept.load_id, kept.loaded_at, kept.settings(workspace).zone)
    beside.warehouse.append(tables.BY_NAME["consents"], facts)
    now, erased = {"consents": {"loaded": consents.num_rows}}, "erased" in kept.kinds["consents"]
    return Replayed(kept.load_id, kept.file_name, kept.kinds, now, erased)


def _batches(path: Path, workspace: Workspace) -> Iterator[pa.RecordBatch]:
    return ahead(joined(landing.batches(path, workspace.keys)))


def _facts(kinds: dict[str, dict[str, int]]) -> dict[str, int]:
    """Facts of every kind that has any."""
    facts = {kind: counts.get("loaded", 0) + counts.get("corrected", 0) for kind, counts in kinds.items()}
    return {kind: count for kind, count in facts.items() if count}


def _kinds(outcome: Outcome) -> dict[str, dict[str, int]]:
    return {kind: dict(counts) for kind, counts in outcome.kinds.items()}


def _forget_states(workspace: Workspace) -> None:
    """Derived tables are empty in the new warehouse: whoever builds them must begin anew."""
    with workspace.operations.begin() as connection:
        connection.execute(sa.delete(STATE).where(STATE.c.name.in_(DERIVED)))
        cancellations.due(workspace, connection)


def _tell_again(workspace: Workspace, report: Rebuilt) -> None:
    """What loads report, where they came out otherwise: read with other settings now, without persons who were erased
    since, or without a landed file that is gone. Else the facts that they lack would be looked for at every open.
    """
    told = {load.load_id: load.now for load in report.loads if not load.equal}
    told |= {load_id: {} for load_id in report.gone}
    with workspace.operations.begin() as connection:
        for load_id, kinds in told.items():
            workspace.operations.tell_again(connection, load_id, lambda counts, now=kinds: counts | {"kinds": now})


def _exchange(directory: Path, built: Path, now: dt.datetime) -> list[str]:
    """Set the old files aside and put the new ones in their place. A file without its log, which a crash in between
    may leave, lacks loads and is told by that at the next open."""
    mark = now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = []
    for name in WAREHOUSE_FILES:
        old, new = directory / name, built / name
        if old.exists() and not (old.is_file() and not old.stat().st_size):  # empty: only made to be held
            aside.append(f"{name}{ASIDE}{mark}")
            os.replace(old, directory / aside[-1])
        if new.exists():
            os.replace(new, old)
    shutil.rmtree(built, ignore_errors=True)
    return aside
