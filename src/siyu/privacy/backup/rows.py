"""Rows of the stores as Parquet, part by part, and back: whatever the engine was, and whatever it will be."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from siyu.store.tables import TABLES, Table
from siyu.store.warehouse import Warehouse

#: A part's name in an archive, and its bytes.
Part = tuple[str, bytes]
#: Rows of a part of the warehouse, bytes of values of a part of operations: what is held in memory.
PART_ROWS, PART_BYTES = 100_000, 16 * 1024**2
ARROW: dict[type, pa.DataType] = {int: pa.int64(), str: pa.string(), bytes: pa.binary(), float: pa.float64(),
                                  bool: pa.bool_()}  # fmt: skip


def of_warehouse(warehouse: Warehouse) -> Iterator[Part]:
    """All tables of the dictionary."""
    for table in TABLES:
        for number, batch in enumerate(warehouse.batches(table.expr(), PART_ROWS)):
            yield f"{table.name}/{number:06d}", _parquet(pa.Table.from_batches([batch]))


def of_database(connection: sa.Connection, metadata: sa.MetaData) -> Iterator[Part]:
    """All tables of a schema, in the connection's transaction."""
    for table in metadata.sorted_tables:
        schema = pa.schema([(column.name, ARROW[column.type.python_type]) for column in table.columns])
        rows = connection.execution_options(yield_per=1000).execute(sa.select(table)).mappings()
        for number, part in enumerate(_in_parts(rows)):
            yield f"{table.name}/{number:06d}", _parquet(pa.Table.from_pylist(part, schema))


def into_warehouse(warehouse: Warehouse, table: Table, parts: Iterator[pa.Table]) -> None:
    """The parts of one table."""
    batches = (batch for part in parts for batch in part.select(table.column_names).cast(table.schema).to_batches())
    warehouse.append(table, pa.RecordBatchReader.from_batches(table.schema, batches))


def into_database(connection: sa.Connection, table: sa.Table, rows: pa.Table) -> None:
    """A part of one table, numbers that the database gives included."""
    if rows.num_rows:
        connection.execute(sa.insert(table), rows.to_pylist())


def count_on(connection: sa.Connection, tables: list[sa.Table]) -> None:
    """PostgreSQL's counters go on after the rows that came with their numbers; SQLite's do so by themselves."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key.columns:
            counter = sa.func.pg_get_serial_sequence(table.name, column.name)
            if connection.execute(sa.select(counter)).scalar():
                connection.execute(sa.select(sa.func.setval(counter, sa.func.max(column))).having(
                    sa.func.max(column).is_not(None)))  # fmt: skip


def read(data: bytes) -> pa.Table:
    """The rows of a part."""
    return pq.read_table(io.BytesIO(data))


def _parquet(rows: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(rows, sink, compression="zstd")
    return sink.getvalue()


def _in_parts(rows: Iterator[Any]) -> Iterator[list[dict[str, Any]]]:
    part, size = [], 0
    for row in rows:
        part.append(dict(row))
        size += sum(len(value) if isinstance(value, str | bytes) else 8 for value in row.values())
        if size >= PART_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part
