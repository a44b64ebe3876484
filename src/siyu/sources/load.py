"""Load files: the whole way from a path to facts in force, one commit per file. The story of this part.

A load is a row in operations: until it is there, nothing of the file counts, and the next open drops what was written.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from siyu.core.errors import SiyuError, SourceError, did_you_mean
from siyu.core.kinds import BY_NAME
from siyu.core.time import instant_of, local_day
from siyu.sources import cancellations, files, landing, pipeline, quarantine
from siyu.sources import mapping as mappings
from siyu.sources.ahead import ahead, joined
from siyu.sources.loadreport import FileReport, LoadReport
from siyu.sources.mapping import Mapping
from siyu.sources.options import Options
from siyu.sources.pipeline import Outcome
from siyu.sources.recognise import recognise
from siyu.sources.snapshot import Snapshot
from siyu.sources.stage import Load
from siyu.sources.transform import PERSONAL_HEADER, canonical_notes
from siyu.store import tables
from siyu.store.operations import CONSENT, LOAD, QUARANTINE
from siyu.store.workspace import Workspace

Progress = Callable[[str, float | None], None]
#: What readers call columns of a file that has no header.
NAMELESS = re.compile(r"^column_\d+$")
#: Seconds between two messages of progress.
PROGRESS_SECONDS = 0.2


def load(workspace: Workspace, paths: Sequence[Path | str], *, kind: str | None = None, mapping: str | None = None,
         snapshot_of: dt.date | None = None, scope: dict[str, str] | None = None, allow_drop: bool = False,
         dry_run: bool = False, now: dt.datetime, progress: Progress | None = None) -> LoadReport:
    """Load files, each whole or not at all, in the order given. Running it again finishes an interrupted one.

    kind: what canonical files are, if neither their name nor their columns say so. mapping: name or path of a mapping.
    snapshot_of, scope: the file is the full list of what is held in the scope at the start of that day. dry_run:
    everything but the commit; the report says what would have happened. Of several files, those that cannot be read
    or recognised are refused and the rest is loaded. Raises SourceError, with nothing written, if none can be.
    """
    finish_interrupted(workspace)
    options = Options.of(workspace.settings, snapshot_of, scope, allow_drop)
    report = LoadReport(dry_run=dry_run)
    for arrival in _arrivals(workspace, list(_expanded(paths)), kind, mapping, options, report):
        report.files.append(_load_file(workspace, arrival, options, now, dry_run, progress or _silent))
    if not dry_run:
        cancellations.refresh(workspace)
    report.unmatched_cancellations = cancellations.unmatched(workspace)
    return report


def finish_interrupted(workspace: Workspace) -> None:
    """What a killed load left is removed or finished; before every load and measure, cheap when there is nothing."""
    _ = workspace.warehouse  # opening drops the facts of uncommitted loads
    landing.sweep(workspace.landed, set(workspace.operations.committed_loads()))
    cancellations.refresh(workspace)


@dataclass(frozen=True)
class Arrival:
    """A file that has been opened and recognised."""

    source: files.SourceFile
    mapping: Mapping
    notes: tuple[str, ...] = ()


def _expanded(paths: Sequence[Path | str]) -> Iterator[Path]:
    """Files as given; of a folder, those in it that siyu reads."""
    for path in map(Path, paths):
        if path.is_dir():
            yield from sorted(p for p in path.iterdir() if p.suffix.lower() in files.SUFFIXES)
        else:
            yield path


def _arrivals(workspace: Workspace, paths: list[Path], kind: str | None, mapping: str | None, options: Options,
              report: LoadReport) -> list[Arrival]:
    """The files that could be opened and recognised; the others are named in the report."""
    arrivals, errors = [], []
    for path in paths:
        try:
            arrivals.append(_arrival(workspace, path, kind, mapping, options))
        except SourceError as error:
            errors.append(error)
            report.files_refused.append({"file": path.name, "message": str(error)})
    if errors and not arrivals:
        raise errors[0]
    return arrivals


def _arrival(workspace: Workspace, path: Path, kind: str | None, mapping: str | None, options: Options) -> Arrival:
    given = mappings.named(mapping) if mapping else None
    source = _open(path, given)
    if given is None:
        name = kind or recognise(path, source.columns, workspace.directory / "mappings")
        if name not in BY_NAME and kind:
            raise SourceError(f"Unknown kind '{name}'.{did_you_mean(name, list(BY_NAME))}",
                              remedy=f"Kinds: {', '.join(BY_NAME)}.")
        given = mappings.canonical(BY_NAME[name], source.columns) if name in BY_NAME else mappings.named(name)
        if name not in BY_NAME and given.file:
            source = _open(path, given)
    pipeline.check(given, source.columns, options, path.name)
    return Arrival(source, given, tuple(_notes(given, source.columns)))


def _open(path: Path, mapping: Mapping | None) -> files.SourceFile:
    hints = mapping.file if mapping else {}
    source = files.read(path, encoding=hints.get("encoding"), format=hints.get("format"))
    headers = next((h for h in hints.get("headers", []) if len(h) == len(source.columns)), None)
    if headers is None or not all(NAMELESS.match(c) for c in source.columns):
        return source
    return files.read(path, columns_hint=headers, encoding=hints.get("encoding"), format=hints.get("format"))


def _notes(mapping: Mapping, columns: list[str]) -> Iterator[str]:
    """Columns of a canonical file that are not part of its kind."""
    if mapping.text:
        return
    kind = mapping.rows[0].kind
    known = [f.name for f in kind.fields]
    for column in canonical_notes(kind, columns):
        if kind.field("attributes") and not PERSONAL_HEADER.search(column):
            continue
        if kind.field("attributes"):
            yield f"column '{column}' may name a person and is left out."
        else:
            yield f"column '{column}' is not part of {kind.name} and is left out.{did_you_mean(column, known)}"


def _load_file(workspace: Workspace, arrival: Arrival, options: Options, now: dt.datetime, dry_run: bool,
               progress: Progress) -> FileReport:
    """One file: staged in one transaction of the warehouse, landed beside it, committed by its row in operations."""
    source, mapping = arrival.source, arrival.mapping
    loaded_at = instant_of(now)
    load_ = Load(_next_id(workspace), mapping.name, loaded_at, local_day(loaded_at, options.apply(workspace).zone))
    landed = landing.Landing(landing.path_of(workspace.landed, load_.load_id), workspace.keys)
    try:
        with workspace.warehouse.bulk(), workspace.warehouse.transaction():
            outcome = _stage(workspace, arrival, options, load_, landed, progress)
            if dry_run:
                raise _DryRun
            landed.finish([vars(row) for row in source.bad_rows])
        report = report_of(arrival, load_, outcome)
        _commit(workspace, arrival, options, load_, outcome, report)
    except _DryRun:
        landed.discard()
        workspace.warehouse.drop_loads([load_.load_id])
        return report_of(arrival, load_, outcome)
    except BaseException as error:
        landed.discard()
        workspace.warehouse.drop_loads([load_.load_id])
        raise _named(error, source.path) from error
    return report


class _DryRun(Exception):
    """Leaves the transaction of a load that is only tried."""


def _stage(workspace: Workspace, arrival: Arrival, options: Options, load_: Load, landed: landing.Landing,
           progress: Progress) -> Outcome:
    source = arrival.source
    settings = options.apply(workspace)
    snapshot = Snapshot.of(workspace, options, settings) if options.snapshot_of else None
    outcome = pipeline.run(workspace, lambda: ahead(joined(_watched(source, progress))), source.columns,
                           arrival.mapping, load_, settings=settings, snapshot=snapshot, seen=landed.add)
    outcome.add_bad_rows(quarantine.of_bad_rows(source.bad_rows, workspace.keys))
    return outcome


def _watched(source: files.SourceFile, progress: Progress) -> Iterator[pa.RecordBatch]:
    told = 0.0
    for batch in source.batches():
        if time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            progress(source.path.name, source.progress)
        yield batch
    progress(source.path.name, 1.0)


def _commit(workspace: Workspace, arrival: Arrival, options: Options, load_: Load, outcome: Outcome,
            report: FileReport) -> None:
    """The one commit point: with this transaction the load counts."""
    consents = _consents(workspace, load_) if "consents" in outcome.kinds else None
    quarantined = [row.values(load_.load_id) for row in outcome.quarantined]
    with workspace.operations.begin() as connection:
        connection.execute(sa.insert(LOAD).values(
            load_id=load_.load_id, file_name=arrival.source.path.name, file_hash=_file_hash(arrival.source.path),
            mapping_name=arrival.mapping.name, mapping=arrival.mapping.text,
            options=replace(options, shows=tuple(outcome.shows)).as_json(columns=arrival.source.columns),
            loaded_at=load_.loaded_at, counts=json.dumps(report.as_json(), ensure_ascii=False),
            committed_at=load_.loaded_at))  # fmt: skip
        if quarantined:
            connection.execute(sa.insert(QUARANTINE), quarantined)
        if consents is not None:
            workspace.operations.insert(connection, CONSENT, consents)
        if "order_lines" in outcome.kinds:
            cancellations.due(workspace, connection)


def _consents(workspace: Workspace, load_: Load) -> pa.Table:
    """The consents of this load, for operations, the system of record."""
    facts = tables.BY_NAME["consents"].expr()
    mine = facts.filter(facts.load_id == load_.load_id)
    return workspace.warehouse.arrow(mine.select(
        "fact_id", "load_id", "identifier_id", "purpose", "channel", "action", "occurred_at",
        "notice_version", source=mine.stated_source))


def report_of(arrival: Arrival, load_: Load, outcome: Outcome) -> FileReport:
    """The report of one file."""
    report = FileReport(arrival.source.path.name, arrival.mapping.name, load_.load_id, outcome.read)
    report.add_statuses(outcome.counts)
    report.add_quarantined(outcome.quarantined)
    report.kinds = {kind: dict(counts) for kind, counts in outcome.kinds.items()}
    report.identifiers_new = outcome.identifiers_new
    for (namespace, reason), count in sorted(outcome.ignored.items()):
        report.identifiers_ignored.setdefault(namespace, {})[reason] = count
    report.notes = [*arrival.notes, *outcome.notes]
    report.snapshot = outcome.snapshot
    return report


def _next_id(workspace: Workspace) -> int:
    return max(workspace.operations.committed_loads(), default=0) + 1


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _named(error: BaseException, path: Path) -> BaseException:
    """Our own errors say which file; a full disk becomes one of ours."""
    if isinstance(error, SiyuError) and path.name not in error.message:
        return type(error)(f"{path.name}: {error.message}", remedy=error.remedy)
    if isinstance(error, OSError):
        return SourceError(f"{path.name}: nothing was loaded, because writing failed ({error.strerror}).",
                           remedy="Free some space in the workspace's folder and load the file again.")
    return error


def _silent(_text: str, _fraction: float | None) -> None:
    return None
