"""Files as a brand would download them: columns joined to lines, spoilt where asked, in the encoding of the platform.

Counts every planted wrinkle, because a system that reads the files will be measured against these counts.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from . import columns as text

ROWS_PER_CHUNK = 100_000

Cell: TypeAlias = text.Text | str


@dataclass(frozen=True)
class Written:
    """One file of the simulation: where, what it holds (a kind or a platform's mapping), data lines."""

    path: Path
    kind: str
    rows: int
    snapshot_of: dt.date | None = None
    """If the file is a full list: it shows who was in it when this day began."""
    scope: Mapping[str, str] = field(default_factory=dict)
    """What a full list is full of, in the words of a snapshot's scope."""


@dataclass(frozen=True)
class Flaw:
    """Extra rows that must be refused: why, the column that is wrong, and the text that stands there."""

    reason: str
    column: str
    value: str


@dataclass
class Exports:
    """The folder that files go to, and what went into them."""

    folder: Path
    written: list[Written] = field(default_factory=list)
    wrinkles: dict[str, Counter[str]] = field(default_factory=dict)
    misspelt: list[tuple[str, np.ndarray, text.Text]] = field(default_factory=list)
    """Wrong spellings that went into a file: namespace, persons, values."""
    duplicate_share: float = 0.0
    bad_share: float = 0.0

    def plant(self, file: str, wrinkle: str, count: int) -> None:
        if count:
            self.wrinkles.setdefault(file, Counter())[wrinkle] += int(count)

    def write(
        self,
        file: str,
        kind: str,
        rows: int,
        cells: Mapping[str, Cell],
        *,
        header: str = "",
        encoding: str = "utf-8",
        newline: str = "\n",
        spoil: np.random.Generator | None = None,
        flaws: Sequence[Flaw] = (),
        key: str = "",
        snapshot_of: dt.date | None = None,
        scope: Mapping[str, str] | None = None,
    ) -> None:
        """Write one file. `header` is its first line (default: the names of the cells).

        A column without cells is empty; a name that comes twice has its second cells under `name#2`.

        With a generator in `spoil`, some lines come twice and some bad rows stand among the good ones; `key` gets
        a new value in bad rows, so that they are refused for their flaw and not taken for a correction.
        """
        names = _keys(header.split(",") if header else tuple(cells))
        table = _Table(names, cells, newline, key)
        lines = table.lines(rows)
        if spoil is not None and rows:
            lines = self._spoil(spoil, file, table, lines, flaws)
        with (self.folder / file).open("wb") as out:
            out.write(((header or ",".join(names)) + newline).encode(encoding))
            for chunk in _chunks(lines):
                out.write(chunk if encoding.startswith("utf-8") else bytes(chunk).decode().encode(encoding))
        self.written.append(Written(self.folder / file, kind, len(lines), snapshot_of, scope or {}))

    def _spoil(
        self, rng: np.random.Generator, file: str, table: _Table, lines: text.Text, flaws: Sequence[Flaw]
    ) -> text.Text:
        """The lines with some of them twice, and bad rows made from others standing among them."""
        rows = len(lines)
        twice = rng.choice(rows, max(1, round(rows * self.duplicate_share)), replace=False)
        self.plant(file, "duplicate_line", len(twice))
        pieces, places = [lines, text.take(lines, twice)], [np.arange(rows) * 1.0, twice + 0.25]
        for number, flaw in enumerate(flaws):
            source = rng.choice(rows, max(1, round(rows * self.bad_share)), replace=False)
            self.plant(file, flaw.reason, len(source))
            pieces.append(table.spoilt(source, flaw, number))
            places.append(source + 0.5)
        order = np.argsort(np.concatenate(places), kind="stable")
        return text.take(pa.concat_arrays(pieces), order)


@dataclass(frozen=True)
class _Table:
    """Cells under the names of a header, and the column whose value tells rows apart (if any)."""

    names: Sequence[str]
    cells: Mapping[str, Cell]
    newline: str
    key: str

    def lines(self, rows: int) -> text.Text:
        return _lines([self.cells.get(name, "") for name in self.names], rows, self.newline)

    def spoilt(self, source: np.ndarray, flaw: Flaw, number: int) -> text.Text:
        """Lines like the source rows, but with the flaw and a key of their own."""
        cells = {name: cell if isinstance(cell, str) else text.take(cell, source) for name, cell in self.cells.items()}
        if self.key:
            cells[self.key] = text.digits(source * 10 + number, 12, "E99")
        cells[flaw.column] = flaw.value
        return _Table(self.names, cells, self.newline, "").lines(len(source))


def quoted(column: text.Text) -> text.Text:
    """The cells between quotation marks, for text that may hold a comma or a mark."""
    return text.glue('"', text.replaced(column, '"', '""'), '"')


def _keys(header: Sequence[str]) -> list[str]:
    seen: Counter[str] = Counter()
    keys = []
    for name in header:
        seen[name] += 1
        keys.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return keys


def _lines(cells: Sequence[Cell], rows: int, newline: str) -> text.Text:
    parts = _parts(cells, newline)
    chunks = []
    for start in range(0, max(rows, 1), ROWS_PER_CHUNK):
        some = [part if isinstance(part, str) else part.slice(start, ROWS_PER_CHUNK) for part in parts]
        if all(isinstance(part, str) for part in some):
            some.append(pa.array([""] * min(rows - start, ROWS_PER_CHUNK), pa.string()))
        chunks.append(text.joined(some, ""))
    return pa.concat_arrays(chunks)


def _parts(cells: Sequence[Cell], newline: str) -> list[Cell]:
    """Columns with the literal text between them, so that Arrow joins as few pieces as possible."""
    parts: list[Cell] = []
    literal = ""
    for position, cell in enumerate(cells):
        literal += "," if position else ""
        if isinstance(cell, str):
            literal += cell
        else:
            parts += [literal, cell] if literal else [cell]
            literal = ""
    return [*parts, literal + newline]


def _chunks(lines: text.Text) -> Iterator[memoryview]:
    """The bytes of the lines one after another, without making a Python string of each."""
    for start in range(0, len(lines), ROWS_PER_CHUNK):
        some = lines.slice(start, ROWS_PER_CHUNK)
        offsets = np.frombuffer(some.buffers()[1], np.int32)[start : start + len(some) + 1]
        if len(some):
            yield memoryview(some.buffers()[2])[offsets[0] : offsets[-1]]
