"""The command of the four indicators: measure."""

from __future__ import annotations

import typer

from siyu.cli import summary
from siyu.cli.context import AsJson, AsOf, Window, day, now, suffix, workspace
from siyu.cli.errors import DONE
from siyu.cli.output import emit, progress, say, suggest
from siyu.core.time import date_of
from siyu.daily import resolve_and_measure
from siyu.measures.facts import Facts
from siyu.measures.measure import question
from siyu.measures.undated import seen_later, short


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
        facts, asked = Facts(opened.warehouse), question(opened, chosen, window, moment)
        later, (lacking, lacks) = seen_later(facts, asked), short(facts, asked)
    summary.show(document, currency)
    if lacking:
        say(f"Of {lacking:,} order(s) more went back than the loaded refunds tell: {summary.money(lacks, currency)} by "
            "their own export, which S does not take off. Load the missing months of refunds.")
    if later:
        back, seen = summary.money(later.amount_minor, currency), date_of(later.last_day)
        say(f"Not taken off S yet: refunds of {later.orders:,} order(s), {back}. Their export gives no dates, so they "
            f"count from the load that first showed them: siyu measure --as-of {seen}{suffix()} takes all of them off.")
    suggest(f"siyu report -o report.html{suffix()}", "draws the report")
    return DONE
