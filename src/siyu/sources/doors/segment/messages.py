"""An arrival in the Segment format, one message after another. Nothing in a body makes this raise."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

import crawleruseragents
import msgspec

from siyu.core.settings import Settings
from siyu.sources.doors.message import Message, Row, Unreadable, checked, instant, iso, message_key, occurred
from siyu.sources.doors.segment import commerce, events, relations
from siyu.sources.doors.segment.call import TYPES, Body, Call, Defaults, Request
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
#: Browsers that the list of machines takes for the crawler of the same house.
BROWSERS = re.compile(r" SogouMSE\b| SogouMobileBrowser/|,SogouMobileBrowser/")
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
    header = defaults.user_agent or ""
    request = Request(arrival.source, arrival.received_at, defaults, defaults.place(), settings, envelope.context,
                      envelope.sent_at, header.startswith(BROWSER) and is_machine(header))  # fmt: skip
    for place, part in enumerate(envelope.parts(arrival.body)):
        yield _message(part, place, request)


def _message(part: bytes, place: int, request: Request) -> Message:
    text = part.decode("utf-8", "replace")
    try:
        return _read(BODIES.decode(part), text, place, request)
    except Unreadable as error:
        reason = f"found {error}"
    except BROKEN as error:
        reason = _reason(error)
    return Message(message_key(request.source, text), request.received_at, text, refused=reason)


def _read(body: Body, text: str, place: int, request: Request) -> Message:
    zone = request.settings.zone
    sent_at = instant(body.sent_at if body.sent_at is not None else request.sent_at, zone)
    stated_at = instant(body.original_timestamp if body.original_timestamp is not None else body.timestamp, zone)
    at = iso(occurred(request.received_at, sent_at, stated_at))
    named = None if body.message_id is None else str(body.message_id)
    key = message_key(request.source, named or _without_id(text, place, stated_at, request))
    context = (request.context if body.context is None else body.context) or {}
    call = Call(body, request, f"{request.source}/{named or key}", at, body.properties or {}, context)
    machine = _is_machine(context.get("userAgent"), request)
    rows = [] if machine else _rows(call)
    if NUL in text:
        checked(rows)
    return Message(key, request.received_at, text, sent_at, stated_at, machine, rows)


def _rows(call: Call) -> list[Row]:
    kind = call.body.type or call.request.defaults.type
    if kind == "track":
        if not call.body.event:
            raise Unreadable("a track call without event")
        return TRACKED.get(call.body.event, events.event)(call)
    if kind not in CALLS:
        raise Unreadable(f"a type other than {', '.join(TYPES)}")
    call.body.type = kind
    return CALLS[kind](call)


def _without_id(text: str, place: int, stated_at: int | None, request: Request) -> str:
    """What stands for the id that a message lacks: its content. Without even a time it may well be said twice."""
    return text if stated_at is not None else f"{text}\x1f{request.received_at}\x1f{place}"


def _is_machine(stated: object, request: Request) -> bool:
    """A bot, a crawler or a link scanner, by the user agent it states or that of the request."""
    return is_machine(stated) if isinstance(stated, str) else request.machine


@functools.lru_cache(maxsize=10_000)
def is_machine(user_agent: str) -> bool:
    """Whether a user agent is a known crawler's, bot's or link scanner's."""
    return crawleruseragents.is_crawler(BROWSERS.sub("", user_agent))


def _reason(error: Exception) -> str:
    """Why a message could not be decoded: places and types, no values."""
    if isinstance(error, msgspec.ValidationError):
        return f"expected a message of the format: {error}"[:200]
    return "expected one JSON object, found what is none"
