"""Files as they are downloaded: text, workbooks, the web pages that pass for workbooks, archives; by their ending."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import xlsxwriter

Row = Sequence[str | None]
#: The day stamped into archives and workbooks, so that the same rows give the same bytes.
STAMP = dt.datetime(2026, 7, 1)


def pack(path: Path, rows: Iterable[Row], encoding: str) -> None:
    """Write rows (the header among them) as the ending of the name says: .csv, .xlsx, .xls or .zip."""
    path.write_bytes(FORMS[path.suffix](path, rows, encoding))


def _csv(_path: Path, rows: Iterable[Row], encoding: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)


def _xlsx(_path: Path, rows: Iterable[Row], _encoding: str) -> bytes:
    """Every cell as text, as platforms do: a number cell would round long order numbers."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False}) as book:
        book.set_properties({"created": STAMP})
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(place, column, cell)
    return out.getvalue()


def _page(_path: Path, rows: Iterable[Row], encoding: str) -> bytes:
    """A table of a web page under the name of a workbook."""
    lines = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell or '')}</td>" for cell in row) + "</tr>\r\n" for row in rows
    )
    head = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={encoding}"></head><body>'
    return f'{head}<table border="1">\r\n{lines}</table></body></html>'.encode(encoding)


def _zip(path: Path, rows: Iterable[Row], encoding: str) -> bytes:
    """An archive of one CSV, named as the archive is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(path.with_suffix(".csv").name, STAMP.timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, _csv(path, rows, encoding))
    return out.getvalue()


FORMS: dict[str, Callable[[Path, Iterable[Row], str], bytes]] = {
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".xls": _page,
    ".zip": _zip,
}
