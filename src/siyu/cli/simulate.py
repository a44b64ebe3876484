"""Command of the simulated brand: raw exports, and the truth beside them."""

from __future__ import annotations

import contextlib
import datetime as dt
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from siyu.cli.context import AsJson
from siyu.cli.errors import DONE
from siyu.cli.output import Report, emit, out, progress, suggest
from siyu.core.errors import SiyuError
from siyu.simulate import Simulated, simulate_platforms
from siyu.simulate import simulate as write_exports
from siyu.simulate.brand import LEAST_CONSUMERS, MOST_CONSUMERS
from siyu.simulate.platforms import MOST_SAMPLED
from siyu.sources.mappings.mappingfile import platforms as platform_folder

CONSUMERS, SAMPLED_CONSUMERS = 20_000, 2_000
#: The simulated brand's last day.
LAST_DAY = dt.date(2026, 6, 30)

Sampled = Annotated[
    int | None,
    typer.Option("--consumers", metavar="N", help="Persons the brand has met: 20000, or 2000 with --platforms."),
]
Platforms = Annotated[
    bool, typer.Option("--platforms", help="One export of every platform's format instead of the brand's own.")
]
Seed = Annotated[int, typer.Option("--seed", metavar="S", help="The same seed writes the same files.")]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(simulate)


def simulate(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write exports/ and truth/ into.")],
    consumers: Sampled = None,
    seed: Seed = 7,
    platforms: Platforms = False,
    as_json: AsJson = False,
) -> int:
    """Write the raw exports of a plausible brand over 30 months, and the truth behind them."""
    with progress() as tell:
        if platforms:
            simulated = _sampled(directory, SAMPLED_CONSUMERS if consumers is None else consumers, seed, tell)
        else:
            simulated = simulated_brand(directory, CONSUMERS if consumers is None else consumers, seed, tell)
    if as_json:
        emit({"exports": simulated.exports, "truth": simulated.truth, "files": [vars(f) for f in simulated.files]})
        return DONE
    out().print(f"{simulated.rows:,} rows in {len(simulated.files)} files: {simulated.exports}", markup=False)
    suggest(f"siyu load {shlex.quote(str(simulated.exports))}", "takes them into a workspace (siyu init makes one)")
    return DONE


def simulated_brand(directory: Path, consumers: int, seed: int, tell: Report) -> Simulated:
    """Exports and truth of a brand, up to its last day. SiyuError for sizes and folders that are refused."""
    with _explained(MOST_CONSUMERS):
        return write_exports(directory, consumers=consumers, seed=seed, end=LAST_DAY, progress=tell)


def _sampled(directory: Path, consumers: int, seed: int, tell: Report) -> Simulated:
    with _explained(MOST_SAMPLED):
        return simulate_platforms(
            directory, platform_folder(), consumers=consumers, seed=seed, end=LAST_DAY, progress=tell
        )


@contextlib.contextmanager
def _explained(most: int) -> Iterator[None]:
    """What the simulator refuses, in the words of a command."""
    try:
        yield
    except (ValueError, FileExistsError) as error:
        accepted = f"{LEAST_CONSUMERS:,} to {most:,} consumers, into a folder without exports."
        raise SiyuError(str(error), remedy=accepted) from None
