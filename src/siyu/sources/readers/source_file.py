"""A file opened for reading: its columns, its rows as text, and what is no row. Knows no kind and no mapping."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace

import pyarrow as pa

from siyu.core.errors import SiyuError, SourceError
from siyu.sources.readers.place import Place

LINE = "_line"
#: Rows of a batch: a few tens of megabytes of text in flight, and few enough batches for vectorised work.
BATCH_ROWS = 262_144


@contextlib.contextmanager
def broken_told(place: Place) -> Iterator[None]:
    """Whatever breaks while a file is read is a fault of that file, never of what lies beside it: SourceError."""
    try:
        yield
    except SiyuError:
        raise
    except Exception as error:
        raise SourceError(f"{place.name}: expected a file that can be read to its end, found one that is damaged or "
                          f"written unusually ({type(error).__name__}).", remedy="Export it again.") from error


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read as cells. `text` is personal data: it goes to quarantine, never to a log."""

    line: int
    text: str
    reason: str


@dataclass
class SourceFile:
    """A readable file. `batches()` may be called again; each call starts over and fills `bad_rows` anew.

    columns: cleaned header names. head: its first rows, of which number `header_at` was taken for the header.
    progress: share of the file handed out so far, 0 to 1. unread: what of the file is no part of this, in words; no
    values. beside: rows with a cell behind the last named column, which is left out.
    """

    place: Place
    format: str
    columns: list[str]
    reader: Callable[[SourceFile], Iterator[pa.RecordBatch]] = field(repr=False)
    total_bytes: int = 0
    encoding: str = "utf-8"
    head: list[list[str]] = field(default_factory=list, repr=False)
    header_at: int = 0
    bad_rows: list[BadRow] = field(default_factory=list, repr=False)
    progress: float = 0.0
    unread: str = ""
    beside: int = 0

    @property
    def name(self) -> str:
        """What people call it."""
        return self.place.name

    @property
    def schema(self) -> pa.Schema:
        """Text columns and `_line`: the number of the row in its file, where the header is line 1."""
        return pa.schema([*((name, pa.string()) for name in self.columns), (LINE, pa.int64())])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Rows in order; empty cells are null, rows without any cell are left out. SourceError where it breaks."""
        self.bad_rows.clear()
        self.progress, self.beside = 0.0, 0
        with broken_told(self.place):
            yield from self.reader(self)
        self.progress = 1.0

    def without(self, names: Collection[str], hidden: Callable[[str], str]) -> SourceFile:
        """The file as if it had never had some columns; `hidden` takes what they held out of rows that are no cells."""
        kept = [name for name in self.columns if name not in names]

        def batches(file: SourceFile) -> Iterator[pa.RecordBatch]:
            for batch in self.batches():
                file.progress = self.progress
                yield batch.select([*kept, LINE])
            file.bad_rows += [replace(row, text=hidden(row.text)) for row in self.bad_rows]
            file.beside = self.beside

        return replace(self, columns=kept, reader=batches, bad_rows=[])

    def refuse(self, line: int, text: str, reason: str) -> None:
        """Note a row that cannot be read."""
        self.bad_rows.append(BadRow(line, text, reason))
