"""Tables whose rows come as cells (workbooks, web pages): the header among the first rows, batches of those below."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pyarrow as pa

from siyu.sources.readers import cells
from siyu.sources.readers.source_file import SourceFile

#: Rows in which the header is looked for.
HEAD_ROWS = 50
Texts = list[str | None]


def header_place(head: list[list[str]]) -> int | None:
    """Place of the header: the first row with text, or the one below a title of one cell (None: no text).

    >>> header_place([["", ""], ["2026年订单", ""], ["订单号", "金额"], ["1", "2"]])
    2
    """
    filled = [(place, _filled(row)) for place, row in enumerate(head) if _filled(row)]
    titled = len(filled) > 1 and filled[0][1] == 1 and filled[1][1] > 1
    return filled[int(titled)][0] if filled else None


def batches(file: SourceFile, rows: Iterator[tuple[int, Texts]], batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Rows with their line numbers as batches of the named columns, which stand first; rows may be shorter or longer.
    What stands behind them (a note at the edge of the table) is left out, and its rows are counted.
    """
    width = len(file.columns)
    while chunk := list(itertools.islice(rows, batch_rows)):
        columns = [pa.array([row[place] if place < len(row) else None for _, row in chunk], pa.string())
                   for place in range(width)]
        file.beside += sum(bool(_filled(row[width:])) for _, row in chunk)
        yield cells.batch(file.columns, columns, pa.array([line for line, _ in chunk], pa.int64()))


def _filled(row: Sequence[str | None]) -> int:
    return sum(bool(cell and cell.strip()) for cell in row)
