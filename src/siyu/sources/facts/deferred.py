"""Rows that need the whole file: lines grouped into orders, equal lines numbered by content.

What adds up lines needs all of them: an order with a refused line is refused whole, so that mending that line and
loading it again never makes an order of it alone. Typed rows wait in a scratch table of the warehouse (no plain
identifiers), and come back in slices to be hashed.
"""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from siyu.core.kinds import Kind
from siyu.core.settings import Settings
from siyu.sources.facts.hashing import short_hash
from siyu.sources.identifiers.identify import NONE
from siyu.sources.identifiers.persons import Person, namespaces, primary_of, with_persons
from siyu.sources.mappings.mapping import OUTPUTS, Numbering, Rows
from siyu.sources.readers.source_file import LINE
from siyu.sources.workbench import Workbench
from siyu.store.warehouse import Warehouse

CONTENT = "_content"
#: Stands for whoever was erased, while rows wait: who bought first is asked of all lines.
GONE = -8
#: Lines of a slice that comes back to be hashed and appended.
SLICE_LINES = 400_000


class Deferred:
    """The waiting rows of one output."""

    def __init__(self, rows: Rows, output: int, warehouse: Warehouse, workbench: Workbench, settings: Settings) -> None:
        self._rows, self._warehouse, self._workbench, self._settings = rows, warehouse, workbench, settings
        self._output = output
        self._name, self._made, self._spoilt = f"waiting_{output}", f"made_{output}", f"spoilt_{output}"
        self._waiting: ir.Table | None = None
        self._refused: list[pa.Table] = []
        self._last_line = 0

    def add(self, rows: pa.Table, people: list[Person], gone: np.ndarray) -> None:
        """Take the typed rows of a batch. gone: which of them are of people who were erased."""
        rows, _ = with_persons(self._rows.kind, rows, [_marked(person, gone) for person in people])
        rows = rows.drop_columns(list(self._rows.kind.person_columns))
        if self._rows.number_lines:
            rows = self._with_content(rows, self._rows.number_lines)
        if rows.num_rows:
            self._last_line = max(self._last_line, int(rows[LINE][-1].as_py()))
        if self._waiting is None:
            self._waiting = self._warehouse.scratch(self._name, rows)
        else:
            self._warehouse.append_scratch(self._name, rows)

    def refuse(self, rows: pa.Table, people: list[Person]) -> None:
        """Take the refused rows of a batch, whose groups are refused with them."""
        named, _ = with_persons(self._rows.kind, rows, people)
        self._refused.append(named.select(self._group_columns()))

    def spoiled(self) -> np.ndarray:
        """The lines that wait for a group with a refused row; they wait no longer."""
        if self._waiting is None or not self._refused:
            return np.array([], np.int64)
        refused = self._warehouse.scratch(self._spoilt, pa.concat_tables(self._refused))
        keys = self._group_columns()
        lines = self._warehouse.arrow(self._waiting.semi_join(refused, keys).select(LINE))[LINE].to_numpy()
        self._waiting = self._waiting.anti_join(refused, keys)
        return np.sort(lines)

    def slices(self) -> Iterator[tuple[pa.Table, list[Person], np.ndarray]]:
        """The finished rows, `_line` being the first line of each, who stands on them, and the places of those whose
        person is erased."""
        if self._waiting is None:
            return
        made = self._warehouse.scratch(self._made, self._finished(self._waiting))
        for start in range(0, self._last_line + 1, SLICE_LINES):
            rows = self._warehouse.arrow(made.filter(made[LINE].between(start, start + SLICE_LINES - 1)))
            if rows.num_rows:
                yield self._split(rows.sort_by(LINE))

    def first_lines(self) -> tuple[np.ndarray, np.ndarray]:
        """Every waiting line with the first line of its row."""
        if self._waiting is None:
            return np.array([], np.int64), np.array([], np.int64)
        waiting = self._waiting
        first = waiting[LINE]
        if self._rows.group_by:
            first = first.min().over(group_by=list(self._group_columns()))
        found = self._warehouse.arrow(waiting.select(line=waiting[LINE], first=first))
        return found["line"].to_numpy(), found["first"].to_numpy()

    def close(self) -> None:
        """Forget the scratch tables."""
        self._warehouse.drop_scratch(self._name, self._made, self._spoilt)

    def _with_content(self, rows: pa.Table, numbering: Numbering) -> pa.Table:
        names = [_column(self._rows.kind, n) for n in numbering.by]
        return rows.append_column(CONTENT, short_hash(rows, names, self._workbench))

    def _finished(self, waiting: ir.Table) -> ir.Table:
        rows = _numbered(self._rows.kind, self._rows.number_lines, waiting) if self._rows.number_lines else waiting
        return self._grouped(rows) if self._rows.group_by else rows

    def _group_columns(self) -> list[str]:
        return [_column(self._rows.kind, name) for name in self._rows.group_by]

    def _grouped(self, rows: ir.Table) -> ir.Table:
        keys = self._group_columns()
        how = {_column(self._rows.kind, c.name): c.aggregate for c in self._rows.columns}
        how |= {f.day_column: how[f.column] for f in self._rows.kind.fields if f.type == "instant" and f.column in how}
        others = [n for n in rows.columns if n not in (*keys, LINE)]
        values = {n: _aggregate(rows, n, how.get(n, "first")).cast(rows[n].type()) for n in others}
        return rows.group_by(keys).aggregate(**{LINE: rows[LINE].min()}, **values)

    def _split(self, rows: pa.Table) -> tuple[pa.Table, list[Person], np.ndarray]:
        """Rows without ids, the persons from the ids, and the places of rows whose person is erased."""
        people, gone = [], np.zeros(rows.num_rows, bool)
        for prefix in self._rows.kind.persons:
            columns = {n: f"{prefix}id.{n}" for n in namespaces(prefix, rows, self._settings)}
            ids = {n: rows[column].fill_null(NONE).to_numpy() for n, column in columns.items()}
            rows = rows.drop_columns(list(columns.values()))
            people.append(Person(prefix, ids, primary_of(ids, rows.num_rows, self._settings)))
            gone |= people[-1].primary == GONE
        places = rows[LINE].to_numpy() * OUTPUTS + self._output
        return rows, [_without(person, gone) for person in people], places[gone]


def _marked(person: Person, gone: np.ndarray) -> Person:
    """A person with a mark on rows of people who were erased."""
    if not gone.any():
        return person
    ids = {namespace: np.where(gone, GONE, found) for namespace, found in person.ids.items()}
    return Person(person.prefix, ids, np.where(gone, GONE, person.primary))


def _without(person: Person, gone: np.ndarray) -> Person:
    """A person without the marks, and nobody on some rows."""
    ids = {namespace: np.where(gone | (found == GONE), NONE, found) for namespace, found in person.ids.items()}
    return Person(person.prefix, ids, np.where(gone, NONE, person.primary))


def _numbered(kind: Kind, numbering: Numbering, rows: ir.Table) -> ir.Table:
    """The own value, the content's hash and a count among equal lines, as one text."""
    within = [_column(kind, n) for n in numbering.within]
    window = ibis.window(group_by=[rows[c] for c in (*within, CONTENT)], order_by=rows[LINE])
    number = (ibis.row_number().over(window) + 1).cast("string")
    into = _column(kind, numbering.into)
    own = ibis.ifelse(rows[into].isnull(), ibis.literal(""), rows[into] + "-")
    return rows.mutate(**{into: own + (rows[CONTENT] + "-" + number)}).drop(CONTENT)


def _aggregate(rows: ir.Table, name: str, how: str) -> ir.Value:
    column = rows[name]
    if how == "first":
        return column.argmin(rows[LINE], where=column.notnull())
    if how == "last":
        return column.argmax(rows[LINE], where=column.notnull())
    return {"sum": column.sum, "min": column.min, "max": column.max}[how]()


def _column(kind: Kind, name: str) -> str:
    field = kind.field(name)
    return field.column if field else name
