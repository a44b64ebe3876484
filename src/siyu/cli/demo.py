"""Command of the demo: a simulated brand from its raw exports to a report."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from siyu.cli import summary
from siyu.cli.context import AsJson, elsewhere, language
from siyu.cli.errors import DONE
from siyu.cli.output import Report, emit, out, progress, say, suggest
from siyu.cli.simulate import CONSUMERS, LAST_DAY, Seed, simulated_brand
from siyu.console.report import write_report
from siyu.core.errors import SiyuError
from siyu.core.settings import defaults
from siyu.daily import resolve_and_measure
from siyu.simulate import Simulated
from siyu.sources.load import load
from siyu.store.workspace import SETTINGS_FILE, Workspace, create

#: The clock of the simulated brand: the demo is run on the morning after its last day.
SIMULATED_NOW = dt.datetime(2026, 7, 1, 1, tzinfo=dt.UTC)
REPORT = "report.html"
BRAND = {"en": "Demo brand (simulated)", "zh": "示例品牌（模拟数据）"}

Consumers = Annotated[int, typer.Option("--consumers", metavar="N", help="Persons the brand has met.")]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(demo)


def demo(
    directory: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Folder to make.")] = Path("demo"),
    consumers: Consumers = CONSUMERS,
    seed: Seed = 7,
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", help="Language of the report.")] = "zh",
    as_json: AsJson = False,
) -> int:
    """A simulated brand from raw exports to report.html: simulate, load, resolve, measure, report."""
    language(lang, lang)
    _refuse_a_used_folder(directory)
    started = time.monotonic()
    with progress() as tell:
        simulated = simulated_brand(directory, consumers, seed, tell)
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
    suggest(f"siyu coverage{elsewhere(directory)}", "says what the files can and cannot answer")
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


def _refuse_a_used_folder(directory: Path) -> None:
    if (directory / SETTINGS_FILE).exists():
        other = "`siyu demo --dir OTHER` makes another; or remove it first."
        raise SiyuError(f"{directory} already holds a workspace.", remedy=other)
