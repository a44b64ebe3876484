"""The command of the four indicators: measure."""

from __future__ import annotations

import typer

from siyu.cli import refunds, summary
from siyu.cli.context import AsJson, AsOf, Window, day, now, suffix, workspace
from siyu.cli.errors import DONE
from siyu.cli.output import emit, progress, say, suggest
from siyu.daily import resolve_and_measure
from siyu.measures.measure import question


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(measure)


def measure(
    as_of: AsOf = None,
    window: Window = 30,
    as_json: AsJson = False,
) -> int:
    """Measure F, A, S and T (and AIPL, FAST) as of a day; resolves first when new links have arrived."""
    with workspace() as opened, progress() as report:
        moment, chosen = now(), day(as_of)
        document = resolve_and_measure(opened, as_of=chosen, window=window, now=moment, progress=report)
        currency = opened.settings.currency
        if as_json:
            emit(document)
            return DONE
        notes = refunds.told(opened, question(opened, chosen, window, moment))
    summary.show(document, currency)
    for note in notes:
        say(note)
    suggest(f"siyu report -o report.html{suffix()}", "draws the report")
    return DONE
