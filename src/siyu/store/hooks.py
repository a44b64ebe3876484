"""Hooks: addresses that other systems call, each with a door, its secrets (sealed) and what its messages leave unsaid.

There are no default secrets: a hook is made with the secrets that the other side was given, or gave.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from siyu.core.errors import AccessError, did_you_mean
from siyu.core.identifiers import Keys
from siyu.core.time import instant_of
from siyu.store.audit import record
from siyu.store.defaults import mistakes_of_defaults
from siyu.store.operations import Operations
from siyu.store.schema import HOOK

PURPOSE = b"hook"
#: A name stands in an address.
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
#: Characters of the shortest secret that is not guessed.
SECRET_LEAST = 16
#: The length of a WeCom EncodingAESKey: 32 bytes in Base64 without its last "=".
AES_KEY_LENGTH = 43


@dataclass(frozen=True)
class Hook:
    """A hook in force, its secrets open."""

    name: str
    door: str
    secrets: dict[str, str] = field(repr=False)
    defaults: str = "{}"


@dataclass(frozen=True)
class Listed:
    """What may be shown of a hook. Instants are microseconds UTC."""

    name: str
    door: str
    defaults: dict[str, str]
    created_at: int
    revoked_at: int | None


def create(
    operations: Operations, keys: Keys, door: str, name: str, secrets: Mapping[str, str], *, now: dt.datetime,
    defaults: Mapping[str, str] | None = None, actor: str = "cli",
) -> None:  # fmt: skip
    """Make a hook. Raises AccessError with every mistake, or if one of this name is in force."""
    given = dict(defaults or {})
    if mistakes := [*_mistakes(door, name, secrets), *mistakes_of_defaults(given)]:
        raise AccessError("\n".join(mistakes), remedy="Nothing was made; mend it and try again.")
    sealed = keys.seal(json.dumps(dict(secrets)).encode(), PURPOSE)
    row = {"name": name, "door": door, "secret_cipher": sealed, "created_at": instant_of(now),
           "defaults": json.dumps(given, ensure_ascii=False)}  # fmt: skip
    try:
        with operations.begin() as connection:
            connection.execute(sa.insert(HOOK).values(row))
            record(connection, instant_of(now), actor, "hook.create", name, {"door": door})
    except IntegrityError:
        raise AccessError(f"There is a hook '{name}' already.",
                          remedy="`siyu hook revoke` takes it out of force; or choose another name.") from None


def path_of(door: str, name: str) -> str:
    """The path of a hook's address."""
    return f"/hooks/{door}/{name}"


def find(operations: Operations, keys: Keys, door: str, name: str) -> Hook | None:
    """The hook of a door that is in force under a name; None if there is none."""
    query = sa.select(HOOK).where(HOOK.c.door == door, HOOK.c.name == name, HOOK.c.revoked_at.is_(None))
    with operations.connect() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else _opened(row, keys)


def of_door(operations: Operations, keys: Keys, door: str) -> list[Hook]:
    """All hooks of a door in force, by name."""
    query = sa.select(HOOK).where(HOOK.c.door == door, HOOK.c.revoked_at.is_(None)).order_by(HOOK.c.name)
    with operations.connect() as connection:
        return [_opened(row, keys) for row in connection.execute(query)]


def listed(operations: Operations) -> list[Listed]:
    """All hooks, the revoked ones too, in the order they were made."""
    with operations.connect() as connection:
        return [Listed(row.name, row.door, json.loads(row.defaults), row.created_at, row.revoked_at)
                for row in connection.execute(sa.select(HOOK).order_by(HOOK.c.hook_id))]  # fmt: skip


def revoke(operations: Operations, name: str, *, now: dt.datetime, actor: str = "cli") -> None:
    """Take a hook out of force for good: its next call is refused. Raises AccessError if none is in force."""
    in_force = (HOOK.c.name == name) & HOOK.c.revoked_at.is_(None)
    with operations.begin() as connection:
        if not connection.execute(sa.update(HOOK).where(in_force).values(revoked_at=instant_of(now))).rowcount:
            raise AccessError(f"There is no hook '{name}' in force.", remedy="`siyu hook list` shows them.")
        record(connection, instant_of(now), actor, "hook.revoke", name, {})


def _opened(row: sa.Row, keys: Keys) -> Hook:
    return Hook(row.name, row.door, json.loads(keys.open(row.secret_cipher, PURPOSE)), row.defaults)


# -- what a hook needs


@dataclass(frozen=True)
class Part:
    """One thing a hook of some door must know. check: what is wrong with a value, '' if nothing."""

    name: str
    meaning: str
    check: Callable[[str], str]
    secret: bool = True


def _long_enough(value: str) -> str:
    return "" if len(value) >= SECRET_LEAST else f"expected at least {SECRET_LEAST} characters, found {len(value)}"


def _token(value: str) -> str:
    return "" if re.fullmatch(r"[A-Za-z0-9]{3,32}", value) else "expected 3 to 32 letters and digits"


def _aes_key(value: str) -> str:
    try:
        fine = len(value) == AES_KEY_LENGTH and len(base64.b64decode(value + "=", validate=True)) == 32
    except (binascii.Error, ValueError):
        fine = False
    return "" if fine else f"expected the {AES_KEY_LENGTH} characters that WeCom shows, found {len(value)}"


def _corp_id(value: str) -> str:
    return "" if re.fullmatch(r"[A-Za-z0-9_-]{6,64}", value) else "expected an id such as ww1234567890abcdef"


#: What hooks of each door must know.
PARTS: dict[str, tuple[Part, ...]] = {
    "shopify": (Part("secret", "the app's client secret, with which Shopify signs", _long_enough),),
    "signed": (Part("secret", "the secret with which the sender signs", _long_enough),),
    "wecom": (
        Part("corp_id", "the corp id (企业ID)", _corp_id, secret=False),
        Part("token", "Token of the callback (接收消息)", _token),
        Part("encoding_aes_key", "EncodingAESKey of the callback", _aes_key),
        Part("corp_secret", "Secret of the app that may use the customer contact API", _long_enough),
    ),
}  # fmt: skip


def _mistakes(door: str, name: str, secrets: Mapping[str, str]) -> list[str]:
    if door not in PARTS:
        return [f"door: expected one of {', '.join(PARTS)}; found '{door}'.{did_you_mean(door, list(PARTS))}"]
    named = [] if NAME.fullmatch(name) else [f"name: expected small letters, digits, - and _; found '{name}'."]
    wrong = [(part, part.check(secrets.get(part.name, ""))) for part in PARTS[door]]
    return [*named, *(f"{part.name} ({part.meaning}): {mistake}." for part, mistake in wrong if mistake)]
