"""Commands of the simulated brand: simulate (raw exports and a truth beside them), demo (from them to a report)."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from siyu.cli import summary
from siyu.cli.context import AsJson, language
from siyu.cli.errors import DONE
from siyu.cli.output import Report, emit, out, progress, say, suggest
from siyu.console.report import write_report
from siyu.core.errors import SiyuError
from siyu.core.settings import defaults
from siyu.daily import resolve_and_measure
from siyu.simulate import Simulated, simulate_platforms
from siyu.simulate import simulate as write_exports
from siyu.simulate.brand import LEAST_CONSUMERS, MOST_CONSUMERS
from siyu.simulate.platforms import MOST_SAMPLED
from siyu.sources.load import load
from siyu.sources.mappings.mappingfile import platforms as platform_folder
from siyu.store.workspace import SETTINGS_FILE, Workspace, create

DEMO_CONSUMERS, PLATFORM_CONSUMERS = 20_000, 2_000
#: The simulated brand's last day, and its clock: the demo is run on the morning after.
LAST_DAY = dt.date(2026, 6, 30)
SIMULATED_NOW = dt.datetime(2026, 7, 1, 1, tzinfo=dt.UTC)
REPORT = "report.html"
BRAND = {"en": "Demo brand (simulated)", "zh": "示例品牌（模拟数据）"}

Consumers = Annotated[int, typer.Option("--consumers", metavar="N", help="Persons the brand has met.")]
Sampled = Annotated[
    int | None,
    typer.Option("--consumers", metavar="N", help="Persons the brand has met: 20000, or 2000 with --platforms."),
]
Platforms = Annotated[
    bool, typer.Option("--platforms", help="One export of every platform's format instead of the brand's own.")
]
Seed = Annotated[int, typer.Option("--seed", metavar="S", help="The same seed writes the same files.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(demo)
    app.command()(simulate)


def demo(
    directory: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Folder to make.")] = Path("demo"),
    consumers: Consumers = DEMO_CONSUMERS,
    seed: Seed = 7,
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", help="Language of the report.")] = "zh",
    as_json: AsJson = False,
) -> int:
    """A simulated brand from raw exports to report.html: simulate, load, resolve, measure, report."""
    language(lang, lang)
    _refuse_a_used_folder(directory)
    started = time.monotonic()
    with progress() as tell:
        simulated = _simulate(directory, consumers, seed, tell)
        with create(directory, defaults().with_values(brand__name=BRAND[lang], report__language=lang)) as opened:
            document = _measured(opened, simulated, tell)
            path = directory / REPORT
            write_report(opened, path, lang=lang, now=SIMULATED_NOW, progress=tell)
            currency = opened.settings.currency
    if as_json:
        emit({"workspace": directory, "report": path, "measured": document})
        return DONE
    summary.show(document, currency, lang)
    say(f"{simulated.rows:,} rows of {len(simulated.files)} exports, {time.monotonic() - started:.0f} s.")
    out().print(str(path.resolve()), markup=False)
    suggest(f"siyu coverage -C {directory}", "says what the files can and cannot answer")
    return DONE


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
            simulated = _sampled(directory, PLATFORM_CONSUMERS if consumers is None else consumers, seed, tell)
        else:
            simulated = _simulate(directory, DEMO_CONSUMERS if consumers is None else consumers, seed, tell)
    if as_json:
        emit({"exports": simulated.exports, "truth": simulated.truth, "files": [vars(f) for f in simulated.files]})
        return DONE
    out().print(f"{simulated.rows:,} rows in {len(simulated.files)} files: {simulated.exports}", markup=False)
    suggest(f"siyu load {simulated.exports}", "takes them into a workspace (siyu init makes one)")
    return DONE


def _measured(opened: Workspace, simulated: Simulated, tell: Report) -> dict[str, Any]:
    """Full lists are loaded as what they are, oldest first; everything else as it comes."""
    lists = [written for written in simulated.files if written.snapshot_of]
    rest = [written.path for written in simulated.files if not written.snapshot_of]
    load(opened, rest, now=SIMULATED_NOW, progress=tell)
    for full in sorted(lists, key=lambda written: written.snapshot_of or LAST_DAY):
        load(
            opened, [full.path], snapshot_of=full.snapshot_of, scope=dict(full.scope), now=SIMULATED_NOW, progress=tell
        )
    return resolve_and_measure(opened, now=SIMULATED_NOW, progress=tell)


def _simulate(directory: Path, consumers: int, seed: int, tell: Report) -> Simulated:
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


def _refuse_a_used_folder(directory: Path) -> None:
    if (directory / SETTINGS_FILE).exists():
        other = "`siyu demo --dir OTHER` makes another; or remove it first."
        raise SiyuError(f"{directory} already holds a workspace.", remedy=other)
