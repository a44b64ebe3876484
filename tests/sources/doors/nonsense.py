"""What a sender may send that is no message: random documents, and real ones with something wrong in them."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from siyu.core.settings import defaults
from siyu.sources.doors import DOORS
from siyu.sources.doors.message import Message
from siyu.store.inbox import Arrival

TEXTS = st.text(max_size=20) | st.sampled_from(["\0", "\ud83d", "1e999", "-0", "2026-01-01", "paid", "x" * 40_000])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def read(door: str, body: bytes, **more: Any) -> list[Message]:
    """The messages of a body."""
    return list(DOORS[door](Arrival(door, "hook", 1_800_000_000_000_000, body, **more), defaults()))


@st.composite
def spoiled(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """A document in which some values are anything."""
    found = copy.deepcopy(document)
    for _time in range(draw(st.integers(1, 3))):
        _spoil(draw, found)
    return found


def _spoil(draw: st.DrawFn, document: dict[str, Any]) -> None:
    """Put something in the place of one value, at any depth."""
    name = draw(st.sampled_from(sorted(document)))
    inner = document[name][0] if isinstance(document[name], list) and document[name] else document[name]
    if isinstance(inner, dict) and inner and draw(st.booleans()):
        _spoil(draw, inner)
    else:
        document[name] = draw(VALUES)


def is_sound(message: Message) -> bool:
    """Whether a message can be loaded: rows or a reason, every cell a text that a table can hold."""
    texts = [message.text, message.refused, *(c for row in message.rows for c in row.cells.values() if c is not None)]
    for text in texts:
        text.encode()
    cells = [cell for row in message.rows for cell in row.cells.values()]
    return not (message.rows and message.refused) and not any("\0" in cell for cell in cells if cell)
