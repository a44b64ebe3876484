"""Hooks: addresses that other systems call, each with a door, its secrets (sealed) and what its messages leave unsaid.

There are no default secrets: a hook is made with the secrets that the other side was given, or gave.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from siyu.core.errors import AccessError
from siyu.core.identifiers import Keys
from siyu.core.time import instant_of
from siyu.store.audit import record
from siyu.store.defaults import mistakes_of_defaults
from siyu.store.hookparts import mistakes
from siyu.store.operations import Operations
from siyu.store.schema import HOOK

PURPOSE = b"hook"


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
    if wrong := [*mistakes(door, name, secrets), *mistakes_of_defaults(given)]:
        raise AccessError("\n".join(wrong), remedy="Nothing was made; mend it and try again.")
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
