"""Rows a load could not take: kept encrypted, with line, column, masked value and reason, to be mended and loaded."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from siyu.core.identifiers import Keys
from siyu.core.time import instant_of
from siyu.sources.mappings.transform import Refusal
from siyu.sources.readers.source_file import LINE, BadRow
from siyu.store import audit
from siyu.store.schema import LOAD, QUARANTINE
from siyu.store.workspace import Workspace

PURPOSE = b"quarantine"
ROW = "row"
#: Of the cells of a line, by column, those that may be kept.
MayStay = Callable[[int, dict[str, str]], dict[str, str]]
#: What parts the cells of a line, the likeliest first.
SEPARATORS = (",", "\t", ";", "|")


@dataclass(frozen=True)
class Quarantined:
    """A refusal with the whole row, sealed."""

    refusal: Refusal
    row_cipher: bytes

    def values(self, load_id: int) -> dict[str, Any]:
        """As a row of operations.QUARANTINE."""
        r = self.refusal
        return {"load_id": load_id, "line": r.line, "column_name": r.column, "value_masked": r.value_masked,
                "reason": r.reason, "row_cipher": self.row_cipher}  # fmt: skip


def of_batch(batch: pa.RecordBatch, refusals: list[Refusal], keys: Keys, may_stay: MayStay) -> list[Quarantined]:
    """The refused lines of a batch with those of their cells that may stay; of several refusals of a line the first
    counts.
    """
    if not refusals:
        return []
    by_line = {r.line: r for r in reversed(refusals)}
    wanted = [i for i, line in enumerate(batch[LINE].to_pylist()) if line in by_line]
    rows = batch.take(pa.array(wanted, pa.int64())).to_pylist()
    made = []
    for row in rows:
        line = row.pop(LINE)
        cells = {name: cell for name, cell in row.items() if cell is not None}
        made.append(Quarantined(by_line[line], seal(may_stay(line, cells), keys)))
    return made


def of_bad_rows(rows: Iterable[BadRow], keys: Keys) -> list[Quarantined]:
    """Rows that could not even be read as cells."""
    return [Quarantined(Refusal(r.line, ROW, "***", r.reason), seal({ROW: r.text}, keys)) for r in rows]


def rows(workspace: Workspace, load_id: int | None = None) -> Iterator[dict[str, Any]]:
    """Quarantined rows, opened, for the person who mends them: line, column, reason and `cells`."""
    query = sa.select(QUARANTINE).order_by(QUARANTINE.c.load_id, QUARANTINE.c.line)
    if load_id is not None:
        query = query.where(QUARANTINE.c.load_id == load_id)
    with workspace.operations.connect() as connection:
        for row in connection.execute(query):
            cells = json.loads(workspace.keys.open(row.row_cipher, PURPOSE))
            yield {"load_id": row.load_id, "line": row.line, "column": row.column_name, "reason": row.reason,
                   "cells": cells}  # fmt: skip


def replace(connection: sa.Connection, rows: list[dict[str, Any]], file_hash: str, mapping: str) -> None:
    """Keep the refused rows of a load in place of those that the same file, read by the same mapping, left before. In
    the caller's transaction.
    """
    same = sa.select(LOAD.c.load_id).where(LOAD.c.file_hash == file_hash, LOAD.c.mapping_name == mapping)
    connection.execute(sa.delete(QUARANTINE).where(QUARANTINE.c.load_id.in_(same)))
    if rows:
        connection.execute(sa.insert(QUARANTINE), rows)


def dismiss(workspace: Workspace, load_id: int, *, now: dt.datetime, actor: str) -> int:
    """Take the rows of a load out of the quarantine, which have been mended and loaded or are not wanted; how many."""
    with workspace.operations.begin() as connection:
        gone = connection.execute(sa.delete(QUARANTINE).where(QUARANTINE.c.load_id == load_id)).rowcount
        audit.record(connection, instant_of(now), actor, "quarantine.dismiss", str(load_id), {"rows": gone})
    return gone


def torn(cells: dict[str, Any], columns: list[str]) -> list[str]:
    """The cells of a quarantined row in the order of its file's columns; of a row that could not be read as cells, the
    pieces between its likeliest separators, however many there are; JSON is not taken to pieces.

    >>> torn({"order_id": "o1", "paid_amount": "x"}, ["paid_amount", "store", "order_id"])
    ['x', '', 'o1']
    >>> torn({"row": 'o2,"5,00"'}, ["order_id", "paid_amount", "store"])
    ['o2', '5,00']
    >>> torn({"row": '{"order_id": "o3", '}, ["order_id", "paid_amount", "store"])
    ['{"order_id": "o3", ']
    """
    if set(cells) == {ROW} != set(columns):
        return _pieces(cells[ROW])
    return [cells.get(name, "") for name in columns]


def _pieces(text: str) -> list[str]:
    if text.lstrip().startswith(("{", "[")):
        return [text]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=text.count))
    try:
        return [cell for line in lines for cell in line]
    except csv.Error:  # longer than any cell should be: a quote that nothing closes
        return [text]


def seal(cells: dict[str, Any], keys: Keys) -> bytes:
    """The cells of a row as they stand in quarantine."""
    return keys.seal(json.dumps(cells, ensure_ascii=False).encode(), PURPOSE)
