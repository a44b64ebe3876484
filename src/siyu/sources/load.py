"""Load files: the whole way from a path to facts in force, one commit per file. The story of this part.

A load is a row in operations: until it is there, nothing of the file counts, and the next open drops what was written.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from siyu.core.errors import SourceError, did_you_mean
from siyu.core.kinds import BY_NAME
from siyu.sources import cancellations, files, landing, mappingfile, pipeline
from siyu.sources import mapping as mappings
from siyu.sources.keep import Progress, Recognised, keep
from siyu.sources.loadreport import LoadReport
from siyu.sources.mapping import Mapping
from siyu.sources.options import Options
from siyu.sources.recognise import recognise
from siyu.sources.transform import PERSONAL_HEADER, canonical_notes
from siyu.store.workspace import Workspace

#: What readers call columns of a file that has no header.
NAMELESS = re.compile(r"^column_\d+$")


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
    for found in _recognised(workspace, list(_expanded(paths)), kind, mapping, options, report):
        report.files.append(keep(workspace, found, options, now=now, dry_run=dry_run, progress=progress or _silent))
    if not dry_run:
        cancellations.refresh(workspace)
    report.unmatched_cancellations = cancellations.unmatched(workspace)
    return report


def finish_interrupted(workspace: Workspace) -> None:
    """What a killed load left is removed or finished; before every load and measure, cheap when there is nothing."""
    _ = workspace.warehouse  # opening drops the facts of uncommitted loads
    landing.sweep(workspace.landed, set(workspace.operations.committed_loads()))
    cancellations.refresh(workspace)


def _expanded(paths: Sequence[Path | str]) -> Iterator[Path]:
    """Files as given; of a folder, those in it that siyu reads."""
    for path in map(Path, paths):
        if path.is_dir():
            yield from sorted(p for p in path.iterdir() if p.suffix.lower() in files.SUFFIXES)
        else:
            yield path


def _recognised(workspace: Workspace, paths: list[Path], kind: str | None, mapping: str | None, options: Options,
                report: LoadReport) -> list[Recognised]:
    """The files that could be opened and recognised; the others are named in the report."""
    found: list[Recognised] = []
    errors: list[SourceError] = []
    for path in paths:
        try:
            found.append(_recognise(workspace, path, kind, mapping, options))
        except SourceError as error:
            errors.append(error)
            report.files_refused.append({"file": path.name, "message": str(error)})
    if errors and not found:
        raise errors[0]
    return found


def _recognise(workspace: Workspace, path: Path, kind: str | None, mapping: str | None, options: Options) -> Recognised:
    given = mappingfile.named(mapping) if mapping else None
    source = _open(path, given)
    if given is None:
        name = kind or recognise(path, source.columns, workspace.directory / "mappings")
        if name not in BY_NAME and kind:
            raise SourceError(f"Unknown kind '{name}'.{did_you_mean(name, list(BY_NAME))}",
                              remedy=f"Kinds: {', '.join(BY_NAME)}.")
        given = mappings.canonical(BY_NAME[name], source.columns) if name in BY_NAME else mappingfile.named(name)
        if name not in BY_NAME and given.file:
            source = _open(path, given)
    pipeline.check(given, source.columns, options, path.name)
    return Recognised(source, given, tuple(_notes(given, source.columns)))


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


def _silent(_text: str, _fraction: float | None) -> None:
    return None
