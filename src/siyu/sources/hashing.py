"""Hashes of facts: one of the key, one of all values. The same on every engine and in every version of siyu.

Written as `name=value` of what is not null, in the order of declaration, so that an empty column and no column are one,
and a column that a later version adds changes no hash of rows without it. Identifiers that say nothing of who the
consumer is (a recipient's phone) are no values of the row: it is the same row when one of them is erased.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from siyu.core.kinds import Kind
from siyu.sources.persons import Person, with_persons
from siyu.sources.workbench import Workbench, compiled, md5

PART = "\x1f"
MD5_CHARACTERS = 32
#: Value of a hexadecimal digit by its byte.
NIBBLE = np.array([int(chr(b), 16) if chr(b) in "0123456789abcdef" else 0 for b in range(256)], np.uint8)


@dataclass(frozen=True)
class Hashed:
    """Rows with ids in place of identifier texts, and key_hash and row_hash of each."""

    rows: pa.Table
    key: np.ndarray
    row: np.ndarray


class Hasher:
    """Hashes rows of a kind; what is compiled for one shape of them serves all batches of it. silent: namespaces that
    do not say who the consumer is."""

    def __init__(self, kind: Kind, silent: Collection[str]) -> None:
        self._kind, self._silent = kind, silent
        self._of_shape: dict[tuple[str, ...], Hashes] = {}

    def of(self, rows: pa.Table, people: list[Person], workbench: Workbench) -> Hashed:
        """The rows with their hashes."""
        rows, named = with_persons(self._kind, rows, people)
        id_columns = [name for name in named if name.rsplit("id.", 1)[1] not in self._silent]
        shape = tuple(rows.column_names)
        if shape not in self._of_shape:
            self._of_shape[shape] = Hashes(self._kind, rows.schema, id_columns)
        return Hashed(rows, *self._of_shape[shape].of(rows, workbench))


class Hashes:
    """key_hash and row_hash of rows of one shape, compiled once. `id_columns`: the ids that count, by column name."""

    def __init__(self, kind: Kind, schema: pa.Schema, id_columns: list[str]) -> None:
        rows = ibis.table(ibis.Schema.from_pyarrow(schema), name="rows")
        values = [f.column for f in kind.fields if f.column in schema.names] + sorted(id_columns)
        row = _text(rows, values)
        keys = _key(kind, rows)
        own_key = _own_key(kind, rows)
        text = _text(rows, keys)
        if own_key is not None:
            text = ibis.ifelse(own_key.isnull(), row, text)
        self._sql = compiled(rows.select(key=md5(text), row=md5(row)))

    def of(self, rows: pa.Table, workbench: Workbench) -> tuple[np.ndarray, np.ndarray]:
        """(key_hash, row_hash) of every row, 63 bits each."""
        made = workbench.run(self._sql, rows=rows)
        return numbers(made["key"]), numbers(made["row"])


def numbers(hashes: pa.ChunkedArray) -> np.ndarray:
    """The first 63 bits of hexadecimal MD5s. (The engine's own number of an MD5 takes four times its text.)"""
    text = hashes.combine_chunks()
    data = np.frombuffer(text.buffers()[2], np.uint8)[: MD5_CHARACTERS * (text.offset + len(text))]
    digits = NIBBLE[data.reshape(-1, MD5_CHARACTERS)[text.offset :, :16]]
    words = np.ascontiguousarray(digits[:, 0::2] << 4 | digits[:, 1::2]).view(">u8")[:, 0]
    return (words >> np.uint64(1)).astype(np.int64)


def _key(kind: Kind, rows: ir.Table) -> list[str]:
    names = (*(("platform",) if kind.field("platform") else ()), *kind.key)
    columns = [kind.field(n).column if kind.field(n) else n for n in names]  # type: ignore[union-attr]
    return [c for c in dict.fromkeys(columns) if c in rows.columns]


def _own_key(kind: Kind, rows: ir.Table) -> ir.Value | None:
    """Events may come without an id: then all their values are the key."""
    if kind.name != "events":
        return None
    return rows["event_id"] if "event_id" in rows.columns else ibis.null("string")


def _text(rows: ir.Table, names: list[str]) -> ir.StringValue:
    if not names:
        return ibis.literal("")
    return ibis.literal(PART).join([ibis.literal(f"{name}=") + rows[name].cast("string") for name in names])


def short_hash(rows: pa.Table, names: list[str], workbench: Workbench) -> pa.ChunkedArray:
    """Eight characters of a hash of some columns: tells lines of one order apart by their content."""
    table = ibis.table(ibis.Schema.from_pyarrow(rows.schema), name="rows")
    present = [n for n in names if n in rows.column_names]
    hashed = md5(_text(table, present)).substr(0, 8)
    return workbench.run(compiled(table.select(content=hashed)), rows=rows)["content"]
