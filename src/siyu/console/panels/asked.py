"""Tables and figures of the registry's answers, written for the reader: names and units come from the registry."""

from __future__ import annotations

from typing import Any

from siyu.console.context import Grid, Tile
from siyu.console.reasons import said
from siyu.console.smallcells import LEFT_OUT
from siyu.console.view import View
from siyu.core.time import date_of
from siyu.measures.answer import Answer
from siyu.measures.metric import Metric, Sheet

#: Rows of a table on the page; the workbook and `siyu metrics show` have them all.
MOST_ROWS = 60
#: Units of which few may tell of one person.
OF_PEOPLE = ("consumers", "relations", "orders", "events", "invitations", "guides", "pieces")


def written(view: View, value: Any, unit: str) -> str:
    """A value of the registry as its unit is read; None is not measurable."""
    words = view.words
    if value is None:
        return words.count(None)
    if unit == "text":
        return words.name(str(value)) if value != "" else words("(not stated)")
    if unit == "day":
        return date_of(value).isoformat()
    if unit == "share":
        return words.percent(value)
    if unit == "minor units":
        return words.amount(value)
    if not float(value).is_integer():
        return words.number(value)
    return words.count(value) if unit in OF_PEOPLE else words.number(value, 0)


def of_metric(view: View, metric: Metric, row: dict[str, Any]) -> str:
    """A metric of a topic's row. An export leaves out what is of few, and a share of few or of all but few."""
    found = row["values"][metric.code]
    above, below = found["numerator"], found["denominator"]
    if metric.denominator and above is not None and below is not None:
        rests_on = (abs(above), below, below - above) if metric.unit == "share" else (below,)
        if any(0 < number < view.words.smallest for number in rests_on):
            return LEFT_OUT
    return written(view, found["value"], metric.unit)


def named(view: View, of: Any) -> str:
    """The name of a metric, column, topic or sheet in the reader's language."""
    return of.zh if view.words.lang == "zh" else of.en


def sheet_grid(view: View, found: Answer, columns: tuple[str, ...] = ()) -> Grid | None:
    """The rows of a sheet (some of its columns, or all)."""
    assert isinstance(found.of, Sheet)
    shown = [c for c in found.of.columns if not columns or c.name in columns]
    if not found.rows:
        return None
    rows = tuple(tuple(written(view, row[c.name], c.unit_in(row)) for c in shown) for row in found.rows[:MOST_ROWS])
    text = tuple(place for place, c in enumerate(shown) if c.unit in ("text", "day"))
    return Grid(tuple(named(view, c) for c in shown), rows, text)


def topic_grid(view: View, found: Answer, codes: tuple[str, ...] = ()) -> Grid | None:
    """A topic in one table: a row per group, or a row per metric when it is not split."""
    metrics = _chosen(found, codes)
    if not found.rows:
        return None
    if not found.by:
        rows = tuple((named(view, m), of_metric(view, m, found.rows[0])) for m in metrics)
        return Grid((view.words("Figure"), view.words("This window")), rows)
    lines = [(group(view, row), *(of_metric(view, m, row) for m in metrics)) for row in found.rows[:MOST_ROWS]]
    return Grid((view.words("Group"), *(named(view, m) for m in metrics)), tuple(lines))


def tiles(view: View, found: Answer, codes: tuple[str, ...]) -> tuple[Tile, ...]:
    """Some metrics of a topic as figures that stand by themselves."""
    return tuple(Tile(named(view, m), of_metric(view, m, found.rows[0])) for m in _chosen(found, codes))


def group(view: View, row: dict[str, Any]) -> str:
    """The name of a group: its dimensions, those not stated named so."""
    return " · ".join(written(view, value, "text") for value in row["group"].values())


def reason(view: View, found: Answer | None) -> str:
    """Why there is nothing to show."""
    return said(view.words, next(iter(found.not_measurable.values()), "")) if found else ""


def _chosen(found: Answer, codes: tuple[str, ...]) -> list[Metric]:
    return [m for m in found.metrics if not codes or m.code in codes]
