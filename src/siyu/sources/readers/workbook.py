"""Workbooks (XLSX, and XLS of the binary kind), by calamine, which holds a sheet whole (about 100 bytes a cell; sheets
end at 1,048,576 rows). Sheets with the first one's header are read on; other sheets (notes, pivots) are left out."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from siyu.core.errors import SourceError
from siyu.sources.readers import cells
from siyu.sources.readers.source_file import BATCH_ROWS, SourceFile

#: A spreadsheet keeps 15 digits: a longer number in a number cell has lost its end, and no one can bring it back.
LARGEST_EXACT = 10**15
#: Rows in which the header is looked for.
HEAD_ROWS = 50
Row = list[Any]


def open_workbook(path: Path, *, batch_rows: int = BATCH_ROWS) -> SourceFile:
    """A workbook. A title row above the header is skipped. Raises SourceError when damaged, locked or empty."""
    headers = [(sheet, header) for sheet in _sheets(path) if (header := _header(sheet))]
    if not headers:
        raise SourceError(f"{path.name}: expected a sheet with a header row, found none with text.",
                          remedy="Export the file again.")
    place, header = headers[0][1]
    names = cells.header([_text(cell) or "" for cell in header])
    sheets = [sheet for sheet, found in headers if found == (place, header)]

    def batches(file: SourceFile) -> Iterator[pa.RecordBatch]:
        yield from _batches(file, names, sheets, place + 1, batch_rows)

    columns = [name for name in names if name is not None]
    return SourceFile(path, "xlsx", columns, batches, total_bytes=path.stat().st_size)


def _sheets(path: Path) -> list[CalamineSheet]:
    try:
        book = CalamineWorkbook.from_path(path)
        return [book.get_sheet_by_name(name) for name in book.sheet_names]
    except (CalamineError, OSError) as error:
        locked = "password" in str(error).lower()
        found = "one locked by a password" if locked else f"one that will not open ({type(error).__name__})"
        remedy = "Remove the password (File > Info in Excel)" if locked else "Open it in a spreadsheet"
        raise SourceError(f"{path.name}: expected a workbook, found {found}.",
                          remedy=f"{remedy}, save it as XLSX or CSV UTF-8, and load that.") from None


def _header(sheet: CalamineSheet) -> tuple[int, Row] | None:
    """Place and cells of the header: the first row with text, or the one below a title of one cell (None: no text)."""
    filled = [(i, row) for i, row in enumerate(itertools.islice(sheet.iter_rows(), HEAD_ROWS)) if _filled(row)]
    titled = len(filled) > 1 and _filled(filled[0][1]) == 1 and _filled(filled[1][1]) > 1
    return (filled[1] if titled else filled[0]) if filled else None


def _filled(row: Row) -> int:
    return sum(bool(str(cell).strip()) for cell in row)


def _batches(file: SourceFile, names: list[str | None], sheets: list[CalamineSheet], first: int,
             batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Rows below the header, which ends above row `first`; sheets are numbered as if they stood below each other."""
    kept = [i for i, name in enumerate(names) if name is not None]
    total, line = sum(sheet.total_height for sheet in sheets), 0
    for sheet in sheets:
        line += first
        numbered = enumerate(itertools.islice(sheet.iter_rows(), first, None), start=line + 1)
        while chunk := list(itertools.islice(numbered, batch_rows)):
            line = chunk[-1][0]
            file.progress = min(line / max(total, 1), 1.0)
            good = [(number, texts) for number, row in chunk if (texts := _texts(file, number, row)) is not None]
            columns = [pa.array([texts[i] for _, texts in good], pa.string()) for i in kept]
            yield cells.batch(file.columns, columns, pa.array([number for number, _ in good], pa.int64()))


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
