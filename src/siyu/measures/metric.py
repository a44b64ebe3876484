"""What a measure is, as data: a figure of the document, a metric of a topic, or a sheet.

A topic takes several counts in one pass over the facts, in all or by its dimensions; a metric is one of them, or one
over another. A sheet is a measure whose answer is a table: a matrix, a cohort triangle, a league. The `window` of each
is free text ("the period"), or the name of a setting that holds its days ("value.days").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import ibis.expr.types as ir

from siyu.core.settings import BY_NAME, Settings, defaults
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts

Unit = Literal[
    "consumers", "relations", "share", "minor units", "rungs", "orders", "pieces", "times", "days", "hours",
    "events", "journeys", "occasions", "invitations", "guides", "score", "ratio", "text", "day", "as its row says",
]  # fmt: skip
#: What a number rests on: persons behind it, or totals that a platform's own panel gave (definitions.md section 0.10).
Basis = Literal["persons", "aggregates", "persons and aggregates"]
VERSION = "fast_plus.v1"
BUILT_IN_ORIGIN = "siyu"

#: (facts, asked, dimensions) -> one row per group: the dimensions, and one int64 or float64 column per count.
Counts = Callable[[Facts, Asked, tuple[str, ...]], ir.Table]
Rows = Callable[[Facts, Asked], list[dict[str, Any]]]


@dataclass(frozen=True)
class Figure:
    """A number of `siyu measure --json`; `code` is its path there."""

    code: str
    zh: str
    en: str
    unit: Unit
    window: str
    meaning: str
    function: Callable[..., Any]
    grain: str = "brand"
    basis: Basis = "persons"
    version: str = VERSION


@dataclass(frozen=True)
class Metric:
    """One count of a topic, or one over another (`denominator`); null where a needed fact is lacking.

    people: a count of the topic's metrics that tells whom it rests on, where these are not the people of the group.
    """

    code: str
    zh: str
    en: str
    unit: Unit
    meaning: str
    numerator: str
    denominator: str = ""
    window: str = "the period"
    needs: tuple[str, ...] = ()
    version: str = VERSION
    people: str = ""


@dataclass(frozen=True)
class Topic:
    """Metrics whose counts are taken together, by any of the topic's dimensions.

    needs: facts (a kind, or a name of `measurable.SOURCES`) without which nothing here can be answered.
    people: the count that tells how many consumers a group holds, so that exports can hide small ones; '' = none.
    """

    name: str
    zh: str
    en: str
    counts: Counts
    metrics: tuple[Metric, ...]
    dimensions: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    people: str = ""
    basis: Basis = "persons"


@dataclass(frozen=True)
class Column:
    """A column of a sheet; with the unit "as its row says" every row names its own in a column `unit`."""

    name: str
    zh: str
    en: str
    unit: Unit

    def unit_in(self, row: dict[str, Any]) -> str:
        """The unit of its value in a row."""
        return row["unit"] if self.unit == "as its row says" else self.unit


@dataclass(frozen=True)
class Sheet:
    """A measure whose answer is a table; `rows` gives it in reading order. `people` as in a topic."""

    code: str
    zh: str
    en: str
    meaning: str
    columns: tuple[Column, ...]
    rows: Rows
    window: str = "the period"
    needs: tuple[str, ...] = ()
    people: str = ""
    basis: Basis = "persons"
    version: str = VERSION


@dataclass(frozen=True)
class Registry:
    """All measures there are: the document's figures, the topics, the sheets."""

    figures: tuple[Figure, ...] = ()
    topics: tuple[Topic, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    origin: dict[tuple[str, str], str] = field(default_factory=dict)  # (code, version) -> file of the workspace

    def origin_of(self, code: str, version: str) -> str:
        """The file of the workspace a measure came from, or 'siyu'."""
        return self.origin.get((code, version), BUILT_IN_ORIGIN)

    def entries(self, settings: Settings | None = None) -> list[dict[str, Any]]:
        """Every measure as `siyu metrics --json` lists it, with its window by these settings (or the defaults)."""
        figures = [_entry(f, f.function, f.unit, f.grain, f.basis) for f in self.figures]
        metrics = [
            _entry(m, t.counts, m.unit, ", ".join(("brand", *t.dimensions)), t.basis, topic=t.name)
            for t in self.topics
            for m in t.metrics
        ]
        sheets = [_entry(s, s.rows, "table", ", ".join(c.name for c in s.columns), s.basis) for s in self.sheets]
        chosen = settings or defaults()
        return [
            {**e, "window": told_window(e["window"], chosen), "origin": self.origin_of(e["code"], e["version"])}
            for e in figures + metrics + sheets
        ]


def told_window(window: str, settings: Settings) -> str:
    """The window of a measure as people read it: the days that the setting of its name says, else the text itself.

    >>> told_window("value.days", defaults()), told_window("the period", defaults())
    ('365 days', 'the period')
    """
    return f"{settings[window]} days" if is_setting(window) else window


def is_setting(window: str) -> bool:
    """Whether a window is the name of a setting that holds days."""
    return window in BY_NAME and window.endswith("days")


def _entry(
    measure: Figure | Metric | Sheet, function: Callable[..., Any], unit: str, grain: str, basis: str, topic: str = ""
) -> dict[str, Any]:
    return {
        "code": measure.code, "topic": topic, "zh": measure.zh, "en": measure.en, "definition": measure.meaning,
        "unit": unit, "grain": grain, "window": measure.window, "basis": basis, "version": measure.version,
        "function": f"{function.__module__}.{function.__qualname__}",
    }  # fmt: skip
