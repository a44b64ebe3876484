"""Commands of the registry: metrics (what there is), show (what it comes to), new and check (the workspace's own)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from siyu.cli.asking import ask
from siyu.cli.context import CHOSEN, AsJson, AsOf, Window, day, now, suffix, workspace
from siyu.cli.errors import DONE, REFUSALS
from siyu.cli.figures import amount, share
from siyu.cli.output import Report, emit, out, progress, suggest, table
from siyu.core.errors import WorkspaceError
from siyu.core.settings import defaults, read
from siyu.core.time import date_of
from siyu.measures import answer, own
from siyu.measures.answer import Answer
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.metric import BUILT_IN_ORIGIN, Metric, Registry, Sheet, told_window
from siyu.measures.own.ownfile import UNITS
from siyu.measures.own.starter import start
from siyu.measures.own.trial import tried
from siyu.store.workspace import SETTINGS_FILE, Workspace

Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="Topics, metrics or sheets of `siyu metrics`.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the new topic, and of its file in metrics/.")]
InPython = Annotated[bool, typer.Option("--python", help="A Python module instead of SQL in TOML.")]
By = Annotated[str, typer.Option("--by", metavar="D[,D]", help="Split by these dimensions of the topic.")]

#: Rows of a table in the terminal; `--json` gives all.
MOST_ROWS = 60
#: Columns of figures that fit beside each other.
MOST_ACROSS = 6
group = typer.Typer(name="metrics", help="List every measure and what it means, or show some of them.")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.add_typer(group)


@group.callback(invoke_without_command=True)
def metrics(context: typer.Context, as_json: AsJson = False) -> int:
    """List every measure and what it means, or show some of them."""
    if context.invoked_subcommand:
        return DONE
    path = CHOSEN.directory / SETTINGS_FILE
    entries = own.registry_in(CHOSEN.directory).entries(read(path) if path.exists() else defaults())
    if as_json:
        emit({"metrics": entries})
        return DONE
    rows = [(e["code"], f"{e['en']} {e['zh']}", e["unit"], e["definition"]) for e in entries]
    table("Metrics", ("code", "name", "unit", "definition"), rows)
    mine = [(e["code"], e["version"], e["origin"]) for e in entries if e["origin"] != BUILT_IN_ORIGIN]
    both = [(e["code"], e["version"], e["origin"]) for e in entries if e["code"] in {code for code, *_ in mine}]
    if mine:
        table("Own metrics, and what they stand beside", ("code", "version", "from"), both)
    suggest(f"siyu metrics show trade --by platform{suffix()}", "shows a topic")
    return DONE


@group.command("show")
def show(names: Names, by: By = "", as_of: AsOf = None, window: Window = 30, as_json: AsJson = False) -> int:
    """Show topics, metrics or sheets as of a day: each value with what it divides."""
    dimensions = tuple(dict.fromkeys(d.strip() for d in by.split(",") if d.strip()))
    with workspace() as opened, progress() as tell:
        registry = own.registry_of(opened)
        wanted = answer.find(registry, names)
        asked, facts = _asked(opened, as_of, window, tell)
        found = []
        for of, chosen_metrics in wanted:
            tell(of.en, None)
            found.append(answer.answer(facts, asked, of, chosen_metrics, dimensions))
            opened.warehouse.drop_scratch()
    if as_json:
        answers = [{**one.as_json(), "measures": _measures(registry, one)} for one in found]
        emit({"as_of": asked.date.isoformat(), "window_days": window, "answers": answers})
        return DONE
    for one in found:
        _show(one, asked, registry)
    return DONE


@group.command("new")
def new(name: Name, python: InPython = False) -> int:
    """Write a commented file of own metrics into the workspace, to start from."""
    if not (CHOSEN.directory / SETTINGS_FILE).exists():
        raise WorkspaceError(f"{CHOSEN.directory} is not a workspace: no {SETTINGS_FILE}.",
                             remedy="`siyu init DIR` makes one; `-C DIR` picks another folder.")  # fmt: skip
    path = start(CHOSEN.directory / own.FOLDER, name, UNITS, python=python)
    out().print(str(path), markup=False)
    suggest(f"siyu metrics check{suffix()}", "tries it on your data")
    return DONE


@group.command("check")
def check(as_of: AsOf = None, window: Window = 30, as_json: AsJson = False) -> int:
    """Try every own metric of the workspace, in all and by each dimension, and say what is wrong."""
    with workspace() as opened, progress() as tell:
        registry = own.own_in(opened.directory)
        asked, facts = _asked(opened, as_of, window, tell)
        findings = tried(facts, asked, registry)
    if as_json:
        emit({"as_of": asked.date.isoformat(), "window_days": window, "checks": [vars(one) for one in findings]})
    elif findings:
        rows = [("OK" if one.fine else "!!", one.code, one.origin, one.found) for one in findings]
        table(f"Own metrics, {window} days to {asked.date}", ("", "metric", "from", "found"), rows)
    else:
        suggest(f"siyu metrics new NAME{suffix()}", f"writes a first one; {own.FOLDER}/ holds none")
    return DONE if all(one.fine for one in findings) else REFUSALS


def _asked(opened: Workspace, as_of: str | None, window: int, tell: Report) -> tuple[Asked, Facts]:
    """The question and the facts it is asked of, brought up to date first."""
    return ask(opened, day(as_of), now(), tell, window=window), Facts(opened.warehouse)


def _measures(registry: Registry, found: Answer) -> list[dict[str, str]]:
    """Which definitions an answer shows: code, version and where each comes from."""
    shown = (found.of,) if isinstance(found.of, Sheet) else found.metrics
    return [{"code": m.code, "version": m.version, "origin": registry.origin_of(m.code, m.version)} for m in shown]


def _show(found: Answer, asked: Asked, registry: Registry) -> None:
    currency = asked.settings.currency
    title = f"{found.of.en} {found.of.zh}, {_window(found, asked)}, basis: {found.of.basis}"
    origins = {(m["version"], m["origin"]) for m in _measures(registry, found) if m["origin"] != BUILT_IN_ORIGIN}
    title += "".join(f", {version} of {origin}" for version, origin in sorted(origins))
    tables = _tables(found, currency)
    if not tables:
        out().print(f"{title}: nothing to tell apart by {', '.join(found.by)}.", markup=False)
    for head, *lines in tables:
        table(title, head, lines[:MOST_ROWS])
        title = ""
        if len(lines) > MOST_ROWS:
            out().print(f"{len(lines) - MOST_ROWS:,} more rows; --json gives all.")
    for code, reason in found.not_measurable.items():
        out().print(f"{code}: {reason}")


def _window(found: Answer, asked: Asked) -> str:
    """The days shown: those asked for, or the sheet's own."""
    if isinstance(found.of, Sheet) and found.of.window != "the period":
        return f"{told_window(found.of.window, asked.settings)}, as of {asked.date}"
    return f"{asked.window} days to {asked.date}"


def _tables(found: Answer, currency: str) -> list[list[list[str]]]:
    """Tables that fit a terminal, each with its head: a sheet as it is; of a topic metrics down the page, groups
    across it while they are few, else groups down it and some metrics at a time. None where there is no group.
    """
    if isinstance(found.of, Sheet):
        return [list(_sheet(found, found.of, currency))]
    if not found.by:
        return [list(_in_all(found, currency))]
    if not found.rows:
        return []
    if len(found.rows) <= MOST_ACROSS:
        return [list(_across(found, currency))]
    return [
        list(_down(found, found.metrics[first : first + MOST_ACROSS], currency))
        for first in range(0, len(found.metrics), MOST_ACROSS)
    ]


def _sheet(found: Answer, sheet: Sheet, currency: str) -> Iterator[list[str]]:
    yield [f"{column.en} {column.zh}" for column in sheet.columns]
    for row in found.rows:
        yield [formatted(row[column.name], column.unit_in(row), currency) for column in sheet.columns]


def _in_all(found: Answer, currency: str) -> Iterator[list[str]]:
    yield ["metric", "", "value", "numerator", "denominator"]
    for row in found.rows:
        for metric in found.metrics:
            value = row["values"][metric.code]
            parts = [_plain(value[part]) if metric.denominator else "" for part in ("numerator", "denominator")]
            yield [metric.code, f"{metric.en} {metric.zh}", formatted(value["value"], metric.unit, currency), *parts]


def _across(found: Answer, currency: str) -> Iterator[list[str]]:
    yield ["", *(_group(found, row) for row in found.rows)]
    for metric in found.metrics:
        values = (row["values"][metric.code]["value"] for row in found.rows)
        yield [f"{metric.en} {metric.zh}", *(formatted(value, metric.unit, currency) for value in values)]


def _down(found: Answer, metrics: tuple[Metric, ...], currency: str) -> Iterator[list[str]]:
    yield [", ".join(found.by), *(f"{metric.en} {metric.zh}" for metric in metrics)]
    for row in found.rows:
        values = (row["values"][m.code]["value"] for m in metrics)
        yield [_group(found, row), *(formatted(value, m.unit, currency) for value, m in zip(values, metrics))]


def _group(found: Answer, row: dict[str, Any]) -> str:
    return ", ".join(_dimension(name, row["group"][name]) for name in found.by)


def _dimension(name: str, value: Any) -> str:
    if name.endswith("day") and isinstance(value, int):
        return date_of(value).isoformat()
    return "(none)" if value in ("", None) else str(value)


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def formatted(value: Any, unit: str, currency: str) -> str:
    """A value as people read it.

    >>> formatted(0.1234, "share", "CNY"), formatted(123450, "minor units", "CNY"), formatted(None, "orders", "CNY")
    ('12.3%', '1,234.50', '-')
    """
    if value is None:
        return "-"
    if unit == "text":
        return currency if value == "minor units" else str(value) or "(none)"  # amounts are shown in whole units
    if unit == "day":
        return date_of(value).isoformat()
    if unit == "share":
        return share(value)
    if unit == "minor units":
        return amount(value, currency)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
