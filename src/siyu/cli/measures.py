"""The command of the four indicators: measure."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from siyu.cli import summary
from siyu.cli.context import AsJson, AsOf, Window, day, now, suffix, workspace
from siyu.cli.errors import DONE
from siyu.cli.output import emit, progress, say, suggest
from siyu.core.time import date_of
from siyu.daily import resolve_and_measure
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.measure import question
from siyu.measures.orphans import orphans
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
        notes = list(_refunds_told(Facts(opened.warehouse), question(opened, chosen, window, moment), currency))
    summary.show(document, currency)
    for note in notes:
        say(note)
    suggest(f"siyu report -o report.html{suffix()}", "draws the report")
    return DONE


def _refunds_told(facts: Facts, asked: Asked, currency: str) -> Iterator[str]:
    """What the money that went back does not tell: refunds that S does not take off, and why."""
    lacking, lacks = short(facts, asked)
    if lacking:
        yield (f"Of {lacking:,} order(s) more went back than the loaded refunds tell: {summary.money(lacks, currency)} "
               "by their own export, which S does not take off. Load the missing months of refunds.")  # fmt: skip
    if lost := orphans(facts, asked):
        yield (f"{lost.refunds:,} refund(s), {summary.money(lost.amount_minor, currency)}, are of orders that are not "
               "loaded: S takes nothing off for them. Load the orders they belong to.")  # fmt: skip
        if lost.elsewhere:
            yield (f"Of these refunds, {lost.elsewhere:,} have the number of an order of another platform: do both "
                   "files name it alike?")  # fmt: skip
    if later := seen_later(facts, asked):
        back, seen = summary.money(later.amount_minor, currency), date_of(later.last_day)
        yield (f"Not taken off S yet: refunds of {later.orders:,} order(s), {back}. Their export gives no dates, so "
               f"they count from the load that first showed them: siyu measure --as-of {seen}{suffix()} takes all of "
               "them off.")  # fmt: skip
