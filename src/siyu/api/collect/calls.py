"""What a request of the Segment format holds, as far as must be known before it is kept: calls, their number and size.

A call that makes no sense is kept all the same; its door puts it into quarantine with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from siyu.api.refusals import Refusal

#: The limits of the format, in bytes of JSON and in calls.
BODY_BYTES, CALL_BYTES, BATCH_CALLS = 500 * 1024, 32 * 1024, 2500
#: The escapes of strings. Named are halves of surrogate pairs alone: what is left of an emoji that was cut in two.
ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<half>u[dD][89a-fA-F]..)|.)", re.DOTALL)
HALF = rb"\ufffd"
SPACE = b" \t\r\n"


@dataclass(frozen=True)
class Posted:
    """A body that can be kept, the number of its calls, and the write key that stands in it ('' if none)."""

    body: bytes
    calls: int
    write_key: str


class _Batch(msgspec.Struct, rename="camel"):
    batch: list[msgspec.Raw]
    write_key: str | None = None


class _Call(msgspec.Struct, rename="camel"):
    write_key: str | None = None
    batch: msgspec.Raw | None = None


BATCH, CALL = msgspec.json.Decoder(_Batch), msgspec.json.Decoder(_Call)
Shape = TypeVar("Shape", _Batch, _Call)


def read_batch(body: bytes) -> Posted:
    """A batch of calls. Raises Refusal if it is malformed, or if any call is too large or no object."""
    body, found = _decoded(BATCH, body)
    if len(found.batch) > BATCH_CALLS:
        raise Refusal(400, "too_many", f"A batch holds at most {BATCH_CALLS} calls; found {len(found.batch)}.")
    for index, call in enumerate(found.batch):
        _check_call(bytes(call), f"batch[{index}]")
    return Posted(body, len(found.batch), found.write_key or "")


def read_call(body: bytes, type_: str) -> Posted:
    """A single call; its body is kept with its type as the last member, which counts if there are two."""
    _check_call(body.strip(SPACE), "the body")
    body, found = _decoded(CALL, body)
    if found.batch is not None:
        raise Refusal(400, "malformed", "Expected one call, found a batch; batches go to /v1/batch.")
    members = body.rstrip(SPACE)[:-1].rstrip(SPACE)
    comma = b"" if members.endswith(b"{") else b","
    return Posted(members + comma + b'"type":"%b"}' % type_.encode(), 1, found.write_key or "")


def _check_call(call: bytes, where: str) -> None:
    if len(call) > CALL_BYTES:
        raise Refusal(400, "call_too_large", f"{where}: a call holds at most {CALL_BYTES} bytes; found {len(call)}.")
    if not call.startswith(b"{"):
        raise Refusal(400, "malformed", f"{where}: expected an object.")


def _decoded(decoder: msgspec.json.Decoder[Shape], body: bytes) -> tuple[bytes, Shape]:
    """The body and its skeleton; a body with halves of characters is mended first."""
    try:
        body.decode()
        try:
            return body, decoder.decode(body)
        except msgspec.DecodeError:
            body = _mended(body)
            return body, decoder.decode(body)
    except UnicodeDecodeError:
        raise Refusal(400, "malformed", "The body is not UTF-8.") from None
    except RecursionError:
        raise Refusal(400, "malformed", "The body is nested too deep.") from None
    except msgspec.MsgspecError as error:  # it names places, no values
        raise Refusal(400, "malformed", f"The body is not as expected: {error}.") from None


def _mended(body: bytes) -> bytes:
    """The same JSON with a replacement for each half of a character: a cut emoji costs one character, no batch."""
    return ESCAPE.sub(lambda escape: HALF if escape["half"] else escape[0], body)
