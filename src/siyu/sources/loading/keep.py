"""One recognised source becomes facts: staged in one transaction of the warehouse, landed beside it, committed by its
row in operations. The same for a file and for what came through a door.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from siyu.core.errors import SiyuError, WorkspaceError
from siyu.core.identifiers import scrub, scrub_all
from siyu.core.progress import Progress
from siyu.core.settings import Settings
from siyu.core.time import instant_of, local_day
from siyu.sources.erasing.mention import Mentions
from siyu.sources.facts import cancellations
from siyu.sources.facts.snapshot import Snapshot
from siyu.sources.facts.stage import Load
from siyu.sources.landed import landing, quarantine
from siyu.sources.loading import pipeline, told
from siyu.sources.loading.coming import Coming
from siyu.sources.loading.loadreport import FileReport
from siyu.sources.loading.pipeline import Outcome
from siyu.sources.mappings.mapping import Mapping
from siyu.sources.mappings.options import Options
from siyu.sources.mappings.transform import untaken_headers
from siyu.sources.readers.ahead import ahead, joined
from siyu.sources.readers.place import Place
from siyu.sources.readers.source_file import SourceFile
from siyu.store import raw_files, tables
from siyu.store.schema import CONSENT
from siyu.store.tombstones import Tombstones
from siyu.store.workspace import Workspace

#: Seconds between two messages of progress.
PROGRESS_SECONDS = 0.2


@dataclass(frozen=True)
class Recognised:
    """A source that has been opened and whose mapping is known.

    fingerprint: stands in the commit row instead of the hash of a file. repeated: messages left out because they had
    come before.
    """

    source: SourceFile
    mapping: Mapping
    notes: tuple[str, ...] = ()
    fingerprint: str = ""
    repeated: int = 0


def begin(workspace: Workspace, found: Recognised, options: Options, before: Coming | None = None) -> Coming:
    """Prepare a source from now on; `before` is kept before it. A snapshot's preparation rests on the loads before it:
    its turn must have come.
    """
    settings = options.apply(workspace)
    snapshot = Snapshot.of(workspace, options, settings) if options.snapshot_of else None
    return Coming(workspace, lambda: ahead(joined(found.source.batches())), found.source.columns, found.mapping,
                  settings, snapshot=snapshot, before=before)


def keep(workspace: Workspace, found: Recognised, options: Options, *, now: dt.datetime, dry_run: bool = False,
         progress: Progress, coming: Coming | None = None) -> FileReport:
    """Keep one source, whole or not at all. dry_run: everything but the commit. coming: what `begin` gave."""
    source, mapping = found.source, found.mapping
    loaded_at = instant_of(now)
    _ = workspace.warehouse  # opening it removes what was being landed, which must not be this
    zone = options.apply(workspace).zone
    load_ = Load(workspace.operations.begin_load(), mapping.name, loaded_at, local_day(loaded_at, zone))
    landed = landing.Landing(raw_files.path_of(workspace.landed, load_.load_id), workspace.keys)
    try:
        with workspace.warehouse.transaction(), closing(coming or begin(workspace, found, options)) as prepared:
            outcome = _stage(workspace, found, prepared, load_, landed, progress)
            if dry_run:
                raise _DryRun
            landed.finish([vars(row) for row in source.bad_rows], outcome.versions)
        report = report_of(found, load_, outcome)
        _commit(workspace, found, options, load_, outcome, report)
    except _DryRun:
        landed.discard()
        workspace.warehouse.drop_loads([load_.load_id])
        return report_of(found, load_, outcome)
    except BaseException as error:
        landed.discard()
        workspace.warehouse.drop_loads([load_.load_id])
        named = _named(error, source.name)
        if named is error:
            raise
        raise named from error
    return report


class _DryRun(Exception):
    """Leaves the transaction of a load that is only tried."""


def _stage(workspace: Workspace, found: Recognised, coming: Coming, load_: Load, landed: landing.Landing,
           progress: Progress) -> Outcome:
    source = found.source
    outcome = pipeline.run(workspace, coming, load_, _watched(source, landed, progress))
    progress(source.name, 1.0)
    outcome.add_erased(_leave_out_erased(workspace, source, found.mapping, coming.settings))
    outcome.add_bad_rows(quarantine.of_bad_rows(source.bad_rows, workspace.keys))
    outcome.add_repeated(found.repeated)
    if not outcome.read:
        outcome.notes.append("There is no row below the header.")
    return outcome


def _leave_out_erased(workspace: Workspace, source: SourceFile, mapping: Mapping, settings: Settings) -> int:
    """Of the rows that could not be read, those that name an erased person go; how many."""
    mentions = Mentions.of(workspace.keys, settings, Tombstones.of(workspace.operations), mapping)
    kept = [row for row in source.bad_rows if not mentions.among(row.text)]
    gone = len(source.bad_rows) - len(kept)
    source.bad_rows[:] = kept
    return gone


def _watched(source: SourceFile, landed: landing.Landing, progress: Progress) -> landing.BatchSeen:
    """Lands what is seen, and tells now and then how far the reading is."""
    told = 0.0

    def seen(batch: pa.RecordBatch, ids: Iterable[np.ndarray], places: np.ndarray) -> None:
        nonlocal told
        if time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            progress(source.name, source.progress)
        landed.add(batch, ids, places)

    return seen


def _commit(workspace: Workspace, found: Recognised, options: Options, load_: Load, outcome: Outcome,
            report: FileReport) -> None:
    """The one commit point: with this transaction the load counts."""
    consents = _consents(workspace, load_) if "consents" in outcome.kinds else None
    quarantined = [row.values(load_.load_id) for row in outcome.quarantined]
    file_hash = found.fingerprint or _file_hash(found.source.place)
    named = _columns(found.mapping, found.source.columns)
    with workspace.operations.begin() as connection:
        quarantine.replace(connection, quarantined, file_hash, found.mapping.name)
        workspace.operations.add_load(
            connection, load_id=load_.load_id, file_name=scrub(found.source.name), file_hash=file_hash,
            mapping_name=found.mapping.name, mapping=found.mapping.text,
            options=replace(options, shows=tuple(outcome.shows)).as_json(columns=named),
            loaded_at=load_.loaded_at, counts=json.dumps(scrub_all(report.as_json()), ensure_ascii=False),
            committed_at=load_.loaded_at)  # fmt: skip
        if consents is not None:
            workspace.operations.insert(connection, CONSENT, consents)
        if "order_lines" in outcome.kinds:
            cancellations.due(workspace, connection)


def _columns(mapping: Mapping, columns: list[str]) -> list[str]:
    """The names of a file's columns, of those that nobody reads without phones and e-mail addresses, each another than
    all others. What a mapping says stays: the file is read by it again.
    """
    unread = set() if mapping.text else set(untaken_headers(mapping.rows[0].kind, columns))
    return [f"{clean} ({place})" if name in unread and name != clean else name
            for place, (name, clean) in enumerate(zip(columns, map(scrub, columns)), start=1)]  # fmt: skip


def _consents(workspace: Workspace, load_: Load) -> pa.Table:
    """The consents of this load, for operations, the system of record."""
    facts = tables.BY_NAME["consents"].expr()
    mine = facts.filter(facts.load_id == load_.load_id)
    return workspace.warehouse.arrow(mine.select(
        "fact_id", "load_id", "identifier_id", "purpose", "channel", "action", "occurred_at",
        "notice_version", source=mine.stated_source))


def report_of(found: Recognised, load_: Load, outcome: Outcome) -> FileReport:
    """The report of one file."""
    report = FileReport(found.source.name, found.mapping.name, load_.load_id, outcome.read)
    report.add_statuses(outcome.counts)
    report.add_quarantined(outcome.quarantined, lambda column: found.mapping.named(column, found.source.columns))
    report.kinds = {kind: dict(counts) for kind, counts in outcome.kinds.items()}
    report.erased = outcome.erased
    report.identifiers_new = outcome.identifiers_new
    for (namespace, reason), count in sorted(outcome.ignored.items()):
        report.identifiers_ignored.setdefault(namespace, {})[reason] = count
    report.unread = found.source.unread
    beside = told.of_beside(found.source.beside, delimited=found.source.format == "csv")
    report.notes = scrub_all([*found.notes, *beside, *outcome.notes])
    report.snapshot = outcome.snapshot
    return report


def _file_hash(place: Place) -> str:
    with place.open() as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _named(error: BaseException, name: str) -> BaseException:
    """Our own errors say which file; a full disk becomes one of ours."""
    if isinstance(error, SiyuError) and name not in error.message:
        return type(error)(f"{name}: {error.message}", remedy=error.remedy)
    if isinstance(error, OSError):
        return WorkspaceError(f"{name}: nothing was loaded, because writing failed ({error.strerror}).",
                              remedy="Free some space in the workspace's folder and load the file again.")
    return error
