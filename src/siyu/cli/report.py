"""Commands that write the page: report, and daily, which does the whole day's work first."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from siyu.cli import refunds, summary
from siyu.cli.context import AsJson, AsOf, Language, Window, day, language, now, suffix, workspace
from siyu.cli.errors import DONE, REFUSALS
from siyu.cli.options import check_folder
from siyu.cli.output import emit, out, progress, say, suggest
from siyu.console.report import Written, check_paths, publish, write_reports
from siyu.daily import INBOX, REFUSED, Day, daily, outermost, resolve_and_measure
from siyu.measures.measure import question

FILES = "File to write; its ending chooses the form. May be given several times: one measurement, several files."


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(report)
    app.command("daily")(daily_)


def report(
    paths: Annotated[list[Path], typer.Option("-o", "--output", metavar="FILE.html|.xlsx|.pptx", help=FILES)],
    as_of: AsOf = None,
    window: Window = 30,
    lang: Language = None,
    as_json: AsJson = False,
) -> int:
    """Write the FAST+ report: a page, a workbook or slides, none of which needs a network to be read."""
    check_paths(paths)
    with workspace() as opened, progress() as tell:
        chosen = language(lang, opened.settings["report.language"])
        moment, asked = now(), day(as_of)
        for path in paths:
            check_folder(path)
        resolve_and_measure(opened, as_of=asked, window=window, now=moment, progress=tell)
        written = write_reports(opened, paths, as_of=asked, window=window, lang=chosen, now=moment, progress=tell)
    if as_json:
        emit(_written(written))
    else:
        for one in written:
            out().print(str(one.path), markup=False)
    for piece, why in written[0].failures.items():
        say(f"The panel of {piece} could not be drawn: {why}")
    return REFUSALS if written[0].failures else DONE


def _written(written: list[Written]) -> dict[str, Any]:
    """The first file under the names of a run with one file, and every file."""
    files = [{"path": one.path, "bytes": one.size_bytes} for one in written]
    return {"report": written[0].path, "bytes": written[0].size_bytes, "failures": written[0].failures, "files": files}


def _tell(done: Day) -> None:
    """What became of the files of the inbox."""
    if done.left:
        say(f"Not read, for only exports that lie in {INBOX}/ itself are: {', '.join(done.left)}.")
    if done.loaded is None:
        say(f"Nothing new in {INBOX}/.")
        return
    say(f"{len(done.loaded.files)} file(s) loaded from {INBOX}/.")
    if done.loaded.files_refused:
        say(f"{len(done.loaded.files_refused)} file(s) could not be read and lie in {INBOX}/{REFUSED}/ now.")
    if in_part := dict.fromkeys(map(outermost, done.loaded.read_in_part)):
        say(f"Not read whole, and in {INBOX}/{REFUSED}/ now: {', '.join(in_part)}.")
    for line in done.loaded.lines():
        say(line)


def daily_(as_of: AsOf = None, as_json: AsJson = False) -> int:
    """The day's work: load what lies in DIR/inbox, resolve, measure, write DIR/reports/DAY.html."""
    with workspace() as opened, progress() as tell:
        moment = now()
        done = daily(opened, publish=partial(publish, now=moment), as_of=day(as_of), now=moment, progress=tell)
        currency = opened.settings.currency
        refused = bool(done.loaded and done.loaded.refused)
        if as_json:
            loaded = done.loaded.as_json() if done.loaded else None
            emit({"loaded": loaded, "left_out": done.left, "measured": done.measured, "report": done.published})
            return REFUSALS if refused else DONE
        if done.measured:
            notes = refunds.told(opened, question(opened, day(as_of), done.measured["window_days"], moment))
    _tell(done)
    if not done.measured:
        say("There are no facts to measure yet.")
        suggest(f"siyu load FILES{suffix()}", "takes your exports")
        return REFUSALS if refused else DONE
    summary.show(done.measured, currency)
    for note in notes:
        say(note)
    out().print(str(done.published), markup=False)
    return REFUSALS if refused else DONE
