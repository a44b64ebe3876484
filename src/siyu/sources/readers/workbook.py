"""Workbooks (XLSX, and XLS of the binary kind), by calamine. A workbook is small (1,048,576 rows a sheet): it is
read whole. Sheets with the first one's header are read on; other sheets (notes, pivots) are left out."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from siyu.core.errors import SourceError
from siyu.sources.readers import cells
from siyu.sources.readers.source_file import BATCH_ROWS, SourceFile

#: A spreadsheet keeps 15 digits: a longer number in a number cell has lost its end, and no one can bring it back.
LARGEST_EXACT = 10**15
Row = list[Any]


def open_workbook(path: Path, *, batch_rows: int = BATCH_ROWS) -> SourceFile:
    """A workbook. A title row above the header is skipped. Raises SourceError when damaged, locked or empty."""
    sheets = [rows for rows in _sheets(path) if any(_filled(row) for row in rows[1])]
    if not sheets:
        raise SourceError(f"{path.name}: expected a sheet with a header row, found none with text.",
                          remedy="Export the file again.")
    header, place = _header(sheets[0][1])
    names = cells.header([_text(cell) or "" for cell in header])
    parts = [(first, rows, place) for first, rows in sheets if rows[place : place + 1] == [header]]

    def batches(file: SourceFile) -> Iterator[pa.RecordBatch]:
        yield from _batches(file, names, parts, batch_rows)

    columns = [name for name in names if name is not None]
    return SourceFile(path, "xlsx", columns, batches, total_bytes=path.stat().st_size)


def _sheets(path: Path) -> list[tuple[int, list[Row]]]:
    """(row number of the first row, rows) of each sheet."""
    try:
        with CalamineWorkbook.from_path(path) as book:
            sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
            return [((sheet.start or (0, 0))[0] + 1, sheet.to_python(skip_empty_area=True)) for sheet in sheets]
    except (CalamineError, OSError) as error:
        locked = "password" in str(error).lower()
        found = "one locked by a password" if locked else f"one that will not open ({type(error).__name__})"
        remedy = "Remove the password (File > Info in Excel)" if locked else "Open it in a spreadsheet"
        raise SourceError(f"{path.name}: expected a workbook, found {found}.",
                          remedy=f"{remedy}, save it as XLSX or CSV UTF-8, and load that.") from None


def _header(rows: list[Row]) -> tuple[Row, int]:
    """The header and its place: the first row with text, or the one below a title of one cell."""
    filled = [i for i, row in enumerate(rows) if _filled(row)]
    first = filled[0]
    if len(filled) > 1 and _filled(rows[first]) == 1 and _filled(rows[filled[1]]) > 1:
        first = filled[1]
    return rows[first], first


def _filled(row: Row) -> int:
    return sum(bool(str(cell).strip()) for cell in row)


def _batches(file: SourceFile, names: list[str | None], parts: list[tuple[int, list[Row], int]],
             batch_rows: int) -> Iterator[pa.RecordBatch]:
    kept = [i for i, name in enumerate(names) if name is not None]
    offset = 0  # a second sheet's rows are numbered on from the first one's
    total = sum(len(rows) for _, rows, _ in parts)
    done = 0
    for first, rows, place in parts:
        numbered = ((offset + first + i, row) for i, row in enumerate(rows) if i > place)
        while chunk := list(itertools.islice(numbered, batch_rows)):
            done += len(chunk)
            file.progress = done / total
            good = [(line, texts) for line, row in chunk if (texts := _texts(file, line, row)) is not None]
            columns = [pa.array([texts[i] for _, texts in good], pa.string()) for i in kept]
            yield cells.batch(file.columns, columns, pa.array([line for line, _ in good], pa.int64()))
        offset += first + len(rows) - 1


def _texts(file: SourceFile, line: int, row: Row) -> list[str | None] | None:
    """The row's cells as text; None when a long number in it has been rounded by the spreadsheet."""
    if any(isinstance(cell, (int, float)) and abs(cell) >= LARGEST_EXACT for cell in row):
        file.refuse(line, "\t".join(_text(cell) or "" for cell in row),
                    "a number of more than 15 digits was rounded by the spreadsheet; export it as text or CSV")
        return None
    return [_text(cell) for cell in row]


def _text(cell: Any) -> str | None:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    return str(cell) if cell != "" else None
