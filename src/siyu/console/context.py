"""What the page holds, as plain data: the template reads this and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: Rows of a table on the page.
MOST_ROWS = 60


@dataclass(frozen=True)
class Grid:
    """A table beneath a chart. Cells are texts already written for the reader; columns after the first are figures
    unless `text` names them. For exports of small counts: `apart` are columns whose counts are no part of what a row
    is about (another window, other things), and `summed` says whether the total of a column is something people know.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text: tuple[int, ...] = ()
    note: str = ""
    apart: tuple[int, ...] = ()
    summed: bool = True

    @property
    def shown(self) -> tuple[tuple[str, ...], ...]:
        """The rows that the page shows; the workbook has them all."""
        return self.rows[:MOST_ROWS]


@dataclass(frozen=True)
class Key:
    """One entry of a chart's legend."""

    label: str
    colour: str


@dataclass(frozen=True)
class Tile:
    """A figure that stands by itself, with the line that explains it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Panel:
    """One question answered: chart, what to look for, definition, what it rests on, and the table beneath."""

    name: str
    title: str
    look_for: str = ""
    definition: str = ""
    basis: tuple[str, ...] = ()
    chart: dict[str, Any] | None = None
    keys: tuple[Key, ...] = ()
    tiles: tuple[Tile, ...] = ()
    grid: Grid | None = None
    grid_open: bool = False
    message: str = ""  # why there is no chart: not measurable, or it failed
    failed: bool = False
    note: str = ""
    people: bool = True  # whether its counts are of people, or of what they did; else of rows of files
    wide: bool = False


@dataclass(frozen=True)
class Section:
    """A chapter of the page: a question in plain words and its panels."""

    name: str
    letter: str
    tab: str  # its short name in the bar at the top
    title: str
    lead: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Indicator:
    """One of F, A, S, T: value, change against the previous window, trend."""

    letter: str
    name: str
    question: str
    value: str
    change: str
    direction: str  # up, down, flat, none
    notes: tuple[str, ...]
    trend: str = ""  # the points of an SVG polyline
    reason: str = ""


@dataclass(frozen=True)
class Finding:
    """Where to act, in plain words, with people and money (minor units) and how both were worked out."""

    name: str
    title: str
    people: int
    money_minor: int | None  # None where an export may not tell it
    people_label: str
    money_label: str
    text: str
    basis: str


@dataclass(frozen=True)
class Page:
    """The whole report."""

    lang: str
    currency: str
    title: str
    brand: str
    verdict: str
    facts: tuple[tuple[str, str], ...]
    indicators: tuple[Indicator, ...]
    findings: tuple[Finding, ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...] = field(default=())
    people: int = 0  # whom the brand knows: with a relation, or in any state of AIPL
