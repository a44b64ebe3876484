"""Commands that write the page: report, and daily, which does the whole day's work first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from siyu.cli import summary
from siyu.cli.context import CHOSEN, AsJson, AsOf, Language, Window, day, language, now, workspace
from siyu.cli.errors import DONE, REFUSALS
from siyu.cli.output import emit, out, progress, say
from siyu.console.report import write_report
from siyu.core.errors import SiyuError
from siyu.daily import INBOX, daily, resolve_and_measure
from siyu.store.workspace import Workspace

REPORTS = "reports"


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(report)
    app.command("daily")(daily_)


def report(
    path: Annotated[Path, typer.Option("-o", "--output", metavar="FILE.html", help="Page to write.")],
    as_of: AsOf = None,
    window: Window = 30,
    lang: Language = None,
    as_json: AsJson = False,
) -> int:
    """Write the FAST+ report: one page, no network needed to read it."""
    with workspace() as opened, progress() as tell:
        chosen = language(lang, opened.settings["report.language"])
        moment, asked = now(), day(as_of)
        _folder_of(path)
        resolve_and_measure(opened, as_of=asked, window=window, now=moment, progress=tell)
        written = write_report(opened, path, as_of=asked, window=window, lang=chosen, now=moment, progress=tell)
    if as_json:
        emit({"report": path, "bytes": written.size_bytes, "failures": written.failures})
    else:
        out().print(str(path), markup=False)
    for piece, why in written.failures.items():
        say(f"The panel of {piece} could not be drawn: {why}")
    return REFUSALS if written.failures else DONE


def daily_(as_of: AsOf = None, as_json: AsJson = False) -> int:
    """The day's work: load what lies in DIR/inbox, resolve, measure, write DIR/reports/DAY.html."""
    with workspace() as opened, progress() as tell:
        done = daily(opened, publish=_publish, as_of=day(as_of), now=now(), progress=tell)
        currency = opened.settings.currency
    refused = bool(done.loaded and done.loaded.refused)
    if as_json:
        loaded = done.loaded.as_json() if done.loaded else None
        emit({"loaded": loaded, "measured": done.measured, "report": done.published})
        return REFUSALS if refused else DONE
    say(f"{len(done.files)} file(s) loaded from {INBOX}/." if done.files else f"Nothing new in {INBOX}/.")
    summary.show(done.measured, currency)
    out().print(str(done.published), markup=False)
    return REFUSALS if refused else DONE


def _publish(opened: Workspace, document: dict[str, Any]) -> Path:
    """The page of the day, in the workspace's own language."""
    path = CHOSEN.directory / REPORTS / f"{document['as_of']}.html"
    path.parent.mkdir(exist_ok=True)
    write_report(opened, path, as_of=day(document["as_of"]), lang=opened.settings["report.language"], now=now())
    return path


def _folder_of(path: Path) -> None:
    if not path.parent.is_dir():
        raise SiyuError(f"-o {path}: there is no folder {path.parent}.", remedy="Make it, or name another file.")
