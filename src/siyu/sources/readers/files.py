"""Reads any file a brand may hand over as batches of text cells; the format is told by the content, then the name.

What the cells mean is left to mappings; which mapping fits, to `recognise`.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from siyu.core.errors import SourceError
from siyu.sources.readers import archive
from siyu.sources.readers.delimited import open_delimited
from siyu.sources.readers.jsonl import open_jsonl
from siyu.sources.readers.parquet import open_parquet
from siyu.sources.readers.place import Place
from siyu.sources.readers.source_file import BATCH_ROWS, LINE, BadRow, SourceFile, broken_told
from siyu.sources.readers.whitespace import open_whitespace
from siyu.sources.readers.workbook import every_text, open_workbook

__all__ = ["LINE", "SUFFIXES", "BadRow", "Place", "SourceFile", "places", "read"]

#: Names of files that can be read, and of those that `siyu load FOLDER` picks up.
READABLE = (".csv", ".txt", ".tsv", ".parquet", ".xlsx", ".xls", ".jsonl", ".ndjson")
SUFFIXES = (*READABLE, ".zip")
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
#: First bytes of what is not text, and what each is.
PARQUET, ZIP, OLE = b"PAR1", (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0"
REFUSED = {
    b"\x1f\x8b": ("a gzip archive", "Unpack it and load what is inside."),
    b"Rar!": ("a RAR archive", "Unpack it and load what is inside."),
    b"7z\xbc\xaf": ("a 7z archive", "Unpack it and load what is inside."),
    b"%PDF": ("a PDF", "Export the table as XLSX or CSV."),
}
#: What of these is packed, so that no text in it can be seen.
PACKED = (*ZIP, *(mark for mark in REFUSED if mark != b"%PDF"))
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
HEAD_BYTES = 1 << 16


def places(path: Path) -> list[Place]:
    """The files a path stands for: of an archive those in it, else the file itself. SourceError for a bad archive."""
    place = Place(path)
    return archive.places(path, READABLE) if _packed(place) else [place]


def unread(path: Path) -> list[str]:
    """What lies in an archive and is not read, by name; of what is no archive, nothing. SourceError as `places`."""
    return archive.unread(path, READABLE) if _packed(Place(path)) else []


def everywhere(path: Path) -> list[Place]:
    """All that a path holds: of an archive every file in it, also what is never read; of a damaged one itself."""
    place = Place(path)
    try:
        return archive.members(path) if _packed(place) else [place]
    except SourceError:
        return [place]


def every_cell(place: Place) -> set[str]:
    """All texts of a file: header, cells, rows that are none; of a workbook those of all sheets. SourceError where it
    cannot be read, or not all of it.
    """
    chosen = _format(place)
    if chosen == "xlsx":
        with broken_told(place):
            return every_text(place)
    source = read(place, format=chosen)
    columns = (column.unique() for batch in source.batches() for column in batch.columns[:-1])
    found = {cell for column in columns for cell in column.to_pylist() if cell}
    if source.beside:
        raise _refusal(place, "cells under no name", "Give their columns a name.")
    return {*source.columns, *found, *(row.text for row in source.bad_rows)}


def _packed(place: Place) -> bool:
    return _head(place).startswith(ZIP) and not _is_workbook(place)


def read(path: Place | Path | str, *, columns_hint: list[str] | None = None, encoding: str | None = None,
         format: str | None = None, header_at: int | None = None, batch_rows: int = BATCH_ROWS) -> SourceFile:
    """Open a file. Raises SourceError that says what was expected, what was found and what to do.

    columns_hint: names of the columns of a file that has no header. encoding: the one to use instead of UTF-8 or
    GB18030 as found. format: csv, whitespace, parquet, xlsx, html or jsonl instead of the one found. header_at: which
    row of the file's `head` is the header, instead of the one that looks like it.
    """
    place = Place.of(path)
    with broken_told(place):
        return _read(place, format or _format(place), columns_hint, encoding, header_at, batch_rows)


def _read(place: Place, chosen: str, columns_hint: list[str] | None, encoding: str | None, header_at: int | None,
          batch_rows: int) -> SourceFile:
    if chosen == "parquet":
        return open_parquet(place, batch_rows=batch_rows)
    if chosen == "xlsx":
        return open_workbook(place, header_at=header_at, batch_rows=batch_rows)
    if chosen == "html":
        from siyu.sources.readers.webtable import open_webtable  # seldom met, and slow to import

        return open_webtable(place, encoding=encoding, header_at=header_at, batch_rows=batch_rows)
    if chosen == "jsonl":
        return open_jsonl(place, encoding=encoding, batch_rows=batch_rows)
    if chosen == "whitespace":
        return open_whitespace(place, columns_hint=columns_hint, encoding=encoding, batch_rows=batch_rows)
    return open_delimited(place, columns_hint=columns_hint, encoding=encoding, header_at=header_at,
                          batch_rows=batch_rows)


def _format(place: Place) -> str:
    head = _head(place)
    if not head.strip():
        raise _refusal(place, "an empty file", "Export it again.")
    if head.startswith(PARQUET):
        return "parquet"
    if head.startswith(OLE):
        return "xlsx"
    if head.startswith(ZIP):
        if not _is_workbook(place):
            found = "an archive inside an archive" if place.member else "a ZIP archive"
            raise _refusal(place, found, "Unpack it and load what is inside.")
        return "xlsx"
    for mark, (found, remedy) in REFUSED.items():
        if head.startswith(mark):
            raise _refusal(place, found, remedy)
    return _text_format(place, head)


def _head(place: Place) -> bytes:
    try:
        with place.open() as file:
            return file.read(HEAD_BYTES)
    except FileNotFoundError:
        raise SourceError(f"{place.path}: no such file.",
                          remedy="Check the path; quote it if it holds spaces.") from None
    except OSError as error:
        raise SourceError(f"{place.path}: cannot be read ({error.strerror}).",
                          remedy="Check that it is a file you may read.") from None


def _is_workbook(place: Place) -> bool:
    """Whether an archive is a workbook; one that is damaged is what its name says."""
    try:
        return archive.is_workbook(place)
    except zipfile.BadZipFile:
        return place.suffix in (".xlsx", ".xlsm", ".xls")


def _text_format(place: Place, head: bytes) -> str:
    if head.startswith(UTF16_MARKS):
        return "csv"
    if b"\0" in head:
        raise _refusal(place, "binary data", "Export the table as XLSX or CSV.")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        return _page_format(place, start.lower())
    if start.startswith(b"[") and place.suffix in JSON_SUFFIXES:
        raise _refusal(place, "one JSON array", "Write one object per line (JSON Lines).")
    if start.startswith(b"{") or place.suffix in JSON_SUFFIXES:
        return "jsonl"
    first = start.split(b"\n", 1)[0]
    spaced = len(first.split()) > 1 and not any(mark in head for mark in (b",", b";", b"\t"))
    return "whitespace" if spaced else "csv"


def _page_format(place: Place, start: bytes) -> str:
    """A web page with a table, as many a system names XLS; no other XML."""
    if b"<table" in start or start.startswith((b"<html", b"<!doctype html")):
        return "html"
    raise _refusal(place, "XML", "Open it in a spreadsheet, save it as XLSX, and load that.")


def _refusal(place: Place, found: str, remedy: str) -> SourceError:
    return SourceError(f"{place.name}: expected CSV, XLSX, XLS, Parquet or JSON Lines, found {found}.", remedy=remedy)
