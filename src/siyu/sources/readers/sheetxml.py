"""What the XML of a workbook's sheets says and calamine does not: how far apart cells lie, and which hold no value
though something stands in them.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator

#: Where a cell says that it stands, and how much of a sheet is looked through at once.
REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,7})([0-9]{1,12})["']""")
#: Columns from the 703rd and from the 79th on, rows from the 100,000th on. Few sheets have the first, or both others.
VERY_WIDE, WIDE = re.compile(rb' r="[A-Za-z]{3,}[0-9]'), re.compile(rb' r="[C-Zc-z][A-Za-z][0-9]')
LONG = re.compile(rb' r="[A-Za-z]{1,3}[0-9]{6}')
#: Where these stand behind the declaration, references may be written otherwise than all spreadsheets write them.
UNUSUAL = (b"='", b"r =", b"r= ", b"\t", b"\n")
DECLARATION = 80
PIECE = 1 << 20
#: More than a cell takes with the longest formula (8,192 characters), however these are written.
SEAM = 1 << 16
#: Where the sheets of a workbook are named, and where their parts lie.
BOOK, PARTS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
SHEET, PART = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>"), re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
#: A cell with an error (its type is e), and one with a formula that nobody calculated: without a value, and no text.
CELL = rb"""<(?:\w+:)?c\s(?=[^>]*\br\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["'])"""
FAULTY = re.compile(CELL + rb"""[^>]*\bt\s*=\s*["']e["']""")
UNCALCULATED = re.compile(CELL + rb"""(?![^>]*\bt\s*=)[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"""
                          rb"""(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>""")  # fmt: skip
#: Both, with what their text has: most sheets have neither, which is told in a tenth of the time.
KINDS = ((FAULTY, (b'"e"', b"'e'")), (UNCALCULATED, (b"<f", b":f")))
#: Columns of cells without a value, by row; both count from 0.
Faults = dict[int, list[int]]


def cells_around(archive: zipfile.ZipFile, sheet: zipfile.ZipInfo) -> int:
    """How many cells the rectangle from the first to the farthest one has; 0 where they do not lie far apart."""
    seen: set[re.Pattern[bytes]] = set()
    for text in _pieces(archive, sheet):
        seen |= {far for far in (VERY_WIDE, WIDE, LONG) if far not in seen and far.search(text)}
        if VERY_WIDE in seen or {WIDE, LONG} <= seen or any(text.find(mark, DECLARATION) >= 0 for mark in UNUSUAL):
            break
    else:
        return 0
    rows = columns = 0
    for text in _pieces(archive, sheet):
        found = REFERENCE.findall(text)
        rows = max([rows, *(int(row) for _, row in found)])
        columns = max([columns, *map(_column, {letters for letters, _ in found})])
    return rows * columns


def _pieces(archive: zipfile.ZipFile, sheet: zipfile.ZipInfo | str) -> Iterator[bytes]:
    """The text of a sheet piece by piece, each with the end of the one before: every cell is whole in one of them."""
    before = b""
    with archive.open(sheet) as file:
        while piece := file.read(PIECE):
            yield before + piece
            before = piece[-SEAM:]


def _column(letters: bytes) -> int:
    """The number of a column: A is 1, XFD 16,384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def faults(archive: zipfile.ZipFile) -> dict[str, Faults]:
    """Cells of each sheet, by its name, that hold an error or a formula nobody has calculated."""
    found = {}
    for name, part in _sheet_parts(archive).items():
        faulty: Faults = defaultdict(list)
        for text in _pieces(archive, part):
            for kind, marks in KINDS:
                for letters, row in kind.findall(text) if any(mark in text for mark in marks) else ():
                    faulty[int(row) - 1].append(_column(letters) - 1)
        if faulty:
            found[name] = dict(faulty)
    return found


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of each sheet by its name."""
    parts = {one.get("Id", ""): one.get("Target", "") for one in _attributes(archive, PARTS, PART)}
    named = ((one.get("name", ""), parts.get(one.get("id", ""), "")) for one in _attributes(archive, BOOK, SHEET))
    there = set(archive.namelist())
    found = {name: target.removeprefix("/") if target.startswith("/") else f"xl/{target}" for name, target in named}
    return {name: part for name, part in found.items() if part in there}


def _attributes(archive: zipfile.ZipFile, part: str, element: re.Pattern[bytes]) -> Iterator[dict[str, str]]:
    """Attributes of the elements of a part, by name without a prefix."""
    text = archive.read(part) if part in archive.namelist() else b""
    for inside in element.findall(text):
        yield {name.rpartition(b":")[2].decode(): html.unescape((one or other).decode("utf-8", "replace"))
               for name, one, other in ATTRIBUTE.findall(inside)}  # fmt: skip
