"""An arrival in the Segment format, one message after another. Nothing in a body makes this raise."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import crawleruseragents
import msgspec

from siyu.core.settings import Settings
from siyu.sources.doors.message import Message, Row, Unreadable, checked, instant, iso, message_key, occurred
from siyu.sources.doors.segment import commerce, events, relations
from siyu.sources.doors.segment.call import TYPES, Body, Call, Defaults
from siyu.sources.doors.segment.vocabulary import FACTS
from siyu.store.inbox import Arrival

CALLS: dict[str, Callable[[Call], list[Row]]] = {
    "page": events.page, "screen": events.page, "identify": events.identify, "group": events.group,
    "alias": events.aliases,
}  # fmt: skip
#: The function of each fact that a track event can be.
TRACKED: dict[str, Callable[[Call], list[Row]]] = {
    name: getattr(commerce, fact.row, None) or getattr(relations, fact.row) for name, fact in FACTS.items()
}
#: A header of this kind is a browser's or of one that passes for it; libraries that call for a shop are no bots.
BROWSER = "Mozilla/"


class Envelope(msgspec.Struct, rename="camel"):
    """Many messages, or one that is the body itself. What stands beside `batch` speaks for all of them."""

    batch: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    context: dict[str, Any] | None = None
    sent_at: str | int | float | None = None

    def parts(self, body: bytes) -> list[bytes]:
        """The messages, each as it came."""
        return [body] if self.batch is msgspec.UNSET else [bytes(part) for part in self.batch]


ENVELOPES, BODIES = msgspec.json.Decoder(Envelope), msgspec.json.Decoder(Body)
DEFAULTS = msgspec.json.Decoder(Defaults)
#: How JSON spells a NUL; as it is, it may not stand there.
NUL = "\\u0000"
#: What decoding can meet in bytes from outside.
BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def messages(arrival: Arrival, settings: Settings) -> Iterator[Message]:
    """The messages of one request, in order."""
    defaults = DEFAULTS.decode(arrival.defaults)
    try:
        envelope = ENVELOPES.decode(arrival.body)
    except BROKEN:
        envelope = Envelope()
    for place, part in enumerate(envelope.parts(arrival.body)):
        yield _message(part, place, envelope, arrival, defaults, settings)


def _message(part: bytes, place: int, envelope: Envelope, arrival: Arrival, defaults: Defaults,
             settings: Settings) -> Message:
    text = part.decode("utf-8", "replace")
    try:
        body = BODIES.decode(part)
        body.context = envelope.context if body.context is None else body.context
        return _read(body, text, place, envelope, arrival, defaults, settings)
    except Unreadable as error:
        reason = f"found {error}"
    except BROKEN as error:
        reason = _reason(error)
    return Message(message_key(arrival.source, text), arrival.received_at, text, refused=reason)


def _read(body: Body, text: str, place: int, envelope: Envelope, arrival: Arrival, defaults: Defaults,
          settings: Settings) -> Message:
    sent_at = instant(body.sent_at if body.sent_at is not None else envelope.sent_at)
    stated = body.original_timestamp if body.original_timestamp is not None else body.timestamp
    stated_at = instant(stated)
    at = occurred(arrival.received_at, sent_at, stated_at)
    named = None if body.message_id is None else str(body.message_id)
    key = message_key(arrival.source, named or _without_id(text, place, stated_at, arrival))
    call = Call(body, defaults, settings, f"{arrival.source}/{named or key}", iso(at))
    machine = _is_machine(call)
    rows = [] if machine else _rows(call)
    if NUL in text:
        checked(rows)
    return Message(key, arrival.received_at, text, sent_at, stated_at, machine, rows)


def _rows(call: Call) -> list[Row]:
    kind = call.body.type or call.defaults.type
    if kind == "track":
        if not call.body.event:
            raise Unreadable("a track call without event")
        return TRACKED.get(call.body.event, events.event)(call)
    if kind not in CALLS:
        raise Unreadable(f"a type other than {', '.join(TYPES)}")
    call.body.type = kind
    return CALLS[kind](call)


def _without_id(text: str, place: int, stated_at: int | None, arrival: Arrival) -> str:
    """What stands for the id that a message lacks: its content. Without even a time it may well be said twice."""
    return text if stated_at is not None else f"{text}\x1f{arrival.received_at}\x1f{place}"


def _is_machine(call: Call) -> bool:
    """A bot, a crawler or a link scanner, by the user agent it states or that of the request."""
    stated = call.context.get("userAgent")
    if isinstance(stated, str):
        return is_machine(stated)
    header = call.defaults.user_agent or ""
    return header.startswith(BROWSER) and is_machine(header)


@functools.lru_cache(maxsize=10_000)
def is_machine(user_agent: str) -> bool:
    """Whether a user agent is a known crawler's, bot's or link scanner's."""
    return crawleruseragents.is_crawler(user_agent)


def _reason(error: Exception) -> str:
    """Why a message could not be decoded: places and types, no values."""
    if isinstance(error, msgspec.ValidationError):
        return f"expected a message of the format: {error}"[:200]
    return "expected one JSON object, found what is none"
