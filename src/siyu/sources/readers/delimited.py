"""Delimited text (CSV and its kin), streamed by Arrow: any size in bounded memory, ragged rows set aside."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from siyu.core.errors import SourceError
from siyu.sources.readers import cells
from siyu.sources.readers.encoding import inspect
from siyu.sources.readers.place import Place
from siyu.sources.readers.source_file import BATCH_ROWS, SourceFile

DELIMITERS = (",", "\t", ";")
HEAD_CHARACTERS = 1 << 18
#: Rows in which the header is looked for.
HEAD_ROWS = 8
#: Arrow reads some thirty blocks ahead: larger ones would hold most of a gigabyte of text in memory.
SMALLEST_BLOCK, LARGEST_BLOCK = 1 << 20, 1 << 22
#: When most rows do not fit, and not just a few of the first, the file is read wrongly: no row of it can be trusted.
FEW_BAD_ROWS, MOST_OF_ROWS = 1_000, 0.5
#: What no name stands above is a column when it is filled in most of the first rows, and in so many; else the cells of
#: the rows that reach into it have shifted: one of them holds a delimiter and stands in no quotes.
FEWEST_FILLED = 3
#: What Arrow says of a row that is longer than a block. A quote that is opened and never closed makes one, as it
#: swallows the rest of the file; when that is shorter, the number of quotes is odd, and the last cell (or bad row) has
#: several lines.
TOO_LONG = ("straddling", "sync")
#: What Arrow says when the header is the last line and does not end.
NOTHING_BELOW = "file is too short"


@dataclass(frozen=True)
class Layout:
    """Where the header ends and what the columns are; None marks a column to leave out, behind all others. beside: of
    each of those, whether it is a column.
    """

    delimiter: str
    names: list[str | None]
    header_lines: int  # physical lines above the first data row
    header_rows: int  # records above the first data row
    row_bytes: float
    head: list[list[str]]
    beside: list[bool]


def open_delimited(place: Place, *, columns_hint: list[str] | None = None, encoding: str | None = None,
                   header_at: int | None = None, batch_rows: int = BATCH_ROWS) -> SourceFile:
    """A CSV, semicolon or tab file in UTF-8, UTF-16, UTF-32 or GB18030. With `columns_hint` the file has no header.
    header_at: which of its first rows is the header, if not the one that looks like it."""
    text = inspect(place, encoding)
    layout = _layout(place, text.encoding, columns_hint, header_at)
    block = int(min(max(batch_rows * layout.row_bytes, SMALLEST_BLOCK), LARGEST_BLOCK))

    def batches(file: SourceFile) -> Iterator[pa.RecordBatch]:
        yield from _batches(file, layout, text.quotes, block)

    columns = [name for name in layout.names if name is not None]
    return SourceFile(place, "csv", columns, batches, total_bytes=place.size, encoding=text.encoding, head=layout.head,
                      header_at=layout.header_rows - 1)


def _layout(place: Place, encoding: str, columns_hint: list[str] | None, header_at: int | None) -> Layout:
    with place.text(encoding, newline="") as file:
        head = file.read(HEAD_CHARACTERS)
    delimiter = _delimiter(head)
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    rows = [(row, reader.line_num) for row in itertools.islice(_records(reader), HEAD_ROWS)]
    records = [row for row, _ in rows]
    row_bytes = len(head.encode()) / max(head.count("\n"), 1)
    if columns_hint is not None:
        return Layout(delimiter, list(columns_hint), 0, 0, row_bytes, [], [])
    at = header_at
    if at is None:
        at = next((i for i, row in enumerate(records) if not _is_title(row, records[i + 1 :])), None)
    if at is None:
        raise SourceError(f"{place.name}: expected a header row, found no text.", remedy="Export the file again.")
    header, line = rows[at]
    below = records[at + 1 :]
    names = cells.header(_fit(header, below[0] if below else header))
    beside = [_is_column(place, below) for place, name in enumerate(names) if name is None]
    return Layout(delimiter, names, line, at + 1, row_bytes, records, beside)


def _delimiter(head: str) -> str:
    """The one that makes the most cells of the first line; of all lines, where a title above the header holds none."""
    first = head.lstrip("\r\n").split("\n", 1)[0]
    looked = first if any(delimiter in first for delimiter in DELIMITERS) else head
    return max(DELIMITERS, key=lambda delimiter: (_cells_made(looked, delimiter), looked.count(delimiter)))


def _cells_made(text: str, delimiter: str) -> int:
    """How many cells with a text in them. One that begins or ends with another delimiter is cut at the wrong place;
    but not with a tab, which exports write behind a text so that spreadsheets keep it.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    edges = (cell.strip()[:1] + cell.strip()[-1:] for row in _records(reader) for cell in row)
    return sum(bool(edge) and not any(other in edge for other in DELIMITERS) for edge in edges)


def _records(reader) -> Iterator[list[str]]:
    """Records of the head; what follows a broken quote is left to the full read, which reports it."""
    try:
        yield from reader
    except csv.Error:
        return


def _is_title(row: list[str], below: list[list[str]]) -> bool:
    """A row above the header: empty, or one cell over rows of several."""
    filled = sum(bool(cell.strip()) for cell in row)
    return filled == 0 or (filled == 1 and any(sum(bool(c.strip()) for c in other) > 1 for other in below[:2]))


def _fit(header: list[str], first: list[str]) -> list[str]:
    """The header as wide as the rows: some exports end rows, but not the header, with a delimiter, or the reverse."""
    if len(first) == len(header) + 1 and not first[-1].strip():
        return [*header, ""]
    if len(first) == len(header) - 1 and not header[-1].strip():
        return header[:-1]
    return header


def _is_column(place: int, below: list[list[str]]) -> bool:
    """Whether the first rows have a column there, though it has no name."""
    filled = sum(bool("".join(row[place : place + 1]).strip()) for row in below)
    return filled >= FEWEST_FILLED and filled > MOST_OF_ROWS * len(below)


def _batches(file: SourceFile, layout: Layout, quotes: int, block: int) -> Iterator[pa.RecordBatch]:
    bad_lines: list[int] = []
    line, last = layout.header_rows + 1, ""
    try:
        with file.place.arrow() as stream:
            for rows in _reader(file, stream, layout, quotes, block, bad_lines):
                numbers, line = _number(line, rows.num_rows, bad_lines)
                file.progress = min(stream.tell() / max(file.total_bytes, 1), 1.0)
                last = rows.columns[-1][-1].as_py() if rows.num_rows else last
                rows, numbers = _without_shifted(file, layout, rows, numbers)
                reached = max([line - 1, *bad_lines[-1:]])  # Arrow may be ahead
                if _read_wrongly(file, reached):
                    raise _misfit(file, reached)
                yield cells.batch(file.columns, rows.columns[: len(file.columns)], numbers)
    except pa.ArrowInvalid as error:
        if NOTHING_BELOW in str(error):
            return
        if any(sign in str(error) for sign in TOO_LONG):
            raise _too_long(file, layout, quotes, block) from None
        raise _unreadable(file, bad_lines) from None
    last_bad = max(file.bad_rows, key=lambda row: row.line).text if file.bad_rows else ""
    if quotes % 2 and "\n" in (last or "") + last_bad:
        raise _never_closed(file, layout)


def _reader(file: SourceFile, stream: pa.NativeFile, layout: Layout, quotes: int, block: int,
            bad_lines: list[int]) -> arrow_csv.CSVStreamingReader:
    """Arrow's reader of the rows below the header; ragged ones are set aside, their lines noted in `bad_lines`."""
    places = [str(i) for i in range(len(layout.names))]
    shift = layout.header_rows - layout.header_lines  # Arrow counts skipped physical lines as rows

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        bad_lines.append(int(row.number or 0) + shift)
        file.refuse(bad_lines[-1], row.text, f"expected {row.expected_columns} cells, found {row.actual_columns}")
        return "error" if _read_wrongly(file, bad_lines[-1]) else "skip"

    return arrow_csv.open_csv(
        _decoded(stream, file.encoding),
        # without threads Arrow knows the line of a bad row
        read_options=arrow_csv.ReadOptions(column_names=places, skip_rows=layout.header_lines, block_size=block,
                                           use_threads=False),
        parse_options=arrow_csv.ParseOptions(delimiter=layout.delimiter, quote_char='"' if quotes else False,
                                             newlines_in_values=quotes > 0, ignore_empty_lines=False,
                                             invalid_row_handler=set_aside),
        convert_options=arrow_csv.ConvertOptions(check_utf8=False, column_types=dict.fromkeys(places, pa.string()),
                                                 strings_can_be_null=True, null_values=[""],
                                                 quoted_strings_can_be_null=True))


def _decoded(stream: pa.NativeFile, encoding: str) -> pa.NativeFile:
    if encoding == "utf-8-sig":
        return stream
    return pa.transcoding_input_stream(stream, encoding, "utf-8")


def _number(line: int, rows: int, bad_lines: list[int]) -> tuple[pa.Array, int]:
    """Line numbers of the next rows: consecutive, but for the lines set aside; and the number after them."""
    bad = np.array([b for b in bad_lines if b >= line], dtype=np.int64)
    if not len(bad):
        return pa.array(np.arange(line, line + rows)), line + rows
    candidates = np.setdiff1d(np.arange(line, line + rows + len(bad)), bad)[:rows]
    return pa.array(candidates), int(candidates[-1]) + 1 if rows else line


def _without_shifted(file: SourceFile, layout: Layout, rows: pa.RecordBatch,
                     lines: pa.Array) -> tuple[pa.RecordBatch, pa.Array]:
    """The rows that have nothing behind the last named column but in a column without a name; the others are set aside,
    for what stands there is pushed out of a column that has one.
    """
    width = len(file.columns)
    if all(column.null_count == len(column) for column in rows.columns[width:]):  # as spreadsheets end their rows
        return rows, lines
    filled = np.array([cells.clean(column).is_valid().to_numpy(zero_copy_only=False)
                       for column in rows.columns[width:]])  # fmt: skip
    is_column = np.array(layout.beside)
    shifted = filled[~is_column].any(axis=0)
    file.beside += int((filled[is_column].any(axis=0) & ~shifted).sum())
    for place in np.flatnonzero(shifted).tolist():
        row = [column[place].as_py() or "" for column in rows.columns]
        found = max(at for at, cell in enumerate(row, start=1) if cells.clean_text(cell))
        file.refuse(lines[place].as_py(), _written(row[:found], layout.delimiter),
                    f"expected {width} cells, found {found}")
    kept = pa.array(~shifted)
    return rows.filter(kept), lines.filter(kept)


def _written(row: list[str], delimiter: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="").writerow(row)
    return text.getvalue()


def _read_wrongly(file: SourceFile, line: int) -> bool:
    return len(file.bad_rows) > FEW_BAD_ROWS and len(file.bad_rows) > MOST_OF_ROWS * line


def _unreadable(file: SourceFile, bad_lines: list[int]) -> SourceError:
    if bad_lines and _read_wrongly(file, bad_lines[-1]):
        return _misfit(file, bad_lines[-1])
    return SourceError(f"{file.name}: expected delimited rows, found text that breaks the format.",
                       remedy="Open the file in a spreadsheet, save it as CSV UTF-8, and load that.")


def _misfit(file: SourceFile, line: int) -> SourceError:
    return SourceError(
        f"{file.name}: {len(file.bad_rows):,} of the first {line:,} rows do not have the header's "
        f"{len(file.columns)} cells.",
        remedy="Check that the header belongs to these rows and that the delimiter is a comma, semicolon or tab.")


def _too_long(file: SourceFile, layout: Layout, quotes: int, block: int) -> SourceError:
    """By one long line, or by many lines in quotes, of which the last may be never closed."""
    line = _long_line(file.place, file.encoding, block)
    if line is None and quotes % 2:
        return _never_closed(file, layout)
    open_quote = "" if line else " If a quote in it is never closed, close it."
    line = line or _last_begins(file.place, file.encoding, layout.delimiter)
    return SourceError(
        f"{file.name}: expected rows of at most {block / 2**20:.0f} MB, found a longer one at line {line:,} of the "
        "file.",
        remedy=f"Shorten its longest cell, or export the file without that column.{open_quote}")


def _long_line(place: Place, encoding: str, most: int) -> int | None:
    """The first physical line of more bytes than so many; None where rows are long because they have many lines."""
    number = 1
    with place.text(encoding, newline="") as text:
        while piece := text.readline(most + 1):
            if len(piece.encode()) > most:
                return number
            number += 1
    return None


def _never_closed(file: SourceFile, layout: Layout) -> SourceError:
    line = _last_begins(file.place, file.encoding, layout.delimiter)
    return SourceError(
        f"{file.name}: expected delimited rows, found a quote that is never closed, in the row that begins in line "
        f"{line:,} of the file.",
        remedy="Close it there (a quote inside a cell is written twice, and the cell stands in quotes); or open the "
               "file in a spreadsheet, save it as CSV UTF-8, and load that.")


def _last_begins(place: Place, encoding: str, delimiter: str) -> int:
    """The physical line in which the last record begins: what an open quote swallows is one record, or too long."""
    begins = ends = 0
    with place.text(encoding, newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        try:
            for _ in reader:
                begins, ends = ends + 1, reader.line_num
        except csv.Error:  # longer than a cell may be
            begins = ends + 1
    return begins
