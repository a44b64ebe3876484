"""Who sends: the key a request presents, the web origins it may come from, and how often it may call."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import math
from dataclasses import dataclass

from siyu.api.keys import ApiKey
from siyu.api.refusals import Refusal

SCOPE = "collect"
EXPECTED = ("Expected a write key that is in force: as the user of Basic authentication, as Bearer, or as writeKey in "
            "the body.")  # fmt: skip


def presented(authorization: str | None) -> str | None:
    """The key in an Authorization header (Basic with the key as user, or Bearer); None if there is none in it.

    >>> presented("Basic c2l5dV9jMTo="), presented("Bearer siyu_c1"), presented(None)
    ('siyu_c1', 'siyu_c1', None)
    """
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def check(key: ApiKey | None, origin: str | None) -> ApiKey:
    """The key, if it may collect for a page of this origin (None: no browser sends). Raises Refusal."""
    if key is None:
        raise Refusal(401, "unknown_key", EXPECTED, headers={"WWW-Authenticate": "Bearer"})
    if key.scope != SCOPE:
        raise Refusal(403, "wrong_scope", f"This key is for {key.scope}; expected one for {SCOPE}.")
    if origin is not None and origin not in key.origins:
        raise Refusal(403, "wrong_origin", "This key is not for pages of this origin.")
    return key


@dataclass
class _Bucket:
    """Calls that may be made at once, as of an instant."""

    left: float
    at: dt.datetime


class Rates:
    """A bucket for each key: it holds a second's calls and fills at the key's rate."""

    def __init__(self) -> None:
        self._buckets: dict[int, _Bucket] = {}

    def take(self, key: ApiKey, now: dt.datetime) -> None:
        """Count one call. Raises Refusal (429) with the seconds after which one may be made."""
        if key.rate == 0:
            return
        bucket = self._buckets.setdefault(key.key_id, _Bucket(key.rate, now))
        passed = max(0.0, (now - bucket.at).total_seconds())
        bucket.left, bucket.at = min(float(key.rate), bucket.left + passed * key.rate), now
        if bucket.left < 1:
            wait = max(1, math.ceil((1 - bucket.left) / key.rate))
            raise Refusal(429, "too_often", f"This key may call {key.rate} times a second.", wait)
        bucket.left -= 1
