"""Tables and figures of the registry's answers, written for the reader: names and units come from the registry."""

from __future__ import annotations

from typing import Any

from siyu.console.context import Grid, Tile
from siyu.console.reasons import said
from siyu.console.view import View
from siyu.core.time import date_of
from siyu.measures.answer import Answer
from siyu.measures.metric import Column, Metric, Sheet, Topic

#: Units of which few may tell of one person.
OF_PEOPLE = ("consumers", "relations", "orders", "events", "journeys", "occasions", "invitations", "guides", "pieces")
#: Units that tell nothing of how few they rest on.
OF_NOBODY = ("text", "day")


def written(view: View, value: Any, unit: str, *, mean: bool = False) -> str:
    """A value of the registry as its unit is read; None is not measurable. A `mean` of people is no count of them."""
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
    if mean or not float(value).is_integer():
        return words.number(value)
    return words.count(value) if unit in OF_PEOPLE else words.number(value, 0)


def of_metric(view: View, topic: Topic, metric: Metric, row: dict[str, Any]) -> str:
    """A metric of a topic's row; a share of few people, or of all but few, is of few."""
    of_people = metric.unit in OF_PEOPLE
    counted = of_people and not metric.denominator  # which is written as a small count
    text = written(view, row["values"][metric.code]["value"], metric.unit, mean=of_people and not counted)
    return view.words.resting(text, *(_others if counted else _people)(topic, metric, row))


def _others(topic: Topic, metric: Metric, row: dict[str, Any]) -> list[float]:
    """Who is not among those a count holds, of each whole that the topic holds it against."""
    shares = [row["values"][m.code] for m in topic.metrics
              if m.unit == "share" and m.numerator == metric.numerator and m.code in row["values"]]  # fmt: skip
    return [told["denominator"] - told["numerator"] for told in shares if None not in told.values()]


def _people(topic: Topic, metric: Metric, row: dict[str, Any]) -> list[float | None]:
    """How many a metric of a row rests on: the group, its own people, what it is divided by, and the two parts that a
    share divides them into.
    """
    values, told = row["values"], row["values"][metric.code]
    found = [row.get("people"), told["denominator"]]
    found += [values[m.code][side] for m in topic.metrics for side in ("numerator", "denominator")
              if metric.people and getattr(m, side) == metric.people and m.code in values]  # fmt: skip
    if metric.unit == "share" and told["numerator"] is not None and told["denominator"] is not None:
        found += [abs(told["numerator"]), told["denominator"] - told["numerator"]]
    return found


def named(view: View, of: Any) -> str:
    """The name of a metric, column, topic or sheet in the reader's language."""
    return of.zh if view.words.lang == "zh" else of.en


def sheet_grid(view: View, found: Answer, columns: tuple[str, ...] = ()) -> Grid | None:
    """The rows of a sheet (some of its columns, or all)."""
    assert isinstance(found.of, Sheet)
    shown = [c for c in found.of.columns if not columns or c.name in columns]
    if not found.rows:
        return None
    rows = tuple(tuple(_of_sheet(view, found.of, c, row) for c in shown) for row in found.rows)
    text = tuple(place for place, c in enumerate(shown) if c.unit in OF_NOBODY)
    return Grid(tuple(named(view, c) for c in shown), rows, text, apart=_apart([c.unit for c in shown], first=0))


def _of_sheet(view: View, sheet: Sheet, column: Column, row: dict[str, Any]) -> str:
    """A cell of a sheet."""
    unit = column.unit_in(row)
    text = written(view, row[column.name], unit)
    return text if unit in (*OF_PEOPLE, *OF_NOBODY) else view.words.resting(text, row.get(sheet.people))


def topic_grid(view: View, found: Answer, codes: tuple[str, ...] = ()) -> Grid | None:
    """A topic in one table: a row per group, or a row per metric when it is not split."""
    assert isinstance(found.of, Topic)
    metrics, topic = _chosen(found, codes), found.of
    if not found.rows:
        return None
    if not found.by:
        rows = tuple((named(view, m), of_metric(view, topic, m, found.rows[0])) for m in metrics)
        return Grid((view.words("Figure"), view.words("This window")), rows, summed=False)
    lines = [(group(view, row), *(of_metric(view, topic, m, row) for m in metrics)) for row in found.rows]
    header = (view.words("Group"), *(named(view, m) for m in metrics))
    return Grid(header, tuple(lines), apart=_apart([m.unit for m in metrics], first=1))


def _apart(units: list[str], first: int) -> tuple[int, ...]:
    """Columns that count other things than the first of people or things does. first: the place of the first unit."""
    counted = next((unit for unit in units if unit in OF_PEOPLE), "")
    return tuple(place for place, unit in enumerate(units, first) if unit in OF_PEOPLE and unit != counted)


def in_a_sentence(view: View, found: Answer, code: str) -> str:
    """A metric of a topic that is not split, for a sentence."""
    assert isinstance(found.of, Topic)
    [metric] = _chosen(found, (code,))
    return view.words.in_a_sentence(of_metric(view, found.of, metric, found.rows[0]))


def tiles(view: View, found: Answer, codes: tuple[str, ...]) -> tuple[Tile, ...]:
    """Some metrics of a topic as figures that stand by themselves."""
    assert isinstance(found.of, Topic)
    topic = found.of
    return tuple(Tile(named(view, m), of_metric(view, topic, m, found.rows[0])) for m in _chosen(found, codes))


def group(view: View, row: dict[str, Any]) -> str:
    """The name of a group: its dimensions, those not stated named so."""
    return " · ".join(written(view, value, "text") for value in row["group"].values())


def reason(view: View, found: Answer | None) -> str:
    """Why there is nothing to show."""
    return said(view.words, next(iter(found.not_measurable.values()), "")) if found else ""


def _chosen(found: Answer, codes: tuple[str, ...]) -> list[Metric]:
    return [m for m in found.metrics if not codes or m.code in codes]
