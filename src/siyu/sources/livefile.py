"""Messages as a source file: one row per row that a door made of them, and the mapping that turns these into kinds.

Every row says its kind; the first row of a message carries the message itself and its clocks, so that landed rows hold
all that came. A message without a row stands as a row of no kind, counted as filtered, and without its text: no row
would say whose it is when somebody is to be forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from siyu.core.kinds import BY_NAME
from siyu.sources import mappingfile
from siyu.sources.doors.message import Message, Row
from siyu.sources.mapping import Mapping
from siyu.sources.messages import CLOCKS, KEY, MACHINE, SUBJECT
from siyu.sources.readers.place import Place
from siyu.sources.readers.source_file import LINE, SourceFile

#: Columns beside those of kinds.
OF_KIND, TEXT = "of_kind", "message"
OWN = (OF_KIND, KEY, *CLOCKS, MACHINE, SUBJECT, TEXT)
#: The first row stands on line 2, as below the header of a file.
FIRST_LINE = 2


def live_file(path: Path, door: str, messages: Sequence[Message]) -> tuple[SourceFile, Mapping]:
    """The source and the mapping of messages. Refused ones are its bad rows."""
    taken = [message for message in messages if not message.refused]
    refused = [message for message in messages if message.refused]
    columns = _columns([row for message in taken for row in message.rows])
    names = [*OWN, *dict.fromkeys(name for kind in columns.values() for name in kind)]

    def batches(file: SourceFile) -> Iterator[pa.RecordBatch]:
        lines = list(_lines(taken))
        for place, message in enumerate(refused, start=FIRST_LINE + len(lines)):
            file.refuse(place, message.text, message.refused)
        yield _batch(lines, names)

    return SourceFile(Place(path), "live", names, batches), _mapping(door, columns)


def _columns(rows: Sequence[Row]) -> dict[str, list[str]]:
    """The columns of each kind: those it requires, and those that any row fills. Of no rows, those of events."""
    found: dict[str, dict[str, None]] = {}
    for row in rows or [Row("events", {})]:
        kind = found.get(row.kind)
        if kind is None:
            kind = found[row.kind] = {f.name: None for f in BY_NAME[row.kind].fields if f.required}
        kind.update(dict.fromkeys(row.cells))
    return {kind: list(names) for kind, names in sorted(found.items())}


def _lines(messages: Sequence[Message]) -> Iterator[dict[str, str | None]]:
    """A message's rows as cells, the first with the message."""
    for message in messages:
        own = {KEY: str(message.key), SUBJECT: message.subject or None,
               TEXT: message.text if message.rows else None, MACHINE: "true" if message.machine else None}  # fmt: skip
        own |= {name: None if (at := getattr(message, name)) is None else str(at) for name in CLOCKS}
        for row in message.rows or [Row("", {})]:
            yield {OF_KIND: row.kind or None, **row.cells, **own}
            own = {}


def _batch(lines: list[dict[str, str | None]], names: list[str]) -> pa.RecordBatch:
    columns = [pa.array([line.get(name) for line in lines], pa.string()) for name in names]
    numbers = pa.array(range(FIRST_LINE, FIRST_LINE + len(lines)), pa.int64())
    return pa.RecordBatch.from_arrays([*columns, numbers], [*names, LINE])


def _mapping(door: str, columns: dict[str, list[str]]) -> Mapping:
    """A mapping in TOML, kept with the load like that of a file, so that a rebuild reads the landed rows with it."""
    parts = [f"name = {json.dumps(door)}"]
    for kind, names in columns.items():
        parts += ["[[rows]]", f'kind = "{kind}"', f'where = [{{ column = "{OF_KIND}", is = ["{kind}"] }}]',
                  "[rows.columns]"]
        parts += [f"{json.dumps(name)} = {{ from = {json.dumps(name)} }}" for name in names]
    return mappingfile.parse("\n".join(parts), where=door)
