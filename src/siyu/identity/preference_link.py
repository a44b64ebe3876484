"""Preference links: a signed token with which a person reaches their consents without logging in.

It holds an identifier_id, a purpose and when it expires, no personal data; whoever holds it may change these consents
and see nothing else.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
import struct
from dataclasses import dataclass

from siyu.core.identifiers import Keys
from siyu.core.kinds import PURPOSES
from siyu.core.time import SECOND, instant_of

VERSION = 1
HEAD, MAC_BYTES = struct.Struct(">BQQ"), 16


@dataclass(frozen=True)
class Link:
    """Whose consents a link is about, for which purpose, and until when (seconds since 1970) it works."""

    identifier_id: int
    purpose: str
    until: int

    @staticmethod
    def lasting(identifier_id: int, purpose: str, days: int, now: dt.datetime) -> Link:
        """A link that works for some days from now."""
        return Link(identifier_id, purpose, instant_of(now + dt.timedelta(days)) // SECOND)

    def expired(self, now: dt.datetime) -> bool:
        """Whether it works no more."""
        return instant_of(now) // SECOND > self.until


def token(keys: Keys, link: Link) -> str:
    """The signed text that stands in an address."""
    payload = HEAD.pack(VERSION, link.identifier_id, link.until) + link.purpose.encode()
    return base64.urlsafe_b64encode(payload + _mac(keys, payload)).decode().rstrip("=")


def opened(keys: Keys, text: str) -> Link | None:
    """The link of a token, expired or not; None for one that was not signed here, or was changed."""
    try:
        signed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    payload, mac = signed[:-MAC_BYTES], signed[-MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(keys, payload)) or len(payload) <= HEAD.size:
        return None
    version, identifier_id, until = HEAD.unpack(payload[: HEAD.size])
    purpose = payload[HEAD.size :].decode()
    return Link(identifier_id, purpose, until) if version == VERSION and purpose in PURPOSES else None


def _mac(keys: Keys, payload: bytes) -> bytes:
    """By a key of its own, so that no signature says anything of the keys of identifiers. It outlives cipher keys, for
    links in old messages must keep working.
    """
    return hmac.digest(keys.derived("preference link"), payload, "sha256")[:MAC_BYTES]
