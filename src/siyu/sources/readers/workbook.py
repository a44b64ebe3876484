"""Workbooks (XLSX, and XLS of the binary kind), by calamine, which holds a sheet whole (about 100 bytes a cell; sheets
end at 1,048,576 rows). What a workbook is, is told by its content, whatever its name says. Sheets with the columns of
the one that was taken, on whichever row of theirs and in whichever order, are read on; other sheets (notes, pivots) and
hidden ones are left out."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from siyu.core.errors import SourceError
from siyu.core.identifiers import CELL_ERRORS
from siyu.sources.readers import cells, grid, sheetxml
from siyu.sources.readers.place import DAMAGED, Place
from siyu.sources.readers.source_file import BATCH_ROWS, SourceFile

#: A spreadsheet keeps 15 digits: a longer number in a number cell has lost its end, and no one can bring it back.
LARGEST_EXACT = 10**15
#: What a workbook may unpack to: a sheet of a million rows and fifty columns is below it.
MOST_UNPACKED = 4 * 2**30
#: Cells of the rectangle around all that a sheet holds, which is what it takes in memory: a million rows of sixty
#: columns. One cell in the farthest corner would ask for half a terabyte.
MOST_CELLS = 64 * 2**20
#: What a cell reads as that holds an error, which calamine leaves empty.
ERROR = CELL_ERRORS[0]
#: Marks of a password: the stream that holds an encrypted XLSX, the record that follows the first one of an XLS.
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
LOCKED = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
Row = list[Any]


def open_workbook(place: Place, *, header_at: int | None = None, batch_rows: int = BATCH_ROWS) -> SourceFile:
    """A workbook. A title row above the header is skipped; `header_at` counts through the first rows of all sheets.
    Raises SourceError when damaged, locked or empty."""
    visible, hidden = _sheets(place)
    heads = [(sheet, _head(sheet)) for sheet in visible]
    rows = [(number, at) for number, (_, head) in enumerate(heads) for at in range(len(head))]
    chosen = _first_header(heads) if header_at is None else rows[header_at]
    if chosen is None:
        raise SourceError(f"{place.name}: expected a sheet with a header row, found none with text.",
                          remedy="Export the file again.")
    number, at = chosen
    header = heads[number][1][at]
    columns = [name for name in cells.header(header) if name is not None]
    alike = [one for sheet, head in heads[number:] if (one := _alike(sheet, head, columns))]
    read = [one.sheet for one in alike]
    others = [sheet for sheet, _ in heads if sheet not in read and sheet.height > 1]

    def batches(file: SourceFile) -> Iterator[pa.RecordBatch]:
        yield from grid.batches(file, _rows(file, alike, _faults(place)), batch_rows)

    return SourceFile(place, "xlsx", columns, batches, total_bytes=place.size,
                      head=[row for _, head in heads for row in head], header_at=rows.index(chosen),
                      unread=" ".join(filter(None, (_unread(others), _unseen(hidden)))))


@dataclass(frozen=True)
class _Table:
    """A sheet with the columns that are read: its first row below them, and where each stands; then those without a
    name behind the last one.
    """

    sheet: CalamineSheet
    first: int
    places: list[int]


def _alike(sheet: CalamineSheet, head: list[list[str]], columns: list[str]) -> _Table | None:
    """The sheet as a table of these columns, in whatever order they stand; None where it has others."""
    for at, row in enumerate(head):
        found = cells.header(row)
        if {name for name in found if name} == set(columns):
            beside = [place for place, name in enumerate(found) if name is None]
            return _Table(sheet, at + 1, [*map(found.index, columns), *beside])
    return None


def every_text(place: Place) -> set[str]:
    """The texts of all cells of all sheets, hidden ones among them. SourceError where it cannot be opened."""
    visible, hidden = _sheets(place)
    return {text for sheet in (*visible, *hidden) for row in sheet.iter_rows() for cell in row if (text := _text(cell))}


def _unread(sheets: list[CalamineSheet]) -> str:
    """What to say of sheets with another header. Their names stay unsaid: people write anything there."""
    if not sheets:
        return ""
    rows = sum(sheet.height for sheet in sheets)
    return (f"{len(sheets)} other sheet(s) of the workbook ({rows:,} rows) have another header and were not read; "
            "if they are data, save each as a file of its own.")  # fmt: skip


def _unseen(sheets: list[CalamineSheet]) -> str:
    """What to say of hidden sheets, which whoever sent the workbook may not have meant to send."""
    rows = sum(sheet.height for sheet in sheets)
    return f"{len(sheets)} hidden sheet(s) of the workbook ({rows:,} rows) were not read." if rows else ""


def _sheets(place: Place) -> tuple[list[CalamineSheet], list[CalamineSheet]]:
    """The sheets that are seen, or all where none is, and the hidden ones."""
    _refuse_too_large(place)
    try:
        with place.anywhere() as file:
            book = CalamineWorkbook.from_filelike(file)
        sheets = [(book.get_sheet_by_name(one.name), one.visible == SheetVisibleEnum.Visible)
                  for one in book.sheets_metadata]  # fmt: skip
        visible = [sheet for sheet, seen in sheets if seen]
        return (visible, [sheet for sheet, seen in sheets if not seen]) if visible else ([s for s, _ in sheets], [])
    except (CalamineError, OSError) as error:
        locked = _locked(place)
        found = "one locked by a password" if locked else f"one that will not open ({type(error).__name__})"
        remedy = "Remove the password (File > Info in Excel)" if locked else "Open it in a spreadsheet"
        raise SourceError(f"{place.name}: expected a workbook, found {found}.",
                          remedy=f"{remedy}, save it as XLSX or CSV UTF-8, and load that.") from None


def _refuse_too_large(place: Place) -> None:
    """By what a workbook, an archive itself, says of its parts, and by where cells stand: few may lie so far apart that
    the rectangle around them fits into no memory. What is no archive has no more than its bytes.
    """
    try:
        with place.anywhere() as file, zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            size = sum(entry.file_size for entry in entries)
            if size > MOST_UNPACKED:
                raise SourceError(f"{place.name}: expected a workbook of at most {MOST_UNPACKED / 2**30:.0f} GB "
                                  f"unpacked, found {size / 2**30:,.1f} GB.",
                                  remedy="Export it as CSV, which is read in pieces.")
            sheets = [entry for entry in entries if entry.filename.startswith("xl/worksheets/") and entry.file_size]
            if any(sheetxml.cells_around(archive, sheet) > MOST_CELLS for sheet in sheets):
                raise SourceError(f"{place.name}: expected a sheet of at most {MOST_CELLS / 2**20:.0f} million cells, "
                                  "found one with cells farther apart.",
                                  remedy="Delete what lies far below or right of the table, or export it as CSV.")
    except DAMAGED:
        return  # it will not open either, and that is told then


def _locked(place: Place) -> bool:
    """Whether a password keeps it shut: calamine says so for some of them only."""
    with place.anywhere() as file:
        data = file.read()
    return ENCRYPTED in data or LOCKED.search(data) is not None


def _head(sheet: CalamineSheet) -> list[list[str]]:
    return [[_text(cell) or "" for cell in row] for row in itertools.islice(sheet.iter_rows(), grid.HEAD_ROWS)]


def _first_header(heads: list[tuple[CalamineSheet, list[list[str]]]]) -> tuple[int, int] | None:
    """Number of the first sheet with text, and the place of its header."""
    found = ((number, grid.header_place(head)) for number, (_, head) in enumerate(heads))
    return next(((number, at) for number, at in found if at is not None), None)


def _faults(place: Place) -> dict[str, sheetxml.Faults]:
    """Cells by sheet that have no value though something stands in them; a workbook of the binary kind tells none."""
    try:
        with place.anywhere() as file, zipfile.ZipFile(file) as archive:
            return sheetxml.faults(archive)
    except DAMAGED:
        return {}


def _rows(
    file: SourceFile, tables: list[_Table], faults: dict[str, sheetxml.Faults]
) -> Iterator[tuple[int, grid.Texts]]:
    """Rows below the headers; sheets are numbered as if they stood below each other."""
    total, line = sum(table.sheet.total_height for table in tables), 0
    for table in tables:
        line += table.first
        faulty, left = faults.get(table.sheet.name, {}), table.sheet.start[1] if table.sheet.start else 0
        for at, row in enumerate(itertools.islice(table.sheet.iter_rows(), table.first, None), table.first):
            line += 1
            file.progress = min(line / max(total, 1), 1.0)
            texts = _texts(file, line, row)
            if texts is not None:
                for column in (column - left for column in faulty.get(at, ())):
                    if 0 <= column < len(texts):
                        texts[column] = ERROR
                yield line, [texts[place] for place in table.places]


def _texts(file: SourceFile, line: int, row: Row) -> grid.Texts | None:
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
