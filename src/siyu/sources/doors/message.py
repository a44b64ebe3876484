"""A message that came through a door, the rows of the canonical kinds it becomes, and the rules all doors share.

A door is a folder: a function from an arrival (one request) to its messages. Nothing here knows tables or HTTP.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Callable, Iterator

import msgspec

from siyu.core.kinds import BY_NAME
from siyu.core.settings import Settings
from siyu.core.time import HOUR, ORIGIN, SECOND, instant_of
from siyu.store.inbox import Arrival

#: How far ahead of its arrival a message may say it happened: clocks drift, but nothing happens tomorrow.
AHEAD = HOUR
MILLENNIUM = instant_of(dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
Time = str | int | float | None


class Unreadable(Exception):
    """A message that no row can be made of; its words are the reason that stands in quarantine, without values."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """Cells of one row of a kind, by the canonical names of its columns; texts, as in a file. What is None or not there
    is empty.
    """

    kind: str
    cells: dict[str, str | None]


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message of an arrival. Instants are microseconds UTC.

    key: 63 bits of its sender and id; a second message with it is a duplicate, whatever it says. stated_at: the time it
    states, sent_at: when its sender's clock says it was sent, received_at: our clock. machine: a bot or a link scanner
    sent it, so it counts nowhere. text: the message as it came, landed and never shown. refused: why no row was made.
    asks: what it leaves to be asked for at the other side (asks.py). subject: the document whose whole state it tells
    as of stated_at, for its sender; '' = it tells what happened, which no later message changes.
    """

    key: int
    received_at: int
    text: str
    sent_at: int | None = None
    stated_at: int | None = None
    machine: bool = False
    rows: list[Row] = msgspec.field(default_factory=list)
    refused: str = ""
    asks: tuple[str, ...] = ()
    subject: str = ""


#: What a door does: the messages of one arrival, in order. Nothing in a body may make it raise.
Read = Callable[[Arrival, Settings], Iterator[Message]]


def message_key(source: str, message_id: str) -> int:
    """The key of a message: equal for equal sender and id, on every machine and in every version.

    >>> message_key("site", "m-1") == message_key("site", "m-1") != message_key("app", "m-1")
    True
    """
    digest = hashlib.blake2b(f"{source}\x1f{message_id}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


@functools.lru_cache(maxsize=16_384)  # all messages of a request state one time of sending
def instant(text: Time, zone: dt.tzinfo) -> int | None:
    """A stated time as an instant; None where none is stated. Raises Unreadable for what is no time.

    Takes ISO 8601, without an offset a time of `zone` (the brand's, as in files), and the milliseconds since 1970 that
    some clients send.

    >>> east = dt.timezone(dt.timedelta(hours=8))
    >>> instant("1970-01-01T00:00:01Z", east), instant(1000, east), instant("1970-01-01T08:00:02", east)
    (1000000, 1000000, 2000000)
    """
    if text is None or text == "":
        return None
    try:
        if isinstance(text, (int, float)) and not isinstance(text, bool):
            return instant_of(ORIGIN + dt.timedelta(milliseconds=text))
        moment = dt.datetime.fromisoformat(str(text))
        return instant_of((moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC))
    except (ValueError, OverflowError):  # also an offset that leads out of all calendars
        raise Unreadable("a time that is neither ISO 8601 nor milliseconds since 1970") from None


def occurred(received_at: int, sent_at: int | None, stated_at: int | None) -> int:
    """When it happened on our clock: the stated time, moved by as much as the sender's clock differs from ours.

    The spec of the format: timestamp = receivedAt - (sentAt - originalTimestamp). Raises Unreadable for a time that
    is still to come, and for one before this millennium.

    >>> occurred(received_at=2_000_000_000_000_000, sent_at=1_999_999_999_000_000, stated_at=1_999_999_998_000_000)
    1999999999000000
    """
    at = received_at if stated_at is None else stated_at if sent_at is None else received_at - (sent_at - stated_at)
    if hours := hours_ahead(at, received_at):
        raise Unreadable(f"a time {hours} hours after it arrived")
    if at < MILLENNIUM:
        raise Unreadable("a time before the year 2000")
    return at


def hours_ahead(at: int, received_at: int) -> int:
    """By how many hours a time was still to come when its message arrived; 0 for no more than clocks drift."""
    return (at - received_at) // HOUR if at > received_at + AHEAD else 0


def iso(at: int) -> str:
    """An instant as the cell of a row.

    >>> iso(1_000_000)
    '1970-01-01T00:00:01.000000+00:00'
    """
    seconds, rest = divmod(at, SECOND)
    return f"{_second(seconds)}.{rest:06d}+00:00"


@functools.lru_cache(maxsize=16_384)  # what arrives together happened within minutes
def _second(seconds: int) -> str:
    return (ORIGIN + dt.timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()


def checked(rows: list[Row]) -> list[Row]:
    """The rows, if their cells can stand in a table. Raises Unreadable."""
    for row in rows:
        assert row.kind in BY_NAME, f"unknown kind {row.kind}"
        for name, cell in row.cells.items():
            if cell is not None and "\0" in cell:
                raise Unreadable(f"a NUL character in {name}")
    return rows
