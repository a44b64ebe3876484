"""The command of the potential list: who has not bought a category for long, and is likely to."""

from __future__ import annotations

import shlex
from typing import Annotated, Any

import typer

from siyu.cli.asking import ask
from siyu.cli.context import AsJson, AsOf, day, now, suffix, workspace
from siyu.cli.errors import DONE
from siyu.cli.figures import amount, count, share
from siyu.cli.options import LARGEST
from siyu.cli.output import emit, out, progress, suggest, table
from siyu.core.time import instant_of, local_day
from siyu.measures.facts import Facts
from siyu.measures.people import potential as lists

Category = Annotated[str, typer.Option("--category", metavar="NAME", help="The category to be bought.")]
Top = Annotated[int, typer.Option("--top", metavar="N", max=LARGEST, help="Consumers to list.")]

#: Rows of the list in the terminal; `--json` gives all.
MOST_ROWS = 20


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(potential)


def potential(category: Category, top: Top = 100, as_of: AsOf = None, as_json: AsJson = False) -> int:
    """List who has long not bought a category, by what they are expected to spend on it; with a back-test."""
    chosen = day(as_of)
    with workspace() as opened, progress() as tell:
        asked = ask(opened, chosen, now(), tell)
        tell(category, None)
        today = local_day(instant_of(now()), opened.settings.zone)
        document = lists.potential(Facts(opened.warehouse), asked, category, today=today, top=top).as_json()
        opened.warehouse.drop_scratch()
        currency = opened.settings.currency
    if as_json:
        emit(document)
        return DONE
    _show_list(document, currency)
    _show_backtest(document)
    again = f"siyu potential --category {shlex.quote(category)} --json{suffix()}"
    suggest(again, "gives the whole list with the model")
    return DONE


def _show_list(document: dict[str, Any], currency: str) -> None:
    rows = [(str(row["rank"]), row["consumer_id"], share(row["probability"]), amount(row["expected_spend"], currency),
             amount(row["expected_value"], currency), count(row["days_since_purchase"]),
             count(row["days_since_event"]), "yes" if row["in_f"] else "no")
            for row in document["list"][:MOST_ROWS]]  # fmt: skip
    head = ("rank", "consumer", "buys it", "spends then", "expected", "days since purchase", "since event", "in F")
    title = (f"{document['category']}: {document['candidates']:,} candidates, {document['absent_days']} days without it"
             f" as of {document['as_of']}, the next {document['horizon_days']} days")  # fmt: skip
    table(title, head, rows)
    if document["refused_personalization"]:
        out().print(f"{document['refused_personalization']:,} more refused to be profiled (consents of purpose"
                    " personalization) and are left out.")  # fmt: skip
    out().print("The chance of buying, not what an approach adds to it: that takes a control group.")


def _show_backtest(document: dict[str, Any]) -> None:
    tested = document["backtest"]
    if tested is None:
        out().print(f"Back-test: {document['untested']}", markup=False)
        return
    rows = [(f"{row['listed']:,}", share(row["precision"]), share(row["by_recency"]), share(row["random"]))
            for row in tested["precision"]]  # fmt: skip
    table(f"The same list drawn up on {tested['cut']}: share of it that bought by {document['as_of']}",
          ("first", "this list", "by recency", "at random"), rows)  # fmt: skip
    out().print(f"{tested['predicted']:,.1f} buyers were foreseen, {tested['bought']:,} came.")
