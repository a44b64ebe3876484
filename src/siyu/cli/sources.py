"""Commands of the sources: load, coverage."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Annotated

import typer

from siyu.cli.context import AsJson, day, language, now, suffix, workspace
from siyu.cli.errors import DONE, REFUSALS
from siyu.cli.options import pairs
from siyu.cli.output import emit, out, progress, say, suggest, table
from siyu.core.errors import SiyuError
from siyu.sources.coverage.coverage import coverage as cover
from siyu.sources.coverage.coverage import matrix
from siyu.sources.facts.openlist import SCOPE
from siyu.sources.load import load as load_files
from siyu.sources.loading.loadreport import LoadReport

STATUSES = ("read", "loaded", "duplicate", "corrected", "filtered", "quarantined")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    for command in (load, coverage):
        app.command()(command)


Kind = Annotated[str | None, typer.Option("--as", metavar="KIND", help="The kind the columns are named after.")]
Map = Annotated[str | None, typer.Option("--map", metavar="FILE|NAME", help="Mapping that turns the file into kinds.")]
Snapshot = Annotated[
    str | None,
    typer.Option("--snapshot-of", metavar="DAY", help="The file is the full list as of this day: who is absent left."),
]
SCOPE_HELP = f"What the full list is a list of: {', '.join(SCOPE)}."
Scope = Annotated[str | None, typer.Option("--scope", metavar="K=V,...", help=SCOPE_HELP)]
AllowDrop = Annotated[bool, typer.Option("--allow-drop", help="Accept a snapshot that closes many relations.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen and keep nothing.")]


def load(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders or patterns.")],
    kind: Kind = None,
    mapping: Map = None,
    snapshot_of: Snapshot = None,
    scope: Scope = None,
    allow_drop: AllowDrop = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    """Load exports: CSV, XLSX, Parquet or JSON Lines. What each file is, is told by its header and name."""
    with workspace() as opened, progress() as tell:
        loaded = load_files(
            opened, _paths(paths), kind=kind, mapping=mapping, snapshot_of=day(snapshot_of, "--snapshot-of"),
            scope=pairs(scope), allow_drop=allow_drop, dry_run=dry_run, now=now(), progress=tell,
        )  # fmt: skip
    if as_json:
        emit(loaded.as_json())
    else:
        show(loaded)
    return REFUSALS if loaded.refused else DONE


def coverage(
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", help="Language of the answers.")] = "en",
    as_json: AsJson = False,
) -> int:
    """Say what the loaded files can and cannot answer, and which export would help most."""
    chosen = language(lang, lang)
    with workspace() as opened:
        found = cover(opened)
    if as_json:
        emit(found)
    else:
        out().print(matrix(found, chosen), markup=False)
    return DONE


def _paths(given: list[str]) -> list[Path]:
    """Patterns the shell left as they are (Windows does) become files; what is no pattern is a path."""
    found: list[Path] = []
    if not all(text.strip() for text in given):
        raise SiyuError("Expected paths, found an empty one.", remedy="Is a variable of your script not set?")
    for text in given:
        is_pattern = not Path(text).exists() and glob.has_magic(text)
        found += [Path(match) for match in sorted(glob.glob(text, recursive=True))] if is_pattern else [Path(text)]
    if not found:
        raise SiyuError(f"No file matches {' '.join(given)}.", remedy="Check the pattern.")
    return found


def show(loaded: LoadReport) -> None:
    """What a load did, as a table with what a person should know beside it and what to do next."""
    shown = [status for status in STATUSES if status in ("read", "loaded") or loaded.counts[status]]
    rows = [[r["file"], r["as"], *(f"{r[s]:,}" for s in shown)] for r in loaded.table()]
    table("Would load (nothing was kept)" if loaded.dry_run else "Loaded", ("file", "as", *shown), rows)
    for line in loaded.lines():
        say(line)
    if loaded.dry_run:
        return
    if loaded.counts["quarantined"]:
        suggest(f"siyu quarantine{suffix()}", "lists the rows to mend and load again")
    if any(loaded.counts[status] for status in ("loaded", "corrected", "duplicate")):
        suggest(f"siyu measure{suffix()}", "resolves who is who and measures")
