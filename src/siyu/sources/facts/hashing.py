"""Hashes of facts: one of the key, one of all values. The same on every engine and in every version of siyu.

Written as `name=value` of what is not null, in the order of declaration, so that an empty column and no column are one,
and a column that a later version adds changes no hash of rows without it. Identifiers that say nothing of who the
consumer is (a recipient's phone) are no values of the row: it is the same row when one of them is erased. A record
whose person is erased equals none that never named anybody: it was another version, and stays one in a rebuild.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from siyu.core.kinds import Kind
from siyu.sources.identifiers.persons import Person, with_persons
from siyu.sources.mappings.mapping import namespace_of
from siyu.sources.workbench import Workbench, compiled, concat, md5, md5_number
from siyu.store.tables import PART

#: Tells row_hash of a record whose person is erased from that of one without a person.
NAMELESS = 0x2AAA_AAAA_AAAA_AAAA


@dataclass(frozen=True)
class Hashed:
    """Rows with ids in place of identifier texts, and key_hash and row_hash of each."""

    rows: pa.Table
    key: np.ndarray
    row: np.ndarray


def hashed(kind: Kind, rows: pa.Table, people: list[Person], silent: Collection[str], workbench: Workbench) -> Hashed:
    """Rows of a kind with their hashes. silent: namespaces that do not say who the consumer is."""
    rows, named = with_persons(kind, rows, people)
    id_columns = [name for name in named if namespace_of(name) not in silent]
    values = [f.column for f in kind.fields if f.column in rows.column_names] + sorted(id_columns)
    filled = frozenset(name for name in values if not rows[name].null_count)
    made = workbench.run(_hashes(kind, rows.schema, tuple(values), filled), rows=rows)
    return Hashed(rows, numbers(made["key"]), numbers(made["row"]))


@functools.lru_cache(maxsize=256)
def _hashes(kind: Kind, schema: pa.Schema, values: tuple[str, ...], filled: frozenset[str]) -> str:
    """SQL of key_hash and row_hash (128 bits each) of rows of one shape. values: the columns that count, in their
    order; filled: those without an empty place.
    """
    rows = ibis.table(ibis.Schema.from_pyarrow(schema), name="rows")
    row, key = _text(rows, values, filled), _text(rows, key_columns(kind, rows.columns), filled)
    own_key = _own_key(kind)
    if own_key and own_key not in filled:
        key = ibis.ifelse(rows[own_key].isnull(), row, key) if own_key in rows.columns else row
    return compiled(rows.select(key=md5_number(key), row=md5_number(row)))


def nameless(row: np.ndarray, erased: np.ndarray) -> np.ndarray:
    """row_hash of every row, where those under the mask lost their person by an erasure."""
    return np.where(erased, row ^ NAMELESS, row)


def numbers(hashes: pa.ChunkedArray) -> np.ndarray:
    """The first 63 bits of MD5s: as numbers of the engine they are 16 bytes each, in their own order."""
    whole = hashes.combine_chunks()
    words = np.frombuffer(whole.buffers()[1], ">u8")[2 * whole.offset :: 2][: len(whole)]
    return (words >> np.uint64(1)).astype(np.int64)


def key_columns(kind: Kind, present: Collection[str]) -> list[str]:
    """The columns by which records of a kind are told apart, of those that are there."""
    names = (*(("platform",) if kind.field("platform") else ()), *kind.key)
    columns = [kind.field(n).column if kind.field(n) else n for n in names]  # type: ignore[union-attr]
    return [c for c in dict.fromkeys(columns) if c in present]


def _own_key(kind: Kind) -> str:
    """Events may come without an id: then all their values are the key."""
    return "event_id" if kind.name == "events" else ""


def _text(rows: ir.Table, names: Sequence[str], filled: Collection[str] = ()) -> ir.StringValue:
    """`name=value` of what is not null. Columns that are filled need no text of their own before they are joined."""
    if not names:
        return ibis.literal("")
    if names[0] not in filled:
        return ibis.literal(PART).join([ibis.literal(f"{name}=") + rows[name].cast("string") for name in names])
    pieces: list[ir.StringValue] = []
    for name, between in zip(names, ["", *[PART] * len(names)]):
        title, value = ibis.literal(f"{between}{name}="), rows[name].cast("string")
        pieces += [title, value] if name in filled else [title + value]
    return concat(pieces)


def text_hash(rows: pa.Table, names: list[str], workbench: Workbench) -> np.ndarray:
    """A hash of some columns of every row, 63 bits."""
    table = ibis.table(ibis.Schema.from_pyarrow(rows.schema), name="rows")
    return numbers(workbench.run(compiled(table.select(text=md5_number(_text(table, names)))), rows=rows)["text"])


def short_hash(rows: pa.Table, names: list[str], workbench: Workbench) -> pa.ChunkedArray:
    """Eight characters of a hash of some columns: tells lines of one order apart by their content."""
    table = ibis.table(ibis.Schema.from_pyarrow(rows.schema), name="rows")
    present = [n for n in names if n in rows.column_names]
    hashed = md5(_text(table, present)).substr(0, 8)
    return workbench.run(compiled(table.select(content=hashed)), rows=rows)["content"]
