"""The body of a request, read with limits: of size (packed and unpacked), and of time."""

from __future__ import annotations

import asyncio
import zlib
from typing import Any

from litestar import Request

from siyu.api.refusals import Refusal

#: Seconds a body may take to arrive: a phone in a lift needs some, a slow attacker would take all.
BODY_SECONDS = 30.0
#: Window size that makes zlib read gzip and nothing else.
GZIP = 16 + zlib.MAX_WBITS


async def read_body(request: Request[Any, Any, Any], most_bytes: int, seconds: float = BODY_SECONDS) -> bytes:
    """The body, unpacked if it is gzip. Raises Refusal for what is too large, too slow, cut off or packed otherwise."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise Refusal(415, "unknown_encoding", "Content-Encoding: expected gzip or none.")
    try:
        async with asyncio.timeout(seconds):
            body = await _received(request, most_bytes)
    except TimeoutError:
        raise Refusal(408, "too_slow", f"The body did not arrive within {seconds:g} seconds.") from None
    return _unpacked(body, most_bytes) if encoding == "gzip" else body


async def _received(request: Request[Any, Any, Any], most_bytes: int) -> bytes:
    """What is sent, to its end: who is cut off before would take the refusal for a fault of the network."""
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await request.receive()
        if message["type"] != "http.request":
            raise Refusal(400, "cut_off", "The connection ended before the body did.")
        size, more = size + len(message["body"]), message["more_body"]
        if size <= most_bytes:
            chunks.append(message["body"])
    if size > most_bytes:
        raise _too_large(most_bytes)
    return b"".join(chunks)


def _unpacked(body: bytes, most_bytes: int) -> bytes:
    """What gzip holds. No more is unpacked than may be kept, whatever is said to be in it."""
    gzip = zlib.decompressobj(GZIP)
    try:
        plain = gzip.decompress(body, most_bytes + 1)
    except zlib.error:
        raise Refusal(400, "malformed", "The body is not gzip, as its Content-Encoding says.") from None
    if len(plain) > most_bytes:
        raise _too_large(most_bytes)
    if not gzip.eof or gzip.unused_data:
        raise Refusal(400, "malformed", "The body is not one whole gzip member.")
    return plain


def _too_large(most_bytes: int) -> Refusal:
    return Refusal(413, "too_large", f"A body holds at most {most_bytes} bytes; send it in parts.")
