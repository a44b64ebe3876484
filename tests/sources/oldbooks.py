"""Workbooks of before 2007, byte by byte: the few records a sheet of cells needs, in the container they come in."""

from __future__ import annotations

import struct

SECTOR = 512
FREE, END, FAT, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
#: Streams below this lie in a container of their own; longer ones are simpler.
LONG = 4096
BOF, EOF, SHEET, LABEL, NUMBER, PASSWORD = 0x0809, 0x000A, 0x0085, 0x0204, 0x0203, 0x002F


def xls(rows: list[list[str | float]], *, locked: bool = False) -> bytes:
    """An XLS (BIFF8) of one sheet; `locked` marks it as encrypted."""
    sheet = _record(BOF, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            sheet += _cell(y, x, cell)
    sheet += _record(EOF)
    head = _record(BOF, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    head += _record(PASSWORD, struct.pack("<HH", 1, 1) + bytes(48)) if locked else b""
    name = _record(SHEET, struct.pack("<IBBBB", 0, 0, 0, 6, 0) + b"Sheet1")
    start = len(head) + len(name) + len(_record(EOF))
    name = _record(SHEET, struct.pack("<IBBBB", start, 0, 0, 6, 0) + b"Sheet1")
    return container({"Workbook": head + name + _record(EOF) + sheet})


def locked_xlsx() -> bytes:
    """An XLSX with a password, as Excel keeps it: encrypted, in the container of the old format."""
    return container({"EncryptionInfo": bytes(LONG), "EncryptedPackage": bytes(LONG)})


def container(streams: dict[str, bytes]) -> bytes:
    """A compound file (version 3) of long streams."""
    bodies = [body.ljust(max(LONG, -(-len(body) // SECTOR) * SECTOR), b"\0") for body in streams.values()]
    table, starts = [FAT, END], []  # sector 0: the table of sectors; sector 1: the directory
    for body in bodies:
        starts.append(len(table))
        count = len(body) // SECTOR
        table += [*range(len(table) + 1, len(table) + count), END]
    entries = [_entry("Root Entry", 5, END, 0, child=1)]
    for place, (name, start) in enumerate(zip(streams, starts), start=1):
        right = place + 1 if place < len(streams) else NONE
        entries.append(_entry(name, 2, start, len(bodies[place - 1]), right=right))
    directory = b"".join(entries).ljust(SECTOR, b"\0")
    fat = struct.pack(f"<{len(table)}I", *table).ljust(SECTOR, b"\xff")
    assert len(fat) == SECTOR == len(directory), "small books only"
    return _header() + fat + directory + b"".join(bodies)


def _header() -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, LONG, END, 0, END, 0)
    return head + struct.pack("<I", 0) + b"\xff" * (SECTOR - len(head) - 4)


def _entry(name: str, kind: int, start: int, size: int, *, child: int = NONE, right: int = NONE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return text.ljust(64, b"\0") + struct.pack("<HBBIII36xIQ", len(text), kind, 1, NONE, right, child, start, size)


def _cell(y: int, x: int, cell: str | float) -> bytes:
    if isinstance(cell, str):
        text = cell.encode("utf-16-le")
        return _record(LABEL, struct.pack("<HHHHB", y, x, 0, len(text) // 2, 1) + text)
    return _record(NUMBER, struct.pack("<HHHd", y, x, 0, cell))


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body
