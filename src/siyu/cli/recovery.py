"""Commands of recovery: rebuild, for a warehouse that will not open or has lost facts; replay, for a day."""

from __future__ import annotations

from typing import Annotated

import typer

from siyu.cli.context import AsJson, day, now, suffix, workspace
from siyu.cli.errors import DONE, REFUSALS
from siyu.cli.output import emit, out, progress, say, suggest, table
from siyu.sources.replay import Rebuilt
from siyu.sources.replay import rebuild as rebuild_all
from siyu.sources.replay import replay as replay_from


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (rebuild, replay):
        app.command()(command)


WithoutLost = Annotated[bool, typer.Option("--without-lost", help="On PostgreSQL: although landed rows are gone.")]


def rebuild(without_lost: WithoutLost = False, as_json: AsJson = False) -> int:
    """Set the warehouse file aside, load everything again from the landed raw files, and compare the counts."""
    with workspace() as opened, progress() as tell:
        rebuilt = rebuild_all(opened, now(), without_lost=without_lost, progress=tell)
    return _answer(rebuilt, as_json)


def replay(
    from_day: Annotated[str, typer.Argument(metavar="DAY", help="Business day on which it was loaded (YYYY-MM-DD).")],
    as_json: AsJson = False,
) -> int:
    """Load a day again, and what was loaded after it, from the landed raw rows (on Spark `rebuild` does, of all)."""
    chosen = day(from_day, "DAY")
    assert chosen is not None
    with workspace() as opened, progress() as tell:
        replayed = replay_from(opened, chosen, progress=tell)
    return _answer(replayed, as_json)


def _answer(rebuilt: Rebuilt, as_json: bool) -> int:
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
