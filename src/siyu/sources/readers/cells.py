"""Cells and headers as spreadsheets leave them: the marks they add are removed, empty cells become null. And the way
back: cells marked so that a spreadsheet leaves them as they are.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.core.identifiers import INVISIBLE
from siyu.sources.readers.source_file import LINE

#: What begins so is computed by some spreadsheet; wide forms in East Asian ones.
COMPUTED = "=+-@＝＋－＠"
#: What protects digits from a spreadsheet: ="0138", '0138. An apostrophe before a letter is a word ('tis) and stays.
FORMULA = r'^="(.*)"$'
APOSTROPHE = rf"^'([0-9?*{re.escape(COMPUTED)}])"
MARKS = ("=", "'")  # what these begin with
#: Of what begins with a digit, what a spreadsheet saves as it reads it: numbers of 15 digits, written the short way.
#: Other numbers lose zeros or digits, times their seconds, and what looks like a day becomes one.
SAVED = re.compile(r"(?=[\d.]{1,16}$)(?!\d{16})(?:0|[1-9]\d*)(?:\.\d*[1-9])?")
BOM = "\ufeff"
#: What goes at both ends of a cell: all that Python and Arrow take for spaces, and marks nobody sees.
BLANK = ("\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B)))
         + "\u2028\u2029\u202f\u205f\u3000" + INVISIBLE)  # fmt: skip
#: Of each byte, whether a cell may begin or end with it and be as it was typed: what is visible of ASCII, no quotes.
STAYS = np.array([0x21 <= byte <= 0x7E and chr(byte) not in "\"'" for byte in range(256)])


def header(cells: list[str]) -> list[str | None]:
    """Column names of a header row; None = a column to leave out (empty at the end).

    A repeated name gets `#2`; an empty name between others gets its place.

    >>> header(["\\ufeff订单号 ", "分销员", "", "\\t分销员", ""])
    ['订单号', '分销员', 'column_3', '分销员#2', None]
    """
    names = [_name(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    seen: dict[str, int] = {}
    named: list[str | None] = []
    for place, name in enumerate(names, start=1):
        name = name or f"column_{place}"
        seen[name] = seen.get(name, 0) + 1
        named.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return named + [None] * (len(cells) - len(named))


def _name(cell: str) -> str:
    text = cell.replace(BOM, "").strip(BLANK)
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[2:-1]
    return " ".join(text.strip("'\"").split())


def clean(column: pa.Array) -> pa.Array:
    """Outer spaces, tabs and marks nobody sees, `="..."` and a protecting apostrophe removed; what is then empty is
    null.
    """
    if not _is_plain(column):
        column = _trimmed(column)
    empty = pc.equal(pc.binary_length(column), 0)
    return pc.if_else(empty, pa.scalar(None, pa.string()), column) if pc.any(empty).as_py() else column


def clean_text(text: str) -> str | None:
    """One cell by itself, as a column of it would be cleaned; None where nothing is left.

    >>> clean_text("\\t'0138 "), clean_text("\\u3000"), clean_text("\\u200b订单")
    ('0138', None, '订单')
    """
    stripped = text.strip(BLANK)
    if not stripped.startswith(MARKS):
        return stripped or None
    return clean(pa.array([stripped], pa.string()))[0].as_py()


def guarded(row: list[str]) -> list[str]:
    """Cells for a file that is opened in a spreadsheet: an apostrophe before what it would compute or change. `clean`
    gives them back.

    >>> guarded(["=1+1", "000123", "6920000000000000123", "2026-06-01 10:00:05", "12.5", "Lin", ""])
    ["'=1+1", "'000123", "'6920000000000000123", "'2026-06-01 10:00:05", '12.5', 'Lin', '']
    """
    return [_guarded(clean_text(cell or "") or "") for cell in row]


def _guarded(cell: str) -> str:
    changed = cell[:1].isdecimal() and cell.isascii() and not SAVED.fullmatch(cell)
    return f"'{cell}" if changed or cell.startswith(tuple(COMPUTED)) else cell


def _is_plain(column: pa.StringArray) -> bool:
    """Whether every cell begins and ends with a character that stays: most columns, told by two bytes of each cell."""
    _, offsets, data = column.buffers()
    if data is None:
        return True
    places = np.frombuffer(offsets, np.int32)[column.offset :][: len(column) + 1].astype(np.intp)
    starts, ends = places[:-1], places[1:]
    filled = starts < ends
    cells = np.frombuffer(data, np.uint8)
    return all(STAYS.take(cells.take(edges)).all() for edges in (starts[filled], ends[filled] - 1))


def _trimmed(column: pa.StringArray) -> pa.StringArray:
    column = pc.utf8_trim(column, BLANK)
    if pc.any(pc.starts_with(column, '="')).as_py():
        column = pc.utf8_trim(pc.replace_substring_regex(column, FORMULA, r"\1"), BLANK)
    if pc.any(pc.starts_with(column, "'")).as_py():
        column = pc.replace_substring_regex(column, APOSTROPHE, r"\1")
    return column


def batch(columns: list[str], cells: list[pa.Array], lines: pa.Array) -> pa.RecordBatch:
    """A batch of cleaned cells with their line numbers, without the rows that have no cell at all."""
    cleaned = [clean(column) for column in cells]
    rows = pa.RecordBatch.from_arrays([*cleaned, lines], names=[*columns, LINE])
    if not cleaned or not all(column.null_count for column in cleaned):
        return rows
    filled = cleaned[0].is_valid()
    for column in cleaned[1:]:
        filled = pc.or_(filled, column.is_valid())
    return rows.filter(filled)
