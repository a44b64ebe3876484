"""JSON Lines: one object a line; nested values stay as JSON text. Keys may differ from line to line."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import msgspec
import pyarrow as pa

from siyu.core.errors import SourceError
from siyu.sources.readers import cells
from siyu.sources.readers.encoding import inspect
from siyu.sources.readers.place import Place
from siyu.sources.readers.source_file import BATCH_ROWS, LINE, SourceFile

BATCH_LINES = 65_536  # Python objects take some ten times the room of Arrow cells
DECODER = msgspec.json.Decoder(dict[str, Any])


def open_jsonl(place: Place, *, encoding: str | None = None, batch_rows: int = BATCH_ROWS) -> SourceFile:
    """A JSON Lines file; its columns are the keys of all its lines, in the order they first appear."""
    chosen = inspect(place, encoding).encoding
    columns = _keys(place, chosen)
    if not columns:
        raise SourceError(f"{place.name}: expected one JSON object per line, found none.",
                          remedy='Write each record on its own line: {"order_id": "1", "paid_amount": "9.90"}.')

    def batches(file: SourceFile) -> Iterator[pa.RecordBatch]:
        yield from _batches(file, columns, min(batch_rows, BATCH_LINES))

    names = [name or f"column_{i}" for i, name in enumerate(cells.header(columns), start=1)]
    return SourceFile(place, "jsonl", names, batches, total_bytes=place.size, encoding=chosen)


def _keys(place: Place, encoding: str) -> list[str]:
    keys: dict[str, None] = {}
    with place.text(encoding) as file:
        for line in file:
            record = _record(line)
            if record is not None:
                keys.update(dict.fromkeys(record))
    keys.pop(LINE, None)
    return list(keys)


def _record(line: str) -> dict[str, Any] | None:
    try:
        return DECODER.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None


def _batches(file: SourceFile, keys: list[str], rows: int) -> Iterator[pa.RecordBatch]:
    done = 0
    with file.place.text(file.encoding) as text:
        numbered = enumerate(text, start=1)
        while chunk := list(itertools.islice(numbered, rows)):
            done += sum(len(line) for _, line in chunk)
            file.progress = min(done / max(file.total_bytes, 1), 1.0)
            records = [(number, record) for number, line in chunk
                       if (record := _checked(file, number, line)) is not None]
            columns = [pa.array([_text(record.get(key)) for _, record in records], pa.string()) for key in keys]
            yield cells.batch(file.columns, columns, pa.array([number for number, _ in records], pa.int64()))


def _checked(file: SourceFile, number: int, line: str) -> dict[str, Any] | None:
    record = _record(line)
    if record is None and line.strip():
        file.refuse(number, line.rstrip("\r\n"), "expected one JSON object, found a line that is none")
    return record


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, (int, float)):
        return repr(value)
    return msgspec.json.encode(value).decode()
