"""Rows of one kind in a JSON body: {"kind": "orders", "rows": [{"order_id": ...}], "message_id": "optional"}.

Each row is a message of its own, so that one that makes no sense stops no other. Without a message_id the body itself
is the id: the same body sent again is a repetition.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from siyu.core.errors import did_you_mean
from siyu.core.identifiers import scrub
from siyu.core.kinds import BY_NAME, PAST, Kind
from siyu.core.settings import Settings
from siyu.sources.doors.defaults import Defaults
from siyu.sources.doors.document import cell, object_of, parsed, sound, spelled
from siyu.sources.doors.message import Message, Row, Unreadable, checked, hours_ahead, instant, message_key
from siyu.sources.mappings.mapping import is_identifier
from siyu.sources.mappings.typed import as_iso
from siyu.store.inbox import Arrival

#: Identifier columns: `id.phone`, `inviter.id.unionid`.
NAMESPACE = re.compile(r"([a-z]+\.)?id\.[a-z0-9_]{1,40}")
#: Most rows of one body.
ROWS_MOST = 2_000


@dataclass(frozen=True)
class Body:
    """A body that has the form: its kind, its rows as they came, and the sender's id of it ('' if it gave none)."""

    kind: Kind
    rows: list[Any]
    message_id: str


def body_of(text: bytes) -> Body:
    """The form of a body, its rows unread. Raises Unreadable."""
    document = object_of(parsed(text), "the body")
    kind, rows = document.get("kind"), document.get("rows")
    if not isinstance(kind, str) or kind not in BY_NAME:
        raise Unreadable(f"kind is none of {', '.join(BY_NAME)}")
    if not isinstance(rows, list) or not 1 <= len(rows) <= ROWS_MOST:
        raise Unreadable(f"rows is no list of 1 to {ROWS_MOST} rows")
    return Body(BY_NAME[kind], rows, cell(document.get("message_id"), "message_id") or "")


def messages(arrival: Arrival, settings: Settings) -> Iterator[Message]:
    """A message for each row of the body."""
    try:
        body = body_of(arrival.body)
    except Unreadable as error:
        yield Message(_key(arrival, "", 0), arrival.received_at, _text(arrival.body), refused=str(error))
        return
    defaults = Defaults.of(arrival)
    for place, row in enumerate(body.rows):
        yield _message(arrival, _key(arrival, body.message_id, place), body.kind, row, defaults, settings.zone)


def _message(arrival: Arrival, key: int, kind: Kind, row: Any, defaults: Defaults, zone: dt.tzinfo) -> Message:
    text = _text(arrival.body)
    try:
        text = spelled({"kind": kind.name, "row": row})
        cells = _cells(kind, row)
        _check_times(cells, arrival.received_at, zone)
        rows = checked([defaults.fill(Row(kind.name, cells))])
    except Unreadable as error:
        return Message(key, arrival.received_at, text, refused=str(error))
    return Message(key, arrival.received_at, text, rows=rows)


def _cells(kind: Kind, row: Any) -> dict[str, str | None]:
    """The cells of a row. A column that the kind lacks is refused: left out, it would be lost without a word."""
    found: dict[str, str | None] = {}
    for name, value in object_of(row, "a row").items():
        field = kind.field(name)
        if field is None and not (is_identifier(kind, name) and NAMESPACE.fullmatch(name)):
            guess = did_you_mean(name, [f.name for f in kind.fields])
            raise Unreadable(f"unknown column '{scrub(sound(name))[:40]}' of {kind.name}.{guess}")
        is_json = field is not None and field.type == "json" and isinstance(value, dict | list)
        found[name] = spelled(value) if is_json else cell(value, name)
    return found


def _check_times(cells: dict[str, str | None], received_at: int, zone: dt.tzinfo) -> None:
    """Refuse what is said to have happened after it arrived. What is no time is left to the load, which says so."""
    for name in PAST:
        at = None
        with suppress(Unreadable):  # beyond all calendars
            at = instant(as_iso(cells.get(name) or ""), zone)
        if at is not None and (hours := hours_ahead(at, received_at)):
            raise Unreadable(f"{name} is a time {hours} hours after it arrived")


def _key(arrival: Arrival, message_id: str, place: int) -> int:
    return message_key(arrival.source, f"{message_id or hashlib.sha256(arrival.body).hexdigest()}#{place}")


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
