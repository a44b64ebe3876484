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
from siyu.measures.facts import Facts
from siyu.measures.measure import question
from siyu.measures.untaken import Untaken, untaken


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
        missing = untaken(Facts(opened.warehouse), question(opened, chosen, window, moment))
    summary.show(document, currency)
    for note in _told(missing, currency):
        say(note)
    suggest(f"siyu report -o report.html{suffix()}", "draws the report")
    return DONE


def _told(missing: Untaken, currency: str) -> Iterator[str]:
    """Refunds that S does not take off, and what to load or ask for that it does."""
    if (lacking := missing.short) is not None:
        yield (f"Of {lacking.orders:,} order(s) more went back than the loaded refunds tell: "
               f"{summary.money(lacking.amount_minor, currency)} by their own export, which S does not take off. Load "
               "the missing months of refunds.")  # fmt: skip
    if (lost := missing.orphans) is not None:
        yield (f"{lost.refunds:,} refund(s), {summary.money(lost.amount_minor, currency)}, are of orders that are not "
               "loaded: S takes nothing off for them. Load the orders they belong to.")  # fmt: skip
        if lost.elsewhere:
            yield (f"Of these refunds, {lost.elsewhere:,} have the number of an order of another platform: do both "
                   "files name it alike?")  # fmt: skip
    if (later := missing.later) is not None:
        back, seen = summary.money(later.amount_minor, currency), date_of(later.last_day)
        yield (f"Not taken off S yet: refunds of {later.orders:,} order(s), {back}. Their export gives no dates, so "
               f"they count from the load that first showed them: siyu measure --as-of {seen}{suffix()} takes all of "
               "them off.")  # fmt: skip
