"""Command of recovery: rebuild, for a warehouse that will not open or has lost facts."""

from __future__ import annotations

import typer

from siyu.cli.context import AsJson, now, suffix, workspace
from siyu.cli.errors import DONE, REFUSALS
from siyu.cli.output import emit, out, progress, say, suggest, table
from siyu.sources.replay import Rebuilt
from siyu.sources.replay import rebuild as replay


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(rebuild)


def rebuild(as_json: AsJson = False) -> int:
    """Set the warehouse file aside, load everything again from the landed raw files, and compare the counts."""
    with workspace() as opened, progress() as tell:
        rebuilt = replay(opened, now(), progress=tell)
    if as_json:
        emit(rebuilt.as_json())
    else:
        _show(rebuilt)
    return DONE if rebuilt.equal else REFUSALS


def _show(rebuilt: Rebuilt) -> None:
    equal = sum(load.equal for load in rebuilt.loads)
    out().print(
        f"{equal} of {len(rebuilt.loads)} loads came out as before; {len(rebuilt.missing)} could not be replayed."
    )
    differing = [(load.load_id, load.file, str(load.then), str(load.now)) for load in rebuilt.loads if not load.equal]
    if differing:
        table("Loads that differ", ("load", "file", "then", "now"), differing)
    for name in rebuilt.missing:
        say(f"Its landed file is gone: {name}. Load that file again.")
    for name in rebuilt.set_aside:
        say(f"Set aside: {name}")
    suggest(f"siyu measure{suffix()}", "works out identity and measures anew")
