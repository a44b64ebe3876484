"""A request of the Segment format taken apart into its messages, each still as it came. The collector asks the same."""

from __future__ import annotations

import json
from typing import Any

import msgspec

Time = str | int | float | None


class Envelope(msgspec.Struct, rename="camel"):
    """Many messages, or one that is the body itself. What stands beside `batch` speaks for all of them."""

    batch: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    context: dict[str, Any] | None = None
    sent_at: Time = None
    write_key: str | None = None

    def parts(self, body: bytes) -> list[bytes]:
        """The messages, in order."""
        return [body] if self.batch is msgspec.UNSET else [bytes(part) for part in self.batch]


DECODER = msgspec.json.Decoder(Envelope)
#: What decoding can meet in bytes from outside.
BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def opened(body: bytes) -> Envelope:
    """The envelope of a body. Raises one of BROKEN for what is no such object.

    A browser may cut an emoji in half, and the strict reader refuses all JSON that holds one half. Then the
    lenient one takes the messages apart, so that only the one that holds it is refused.

    >>> [len(opened(text).parts(text)) for text in (b'{"event":"x"}', b'{"batch":[{"a":"\\\\ud800"},{"a":1}]}')]
    [1, 2]
    """
    try:
        return DECODER.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError as error:
        return _leniently(body, error)


def _leniently(body: bytes, error: msgspec.DecodeError) -> Envelope:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise error from None
    if not isinstance(found, dict) or not isinstance(found.get("batch"), list):
        raise error
    parts = [msgspec.Raw(json.dumps(part).encode()) for part in found["batch"]]
    return Envelope(parts, found.get("context"), found.get("sentAt"), found.get("writeKey"))
