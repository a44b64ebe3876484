"""Load files: the whole way from a path to facts in force, one commit per file. The story of this part.

A load is a row in operations: until it is there, nothing of the file counts, and the next open drops what was written.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

from siyu.core.errors import SiyuError, SnapshotError, SourceError
from siyu.core.progress import Progress, silent
from siyu.core.time import day_of, instant_of, local_day
from siyu.sources.facts import cancellations
from siyu.sources.loading.arrivals import Asked, arrived, left_out
from siyu.sources.loading.asbefore import check_blocked, check_identity, other_region
from siyu.sources.loading.coming import Coming
from siyu.sources.loading.keep import Recognised, begin, keep
from siyu.sources.loading.loadreport import FileReport, LoadReport
from siyu.sources.mappings.options import Options
from siyu.store.workspace import Workspace


def load(workspace: Workspace, paths: Sequence[Path | str], *, kind: str | None = None, mapping: str | None = None,
         snapshot_of: dt.date | None = None, scope: dict[str, str] | None = None, allow_drop: bool = False,
         dry_run: bool = False, strict: bool = True, now: dt.datetime,
         progress: Progress | None = None) -> LoadReport:
    """Load files, each whole or not at all, in the order given. Running it again finishes an interrupted one.

    kind: what canonical files are, if neither their name nor their columns say so. mapping: name or path of a mapping.
    snapshot_of, scope: the file is the full list of what is held in the scope at the start of that day. dry_run:
    everything but the commit; the report says what would have happened. Of several files, those that cannot be read
    or recognised are refused and the rest is loaded. Raises SourceError, with nothing written, if none can be and
    this is `strict`.
    """
    finish_interrupted(workspace)
    check_identity(workspace)
    check_blocked(workspace)
    options = Options.of(workspace.settings, snapshot_of, workspace.keys.veiled_all(scope or {}), allow_drop)
    if snapshot_of and day_of(snapshot_of) > local_day(instant_of(now), workspace.settings.zone):
        raise SnapshotError(f"--snapshot-of {snapshot_of}: expected a day that has begun; it lies ahead.",
                            remedy="A list shows what was held at the start of its day.")
    region = other_region(workspace)
    report = LoadReport(dry_run=dry_run, left_out=left_out(paths), notes=[region] if region else [])
    arrivals, refused = arrived(paths, Asked.of(workspace, kind, mapping, options))
    while arrivals:
        kept, broken = _kept(workspace, arrivals, options, strict=strict, now=now, dry_run=dry_run,
                             progress=progress or silent)  # fmt: skip
        report.files += kept
        refused += broken
        arrivals = arrivals[len(kept) + len(broken) :]
    if strict and refused and not report.files:
        raise refused[0][1]
    report.files_refused = [{"file": name, "message": str(error)} for name, error in refused]
    if not dry_run:
        cancellations.refresh(workspace)
    report.unmatched_cancellations = cancellations.unmatched(workspace)
    return report


def _kept(workspace: Workspace, arrivals: Sequence[Recognised], options: Options, *, strict: bool, now: dt.datetime,
          dry_run: bool, progress: Progress) -> tuple[list[FileReport], list[tuple[str, SourceError]]]:
    """The files up to the first that breaks while it is read, and that one with the reason. What was prepared behind
    it rests on it, and begins anew. Unless `strict`, a file on which we break ourselves is refused as well: it would
    do so day after day, and stop all others.
    """
    kept: list[FileReport] = []
    with closing(_begun(workspace, arrivals, options, dry_run)) as begun:
        for found, coming in begun:
            try:
                kept.append(keep(workspace, found, options, now=now, dry_run=dry_run, progress=progress,
                                 coming=coming))  # fmt: skip
            except SourceError as error:
                return kept, [(found.source.name, error)]
            except (SiyuError, OSError, MemoryError):
                raise
            except Exception as error:
                if strict:
                    raise
                return kept, [(found.source.name, _broke_us(found.source.name, error))]
    return kept, []


def _broke_us(name: str, error: Exception) -> SourceError:
    return SourceError(f"{name}: could not be taken ({type(error).__name__}).", remedy="Please report this as a bug.")


def _begun(workspace: Workspace, arrivals: Sequence[Recognised],
           options: Options, dry_run: bool) -> Generator[tuple[Recognised, Coming | None], None, None]:
    """The files, each prepared while the one before is kept; snapshots, which rest on what is loaded, in their turn.
    What is only tried hands nothing on to the file behind.
    """
    coming = later = None
    try:
        for found, behind in itertools.zip_longest(arrivals, arrivals[1:]):
            if options.snapshot_of is None:
                coming = later or begin(workspace, found, options)
                later = begin(workspace, behind, options, None if dry_run else coming) if behind else None
            yield found, coming
    finally:
        for begun in (coming, later):
            if begun:
                begun.close()


def finish_interrupted(workspace: Workspace) -> None:
    """What a killed load left is removed or finished; before every load and measure, cheap when there is nothing."""
    _ = workspace.warehouse  # opening drops what uncommitted loads left
    cancellations.refresh(workspace)
