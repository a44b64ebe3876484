"""Web pages that hold one table: what many a system calls XLS. Read row by row; no browser, no scripts, no links."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from html.parser import HTMLParser

import pyarrow as pa

from siyu.core.errors import SourceError
from siyu.sources.readers import cells, grid
from siyu.sources.readers.encoding import inspect
from siyu.sources.readers.place import Place
from siyu.sources.readers.source_file import BATCH_ROWS, SourceFile

CHUNK_CHARACTERS = 1 << 18
#: Columns that one cell may span: beyond it the page is broken.
MOST_SPANNED = 500


def open_webtable(place: Place, *, encoding: str | None = None, header_at: int | None = None,
                  batch_rows: int = BATCH_ROWS) -> SourceFile:
    """The table of a web page. Raises SourceError when there is none."""
    chosen = inspect(place, encoding).encoding
    head = list(itertools.islice(_rows(place, chosen), grid.HEAD_ROWS))
    at = grid.header_place(head) if header_at is None else header_at
    if at is None:
        raise SourceError(f"{place.name}: expected a table, found a web page without one.",
                          remedy="Log in and export the file again: it may be the log-in page.")
    names = cells.header(head[at])

    def batches(file: SourceFile) -> Iterator[pa.RecordBatch]:
        below = enumerate(itertools.islice(_rows(place, chosen), at + 1, None), start=at + 2)
        yield from grid.batches(file, ((line, list(row)) for line, row in below), batch_rows)

    columns = [name for name in names if name is not None]
    return SourceFile(place, "html", columns, batches, total_bytes=place.size, encoding=chosen, head=head, header_at=at)


def _rows(place: Place, encoding: str) -> Iterator[list[str]]:
    parser = _Table()
    with place.text(encoding) as page:
        while text := page.read(CHUNK_CHARACTERS):
            parser.feed(text)
            yield from parser.taken()
    parser.close()
    parser.end_row()
    yield from parser.taken()


class _Table(HTMLParser):
    """Gathers rows of cells; what is not closed ends with the next of its kind, as browsers have it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._rows: list[list[str]] = []
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._span = 1

    def taken(self) -> list[list[str]]:
        """The rows that are whole, each once."""
        rows, self._rows = self._rows, []
        return rows

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.end_row()
            self._row = []
        elif tag in ("td", "th") and self._row is not None:
            self._end_cell()
            self._cell, self._span = [], _span(dict(attrs).get("colspan"))
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self.end_row()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def end_row(self) -> None:
        """A row begins or the page ends: the one before is whole."""
        self._end_cell()
        if self._row:
            self._rows.append(self._row)
        self._row = None

    def _end_cell(self) -> None:
        if self._cell is not None and self._row is not None:
            self._row += ["".join(self._cell).strip(), *[""] * (self._span - 1)]
        self._cell = None


def _span(text: str | None) -> int:
    return min(max(int(text[:9]), 1), MOST_SPANNED) if text and text.isdecimal() else 1
