"""Parquet: typed columns written out as text without loss, batch by batch."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.core.errors import SourceError
from siyu.sources.readers import cells
from siyu.sources.readers.place import Place
from siyu.sources.readers.source_file import BATCH_ROWS, SourceFile

if TYPE_CHECKING:
    import pyarrow.parquet as pq

#: Whole doubles below this are exact integers and are written as such (customer 17850.0 is customer 17850).
EXACT = 2.0**53
#: Of each unit of time, how many are a second.
TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
#: Rows count as lines: the column names stand for line 1.
FIRST_LINE = 2


def open_parquet(place: Place, *, batch_rows: int = BATCH_ROWS) -> SourceFile:
    """A Parquet file. Raises SourceError when it is damaged."""
    try:
        with place.anywhere() as stream, _file(stream) as file:
            names = file.schema_arrow.names
    except (pa.ArrowInvalid, OSError) as error:
        raise SourceError(f"{place.name}: expected a Parquet file, found one that is damaged ({type(error).__name__}).",
                          remedy="Write or copy the file again.") from None

    def batches(opened: SourceFile) -> Iterator[pa.RecordBatch]:
        yield from _batches(opened, batch_rows)

    columns = [name or f"column_{i}" for i, name in enumerate(cells.header(list(names)), start=1)]
    return SourceFile(place, "parquet", columns, batches, total_bytes=place.size)


def _file(stream: BinaryIO, **options: bool) -> pq.ParquetFile:
    import pyarrow.parquet as pq  # here: a tenth of a second and 9 MB, which most starts do without

    return pq.ParquetFile(stream, **options)


def _batches(file: SourceFile, batch_rows: int) -> Iterator[pa.RecordBatch]:
    line = FIRST_LINE
    # buffering ahead would keep all that was read
    with file.place.anywhere() as stream, _file(stream, pre_buffer=False) as opened:
        for rows in opened.iter_batches(batch_rows):
            numbers = pa.array(np.arange(line, line + rows.num_rows))
            line += rows.num_rows
            file.progress = min((line - FIRST_LINE) / max(opened.metadata.num_rows, 1), 1.0)
            yield cells.batch(file.columns, [_text(file, *named) for named in zip(file.columns, rows.columns)], numbers)


def _text(file: SourceFile, name: str, column: pa.Array) -> pa.Array:
    """`as_text` of a column of the file. SourceError for one that holds bytes instead of text."""
    try:
        return as_text(column)
    except pa.ArrowInvalid:
        raise SourceError(f"{file.name}: column '{name}' ({column.type}) holds values that are no text.",
                          remedy="Write it as text (UTF-8), or leave it out.") from None


def as_text(column: pa.Array) -> pa.Array:
    """The values as text: ISO 8601 instants and days, whole doubles without `.0`, nested values as JSON."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if pa.types.is_timestamp(kind):
        return _instants(column)
    if pa.types.is_floating(kind):
        return _numbers(column)
    if pa.types.is_nested(kind):
        values = [None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in column.to_pylist()]
        return pa.array(values, pa.string())
    return column.cast(pa.string())


def _instants(column: pa.Array) -> pa.Array:
    """`2010-12-01 08:26:00`, with the fraction when there is one and `Z` when the instants are absolute."""
    kind = column.type
    ticks = column.fill_null(0).cast(pa.int64()).to_numpy()
    whole = not (ticks % TICKS[kind.unit]).any()
    unit = "s" if whole else kind.unit
    text = column.cast(pa.timestamp(unit, kind.tz and "UTC")).cast(pa.string())
    return text if whole else pc.replace_substring_regex(text, r"\.0+(Z?)$", r"\1")


def _numbers(column: pa.Array) -> pa.Array:
    """What is no number is empty; what is without end is told as such where it is read."""
    whole = pc.and_(pc.equal(column, pc.trunc(column)), pc.less(pc.abs(column), EXACT))
    integers = pc.if_else(whole, column, pa.scalar(None, column.type)).cast(pa.int64()).cast(pa.string())
    known = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    return pc.coalesce(integers, known.cast(pa.string()))
