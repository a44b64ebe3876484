"""Text tables whose columns stand apart by spaces (CDNOW and other research files); small files, read line by line."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pyarrow as pa

from siyu.core.errors import SourceError
from siyu.sources.readers import cells
from siyu.sources.readers.encoding import inspect
from siyu.sources.readers.place import Place
from siyu.sources.readers.source_file import BATCH_ROWS, SourceFile


def open_whitespace(place: Place, *, columns_hint: list[str] | None = None, encoding: str | None = None,
                    batch_rows: int = BATCH_ROWS) -> SourceFile:
    """A file of columns set apart by spaces. A first line of names is the header; without one, `columns_hint` names
    the columns (else `column_1`, `column_2` ...)."""
    chosen = inspect(place, encoding).encoding
    first = _first_line(place, chosen)
    has_header = not any(cell[0].isdigit() for cell in first)
    names = columns_hint or (first if has_header else [f"column_{i}" for i in range(1, len(first) + 1)])
    if len(names) != len(first):
        raise SourceError(f"{place.name}: expected {len(names)} columns ({', '.join(names)}), found {len(first)}.",
                          remedy="Check that the mapping belongs to this file.")

    def batches(file: SourceFile) -> Iterator[pa.RecordBatch]:
        yield from _batches(file, has_header, batch_rows)

    columns = [name for name in cells.header(list(names)) if name is not None]
    return SourceFile(place, "whitespace", columns, batches, total_bytes=place.size, encoding=chosen)


def _first_line(place: Place, encoding: str) -> list[str]:
    with place.text(encoding) as file:
        for line in file:
            if row := line.split():
                return row
    raise SourceError(f"{place.name}: expected rows, found no text.", remedy="Export the file again.")


def _batches(file: SourceFile, has_header: bool, batch_rows: int) -> Iterator[pa.RecordBatch]:
    width = len(file.columns)
    with file.place.text(file.encoding) as text:
        numbered = ((line, row) for line, row in enumerate(text, start=1) if row.strip())
        if has_header:
            next(numbered, None)
        while chunk := list(itertools.islice(numbered, batch_rows)):
            rows = [(line, row.split()) for line, row in chunk]
            for (line, row), (_, raw) in zip(rows, chunk):
                if len(row) != width:
                    file.refuse(line, raw.rstrip("\r\n"), f"expected {width} cells, found {len(row)}")
            good = [(line, row) for line, row in rows if len(row) == width]
            yield cells.batch(file.columns, [pa.array([row[i] for _, row in good], pa.string()) for i in range(width)],
                              pa.array([line for line, _ in good], pa.int64()))
