"""The generic signed webhook: HMAC-SHA256 of `timestamp.body`, good for a few minutes, as canonical rows.

X-Siyu-Timestamp: seconds since 1970. X-Siyu-Signature: the HMAC in hexadecimal, `v1=` before it or not; several parted
by commas while a secret is exchanged. Within the window a repetition is told by the message itself.
"""

from __future__ import annotations

import hmac

from siyu.api.refusals import Refusal
from siyu.api.webhooks.receiver import Call
from siyu.core.time import instant_of
from siyu.sources.doors.canonical.messages import body_of
from siyu.sources.doors.message import Unreadable
from siyu.store.hooks import Hook
from siyu.store.inbox import Arrival

DOOR = "canonical"
BODY_BYTES = 2 * 1024**2
#: Seconds by which the sender's clock may differ from ours, either way: after them a call cannot be replayed.
WINDOW_SECONDS = 300
#: Signatures of one call that are looked at.
SIGNATURES_MOST = 4


def arrival_of(hook: Hook, call: Call) -> Arrival:
    """A call as it is kept, if it is signed and holds rows. Raises Refusal."""
    timestamp = _timestamp(call)
    _check_signature(hook, call, timestamp)
    try:
        body = body_of(call.body)
    except Unreadable as error:
        raise Refusal(400, "malformed", f"The body is not as expected: {error}.") from None
    return Arrival(DOOR, hook.name, instant_of(call.now), call.body, len(body.rows), hook.defaults)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What a sender writes into X-Siyu-Signature.

    >>> signature("secret", "1764028800", b"{}")[:16]
    '4bc29738a97130b6'
    """
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, "sha256").hexdigest()


def _timestamp(call: Call) -> str:
    timestamp = call.headers.get("x-siyu-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Refusal(401, "no_timestamp", "X-Siyu-Timestamp: expected seconds since 1970.")
    if abs(call.now.timestamp() - int(timestamp)) > WINDOW_SECONDS:
        raise Refusal(401, "too_old", f"X-Siyu-Timestamp is more than {WINDOW_SECONDS} seconds from now.")
    return timestamp


def _check_signature(hook: Hook, call: Call, timestamp: str) -> None:
    expected = signature(hook.secrets["secret"], timestamp, call.body).encode()
    given = call.headers.get("x-siyu-signature", "").split(",")[:SIGNATURES_MOST]
    found = [one.strip().removeprefix("v1=").lower().encode("utf-8", "replace") for one in given]
    if not any(hmac.compare_digest(expected, one) for one in found):
        raise Refusal(401, "wrong_signature", "X-Siyu-Signature is not the HMAC-SHA256 of this body.")
