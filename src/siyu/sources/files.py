"""Reads any file a brand may hand over as batches of text cells; the format is told by the content, then the name.

What the cells mean is left to mappings; which mapping fits, to `recognise`.
"""

from __future__ import annotations

from pathlib import Path

from siyu.core.errors import SourceError
from siyu.sources.readers.delimited import open_delimited
from siyu.sources.readers.jsonl import open_jsonl
from siyu.sources.readers.parquet import open_parquet
from siyu.sources.readers.source_file import BATCH_ROWS, LINE, BadRow, SourceFile
from siyu.sources.readers.whitespace import open_whitespace
from siyu.sources.readers.workbook import open_workbook

__all__ = ["LINE", "SUFFIXES", "BadRow", "SourceFile", "read"]

#: Names of files that `siyu load FOLDER` picks up.
SUFFIXES = (".csv", ".txt", ".tsv", ".parquet", ".xlsx", ".xls", ".jsonl", ".ndjson")
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
#: First bytes of what is not text, and what each is.
PARQUET, ZIP, OLE = b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
REFUSED = {
    b"\x1f\x8b": ("a gzip archive", "Unpack it and load what is inside."),
    b"Rar!": ("a RAR archive", "Unpack it and load what is inside."),
    b"7z\xbc\xaf": ("a 7z archive", "Unpack it and load what is inside."),
    b"%PDF": ("a PDF", "Export the table as XLSX or CSV."),
}
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
HEAD_BYTES = 1 << 16


def read(path: Path | str, *, columns_hint: list[str] | None = None, encoding: str | None = None,
         format: str | None = None, batch_rows: int = BATCH_ROWS) -> SourceFile:
    """Open a file. Raises SourceError that says what was expected, what was found and what to do.

    columns_hint: names of the columns of a file that has no header. encoding: the one to use instead of UTF-8 or
    GB18030 as found. format: csv, whitespace, parquet, xlsx or jsonl instead of the one found.
    """
    path = Path(path)
    chosen = format or _format(path)
    if chosen == "parquet":
        return open_parquet(path, batch_rows=batch_rows)
    if chosen == "xlsx":
        return open_workbook(path, batch_rows=batch_rows)
    if chosen == "jsonl":
        return open_jsonl(path, encoding=encoding, batch_rows=batch_rows)
    opener = open_whitespace if chosen == "whitespace" else open_delimited
    return opener(path, columns_hint=columns_hint, encoding=encoding, batch_rows=batch_rows)


def _format(path: Path) -> str:
    head = _head(path)
    if head.startswith(PARQUET):
        return "parquet"
    if head.startswith(ZIP):
        return _zipped(path, head)
    if head.startswith(OLE):
        return "xlsx"
    for mark, (found, remedy) in REFUSED.items():
        if head.startswith(mark):
            raise _refusal(path, found, remedy)
    return _text_format(path, head)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except FileNotFoundError:
        raise SourceError(f"{path}: no such file.", remedy="Check the path; quote it if it holds spaces.") from None
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}).",
                          remedy="Check that it is a file you may read.") from None
    if not head.strip():
        raise _refusal(path, "an empty file", "Export it again.")
    return head


def _zipped(path: Path, head: bytes) -> str:
    if b"xl/" in head or b"[Content_Types].xml" in head or path.suffix.lower() in (".xlsx", ".xlsm"):
        return "xlsx"
    raise _refusal(path, "a ZIP archive", "Unpack it (the platform shows the password) and load what is inside.")


def _text_format(path: Path, head: bytes) -> str:
    if head.startswith(UTF16_MARKS):
        return "csv"
    if b"\0" in head:
        raise _refusal(path, "binary data", "Export the table as XLSX or CSV.")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        raise _refusal(path, "a web page or XML", "Open it in a spreadsheet, save it as XLSX, and load that.")
    if start.startswith(b"[") and path.suffix.lower() in JSON_SUFFIXES:
        raise _refusal(path, "one JSON array", "Write one object per line (JSON Lines).")
    if start.startswith(b"{") or path.suffix.lower() in JSON_SUFFIXES:
        return "jsonl"
    first = start.split(b"\n", 1)[0]
    spaced = len(first.split()) > 1 and not any(mark in head for mark in (b",", b";", b"\t"))
    return "whitespace" if spaced else "csv"


def _refusal(path: Path, found: str, remedy: str) -> SourceError:
    return SourceError(f"{path.name}: expected CSV, XLSX, Parquet or JSON Lines, found {found}.", remedy=remedy)
