"""Messages as a source file: one row per row that a door made of them, and the mapping that turns these into kinds.

Every row says its kind; the first row of a message carries the message itself and its clocks, so that landed rows hold
all that came. A message without a row stands as a row of no kind, counted as filtered, and without its text: no row
would say whose it is when somebody is to be forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from msgspec.structs import replace

from siyu.core.kinds import BY_NAME
from siyu.sources.doors.message import Message, Row
from siyu.sources.landed.messages import CLOCKS, KEY, MACHINE, SUBJECT
from siyu.sources.mappings import mappingfile
from siyu.sources.mappings.mapping import OF_KIND, Mapping
from siyu.sources.readers.place import Place
from siyu.sources.readers.source_file import LINE, SourceFile

#: Columns beside those of kinds.
TEXT = "message"
OWN = (OF_KIND, KEY, *CLOCKS, MACHINE, SUBJECT, TEXT)
#: Stands for a message that became none.
NO_ROW = Row("", {})
#: The first row stands on line 2, as below the header of a file.
FIRST_LINE = 2
#: Times that a later message of a door does not move: calls are dated by when they are made, also when repeated.
FIRST = {("segment", "orders"): ("ordered_at", "paid_at"), ("segment", "refunds"): ("refunded_at",)}
#: Columns of one load: each takes time and memory for all its rows. Nobody has so many namespaces.
MOST_COLUMNS = 400
#: Rows of a batch, or a few more: what is made of them at once in Python.
BATCH_ROWS = 16_384


def live_file(path: Path, door: str, messages: Sequence[Message]) -> tuple[SourceFile, Mapping]:
    """The source and the mapping of messages. Refused ones are its bad rows."""
    messages = list(_bounded(messages))
    taken = [message for message in messages if not message.refused]
    refused = [message for message in messages if message.refused]
    columns = _columns(row for message in taken for row in message.rows)
    names = [*OWN, *dict.fromkeys(name for kind in columns.values() for name in kind)]

    def batches(file: SourceFile) -> Iterator[pa.RecordBatch]:
        line = FIRST_LINE
        for some in _pieces(_rows(taken)):
            yield _batch(some, line, names)
            line += len(some)
        for place, message in enumerate(refused, start=line):
            file.refuse(place, message.text, message.refused)

    return SourceFile(Place(path), "live", names, batches), _mapping(door, columns)


def _bounded(messages: Iterable[Message]) -> Iterator[Message]:
    """The messages; those with whose columns there would be too many are refused."""
    seen: set[str] = set()
    for message in messages:
        if not all(seen.issuperset(row.cells) for row in message.rows):  # of most nothing is new
            names = seen.union(*(row.cells for row in message.rows))
            if len(names) > MOST_COLUMNS:
                reason = f"more columns (namespaces of identifiers) than the {MOST_COLUMNS} that one load takes"
                yield replace(message, rows=[], refused=reason)
                continue
            seen = names
        yield message


def _columns(rows: Iterable[Row]) -> dict[str, list[str]]:
    """The columns of each kind: those it requires, and those that any row fills. Of no rows, those of events."""
    found: dict[str, dict[str, None]] = {}
    for kind, names in dict.fromkeys((row.kind, tuple(row.cells)) for row in rows) or [("events", ())]:
        required = (field.name for field in BY_NAME[kind].fields if field.required)
        found.setdefault(kind, dict.fromkeys(required)).update(dict.fromkeys(names))
    return {kind: list(names) for kind, names in sorted(found.items())}


def _rows(messages: Iterable[Message]) -> Iterator[tuple[Row, Message | None]]:
    """The rows of all messages, the first of each with the message."""
    for message in messages:
        rows = message.rows or [NO_ROW]
        yield rows[0], message
        for row in rows[1:]:
            yield row, None


def _pieces(rows: Iterable[tuple[Row, Message | None]]) -> Iterator[list[tuple[Row, Message | None]]]:
    """The rows in batches, none of which ends within a message."""
    some: list[tuple[Row, Message | None]] = []
    for row, of in rows:
        if of is not None and len(some) >= BATCH_ROWS:
            yield some
            some = []
        some.append((row, of))
    if some:
        yield some


def _batch(rows: list[tuple[Row, Message | None]], line: int, names: list[str]) -> pa.RecordBatch:
    own: dict[str, pa.Array] = {
        OF_KIND: pa.array([row.kind or None for row, _ in rows], pa.string()),
        KEY: pa.array([of and of.key for _, of in rows], pa.int64()).cast(pa.string()),
        MACHINE: pa.array(["true" if of and of.machine else None for _, of in rows], pa.string()),
        SUBJECT: pa.array([of.subject or None if of else None for _, of in rows], pa.string()),
        TEXT: pa.array([of.text if of and of.rows else None for _, of in rows], pa.string()),
    } | {
        name: pa.array([of and getattr(of, name) for _, of in rows], pa.int64()).cast(pa.string()) for name in CLOCKS
    }  # fmt: skip
    cells = [row.cells for row, _ in rows]
    columns = [own[name] if name in own else pa.array([of.get(name) for of in cells], pa.string()) for name in names]
    numbers = pa.array(range(line, line + len(rows)), pa.int64())
    return pa.RecordBatch.from_arrays([*columns, numbers], [*names, LINE])


def _mapping(door: str, columns: dict[str, list[str]]) -> Mapping:
    """A mapping in TOML, kept with the load like that of a file, so that a rebuild reads the landed rows with it.

    What was repeated or is older was left out before: every row says what is so now.
    """
    parts = [f"name = {json.dumps(door)}"]
    for kind, names in columns.items():
        first = [name for name in FIRST.get((door, kind), ()) if name in names]
        parts += ["[[rows]]", f'kind = "{kind}"', "current = true", f"first = {json.dumps(first)}",
                  f'where = [{{ column = "{OF_KIND}", is = ["{kind}"] }}]', "[rows.columns]"]  # fmt: skip
        parts += [f"{json.dumps(name)} = {{ from = {json.dumps(name)} }}" for name in names]
    return mappingfile.parse("\n".join(parts), where=door)
