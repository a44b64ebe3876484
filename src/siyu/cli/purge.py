"""The command of retention: purge."""

from __future__ import annotations

from typing import Annotated

import typer

from siyu.cli.context import AsJson, now, suffix, workspace
from siyu.cli.errors import DONE
from siyu.cli.output import emit, progress, say, suggest, table
from siyu.privacy import purge as purging
from siyu.privacy.purge import Purged

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what is past its time, and change nothing.")]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(purge)


def purge(dry_run: DryRun = False, as_json: AsJson = False) -> int:
    """Remove what is older than the settings retention.* keep: facts, their raw rows, quarantined rows, old proofs."""
    with workspace() as opened, progress() as tell:
        found = purging.plan(opened, now()) if dry_run else purging.run(opened, actor="cli", now=now(), progress=tell)
    if as_json:
        emit({"dry_run": dry_run, **found.as_json()})
    else:
        _show(found, dry_run)
    return DONE


def _show(found: Purged, dry_run: bool) -> None:
    if found.nothing:
        say("Nothing is past its time.")
    rows = [(part, day.isoformat(), f"{found.rows[part]:,}") for part, day in found.through.items()]
    table("Would be purged" if dry_run else "Purged", ("part", "through", "rows"), rows)
    if dry_run:
        suggest(f"siyu purge{suffix()}", "removes them, with the raw rows they came on")
        return
    if found.raw:
        say(f"{sum(found.raw.values()):,} raw rows of {len(found.raw)} load(s) went with them, and "
            f"{found.identifiers:,} identifiers that nothing else names.")  # fmt: skip
        say("Orders stay, and what was measured. What looks at purged events is no longer measurable, and says so.")
