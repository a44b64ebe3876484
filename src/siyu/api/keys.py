"""Keys of those who call over HTTP: made, verified, listed, revoked. Of a key itself only its hash is kept.

Two keys may have one name: that is how a key is exchanged without its source changing. What a key may do is its scope;
who may see what it leads to is decided by those who take it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from siyu.core.errors import AccessError
from siyu.core.time import instant_of
from siyu.store.audit import record
from siyu.store.defaults import mistakes_of_defaults
from siyu.store.operations import Operations
from siyu.store.schema import API_KEY

SCOPES = ("collect", "read", "admin")
#: More requests a second than any caller makes.
RATE_MOST = 1_000_000
#: Schemes of web origins, with the port that is not written.
WEB = {"http": 80, "https": 443}
#: How long an answer about a key is kept: so long a revoked key may still be taken.
KEPT = dt.timedelta(seconds=5)
#: Answers kept at the most, so that guessing keys fills no memory.
KEPT_MOST = 10_000


@dataclass(frozen=True)
class ApiKey:
    """A key without its secret. name: the source its events carry; rate: requests a second, 0 = any number."""

    key_id: int
    name: str
    scope: str
    defaults: dict[str, str]
    origins: tuple[str, ...]
    rate: int
    created_at: int
    revoked_at: int | None


def create(
    operations: Operations, name: str, scope: str, now: dt.datetime, *, defaults: Mapping[str, str] | None = None,
    origins: Sequence[str] = (), rate: int = 0, actor: str = "cli",
) -> str:  # fmt: skip
    """Make a key and give it back, the only time it is shown. Raises AccessError with every mistake."""
    given = dict(defaults or {})
    spelled = [_origin(text) for text in origins]
    mistakes = [*_mistakes(name, scope, rate), *mistakes_of_defaults(given),
                *(f"origin '{text}' is no web origin such as https://www.brand.cn." for text, origin
                  in zip(origins, spelled) if not origin)]  # fmt: skip
    if mistakes:
        raise AccessError("\n".join(mistakes), remedy="Nothing was made; mend it and try again.")
    text = f"siyu_{scope[0]}{secrets.token_hex(32)}"
    row = {"name": name, "scope": scope, "key_hash": _hash(text), "defaults": json.dumps(given, ensure_ascii=False),
           "origins": json.dumps(spelled), "rate": rate, "created_at": instant_of(now)}  # fmt: skip
    with operations.begin() as connection:
        connection.execute(sa.insert(API_KEY).values(row))
        record(connection, instant_of(now), actor, "key.create", name, {"scope": scope})
    return text


def verify(operations: Operations, text: str, now: dt.datetime) -> ApiKey | None:
    """The key that is in force under this text; None if there is none.

    Its hash is looked up, so that how long the answer takes says nothing about the keys there are.
    """
    in_force = API_KEY.c.revoked_at.is_(None) | (API_KEY.c.revoked_at > instant_of(now))
    query = sa.select(API_KEY).where(API_KEY.c.key_hash == _hash(text), in_force)
    with operations.connect() as connection:
        row = connection.execute(query).one_or_none()
    return _key(row) if row else None


def listed(operations: Operations) -> list[ApiKey]:
    """All keys, the revoked ones too, in the order they were made."""
    with operations.connect() as connection:
        return [_key(row) for row in connection.execute(sa.select(API_KEY).order_by(API_KEY.c.key_id))]


def get(operations: Operations, key_id: int) -> ApiKey:
    """One key. Raises AccessError if there is none with this id."""
    with operations.connect() as connection:
        row = connection.execute(sa.select(API_KEY).where(API_KEY.c.key_id == key_id)).one_or_none()
    if row is None:
        raise AccessError(f"There is no key {key_id}.", remedy="`siyu key list` shows them.")
    return _key(row)


def usual_rate(scope: str) -> int:
    """Requests a second of a key for which none are stated: sites come in bursts, none for them."""
    return 0 if scope == "collect" else 50


def revoke(operations: Operations, key_id: int, now: dt.datetime, *, actor: str = "cli") -> ApiKey:
    """Take a key out of force for good. Raises AccessError if there is none with this id, or none in force."""
    known = get(operations, key_id)
    in_force = (API_KEY.c.key_id == key_id) & API_KEY.c.revoked_at.is_(None)
    with operations.begin() as connection:
        changed = connection.execute(sa.update(API_KEY).where(in_force).values(revoked_at=instant_of(now))).rowcount
        if not changed:
            raise AccessError(f"Key {key_id} ({known.name}) is revoked already.")
        record(connection, instant_of(now), actor, "key.revoke", known.name, {"key_id": key_id})
    return get(operations, key_id)


class Keyring:
    """`verify` with answers kept for a few seconds, and the web origins that any collecting key is for.

    The store is asked in a thread, so that a slow one holds up nobody whose key is known.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._answers: dict[str, tuple[dt.datetime, ApiKey | None]] = {}
        self._origins: tuple[dt.datetime, frozenset[str]] | None = None

    async def verify(self, text: str, now: dt.datetime) -> ApiKey | None:
        """The key in force under this text; None if there is none."""
        digest = _hash(text)
        kept = self._answers.get(digest)
        if kept is None or not _fresh(kept[0], now):
            if len(self._answers) >= KEPT_MOST:
                self._answers.clear()
            kept = self._answers[digest] = now, await asyncio.to_thread(verify, self._operations, text, now)
        return kept[1]

    async def allows(self, origin: str, now: dt.datetime) -> bool:
        """Whether any collecting key in force is for this web origin: all that a preflight can be told."""
        if self._origins is None or not _fresh(self._origins[0], now):
            keys = await asyncio.to_thread(listed, self._operations)
            collecting = [key for key in keys if key.scope == "collect" and key.revoked_at is None]
            self._origins = now, frozenset(origin for key in collecting for origin in key.origins)
        return origin in self._origins[1]


def _fresh(asked: dt.datetime, now: dt.datetime) -> bool:
    """Whether an answer of then still holds; a clock set back makes no answer live longer."""
    return dt.timedelta() <= now - asked < KEPT


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _key(row: sa.Row[Any]) -> ApiKey:
    return ApiKey(row.key_id, row.name, row.scope, json.loads(row.defaults), tuple(json.loads(row.origins)), row.rate,
                  row.created_at, row.revoked_at)  # fmt: skip


def _mistakes(name: str, scope: str, rate: int) -> list[str]:
    return [
        *([] if name.strip() and "\0" not in name else ["name: expected the name of a source such as web or crm."]),
        *([] if scope in SCOPES else [f"scope: expected one of {', '.join(SCOPES)}; found '{scope}'."]),
        *([] if 0 <= rate <= RATE_MOST else [f"rate: expected requests a second, 0 to {RATE_MOST:,}; found {rate}."]),
    ]


def _origin(text: str) -> str:
    """A web origin as browsers write it; '' if it is none.

    >>> _origin("https://WWW.brand.cn:443/"), _origin("https://店.cn"), _origin("www.brand.cn")
    ('https://www.brand.cn', 'https://xn--hxt.cn', '')
    """
    try:
        parts = urlsplit(text.strip().lower())
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return ""
    if parts.scheme not in WEB or not host or parts.username or parts.path.strip("/") or parts.query or parts.fragment:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + ("" if port in (None, WEB[parts.scheme]) else f":{port}")
