"""JSON as doors read it: numbers keep their own spelling, texts can stand in a table, nothing raises but Unreadable."""

from __future__ import annotations

import json
from typing import Any

from siyu.sources.doors.message import Unreadable
from siyu.sources.readers.cells import clean_text

#: What may stand in one cell: longer texts are a mistake, or an attack.
CELL_MOST = 32 * 1024


def parsed(body: bytes | str) -> Any:
    """A JSON document; numbers are texts as they were written. Raises Unreadable.

    >>> parsed(b'{"total": 199.90, "id": 820982911946154508}')
    {'total': '199.90', 'id': '820982911946154508'}
    """
    try:
        return json.loads(body, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):  # also UnicodeDecodeError
        raise Unreadable("a body that is no JSON") from None


def spelled(value: Any) -> str:
    """A value as JSON that can stand in a table. Raises Unreadable for what is nested too deep to be written."""
    try:
        return sound(json.dumps(value, ensure_ascii=False))
    except RecursionError:
        raise Unreadable("a body that is nested too deep") from None


def sound(text: str) -> str:
    """A text without halves of characters, which no table can hold.

    >>> sound("cut \\ud83d")
    'cut ?'
    """
    return text.encode("utf-8", "replace").decode()


def cell(value: Any, name: str) -> str | None:
    """A value as the text of a cell, cleaned as in a file; None where nothing is said. Raises Unreadable for lists and
    objects.

    >>> cell(True, "is_test"), cell(" ", "store"), cell(" 7\\t", "quantity")
    ('true', None, '7')
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise Unreadable(f"{name} is neither text, number, true nor false")
    if len(value) > CELL_MOST:
        raise Unreadable(f"{name} has more than {CELL_MOST} characters")
    return clean_text(sound(value))


def object_of(value: Any, what: str) -> dict[str, Any]:
    """A value that must be an object. Raises Unreadable."""
    if not isinstance(value, dict):
        raise Unreadable(f"{what} is no object")
    return value


def objects(value: Any, what: str) -> list[dict[str, Any]]:
    """A value that must be a list of objects, or nothing. Raises Unreadable."""
    if not value and not isinstance(value, str):
        return []
    if not isinstance(value, list):
        raise Unreadable(f"{what} is no list")
    return [object_of(item, what) for item in value]
