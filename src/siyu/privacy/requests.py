"""Requests to be forgotten: filed, checked by a person, due by a day. Rows in operations; nothing is erased here."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from siyu.core.errors import PrivacyError
from siyu.core.identifiers import PHONE_NAMESPACES, identifier_id, scrub
from siyu.core.time import date_of, day_ends, day_of, instant_of, local_day
from siyu.identity.asked import Asked, asked
from siyu.store import audit
from siyu.store.operations import ERASURE, TOMBSTONE, Operations
from siyu.store.tables import IDENTIFIER
from siyu.store.workspace import Workspace

REQUESTED, APPROVED, REJECTED, ERASING, DONE = "requested", "approved", "rejected", "erasing", "done"
OPEN = (REQUESTED, APPROVED, ERASING)
SATURDAY = 5


@dataclass(frozen=True)
class Request:
    """A request. Instants are microseconds UTC. asked: keyed hashes (hex) by identifier_id; receipt: what was found."""

    erasure_id: int
    status: str
    requested_at: int
    due_at: int
    checked_at: int | None
    started_at: int | None
    done_at: int | None
    requester: str
    reason: str
    reference: str
    asked: dict[int, str]
    receipt: dict[str, Any]

    def overdue(self, now: dt.datetime) -> bool:
        """Whether it is open after the day it was due."""
        return self.status in OPEN and instant_of(now) > self.due_at


@dataclass(frozen=True)
class Case:
    """What a request says of itself: who asked, why, and the number of the case elsewhere. No personal data."""

    requester: str = ""
    reason: str = ""
    reference: str = ""


def file(workspace: Workspace, query: str | int, case: Case, *, actor: str, now: dt.datetime) -> Request:
    """File a request for whom a query means. Raises PrivacyError if one is open or the person is erased already."""
    keys = keys_asked(workspace, query)
    due_at = due(now, workspace.settings["privacy.erasure_days"], workspace.settings.zone)
    row = {"status": REQUESTED, "requested_at": instant_of(now), "due_at": due_at, "asked": _as_json(keys),
           "requester": scrub(case.requester), "reason": scrub(case.reason), "reference": scrub(case.reference),
           "receipt": "{}"}  # fmt: skip
    with workspace.operations.begin() as connection:
        erasure_id = connection.execute(sa.insert(ERASURE).values(row)).inserted_primary_key[0]  # type: ignore[index]
        _note(connection, erasure_id, "erasure.request", actor, now)
    return get(workspace.operations, erasure_id)


def keys_asked(workspace: Workspace, query: str | int) -> dict[int, str]:
    """Keyed hashes, by identifier_id, of whom a query means. Raises PrivacyError as `file` does."""
    wanted = asked(workspace, query)
    keys = keys_meant(workspace, wanted)
    _refuse_known(workspace.operations, wanted, keys)
    return keys


def approve(operations: Operations, erasure_id: int, *, actor: str, now: dt.datetime) -> Request:
    """Whoever asked is who they say and may ask: the next run erases. Raises PrivacyError unless it waits for that."""
    return _check(operations, erasure_id, APPROVED, actor, now)


def reject(operations: Operations, erasure_id: int, *, actor: str, now: dt.datetime) -> Request:
    """The request is not carried out. Raises PrivacyError unless it waits for the check."""
    return _check(operations, erasure_id, REJECTED, actor, now)


def listing(operations: Operations, statuses: tuple[str, ...] = ()) -> list[Request]:
    """Requests of some statuses, or all, in the order they came."""
    query = sa.select(ERASURE).order_by(ERASURE.c.erasure_id)
    if statuses:
        query = query.where(ERASURE.c.status.in_(statuses))
    with operations.connect() as connection:
        return [_request(row) for row in connection.execute(query)]


def get(operations: Operations, erasure_id: int) -> Request:
    """One request. Raises PrivacyError if there is none of that number."""
    with operations.connect() as connection:
        row = connection.execute(sa.select(ERASURE).where(ERASURE.c.erasure_id == erasure_id)).first()
    if row is None:
        raise PrivacyError(f"There is no erasure request {erasure_id}.", remedy="`siyu erase list` shows all of them.")
    return _request(row)


def keys_meant(workspace: Workspace, wanted: Asked) -> dict[int, str]:
    """Keyed hashes of what was asked for: of a value, or of an identifier that is known. Raises PrivacyError."""
    if wanted.namespace:
        return {identifier_id(key): key.hex() for key in keys_of(workspace, wanted.namespace, wanted.value)}
    known = IDENTIFIER.expr()
    rows = workspace.warehouse.rows(known.filter(known.identifier_id == wanted.identifier_id).select("key"))
    if not rows:
        raise PrivacyError(f"Identifier {wanted.shown} has not been seen in any file.",
                           remedy="Ask by value (phone:138...); that works for values never seen, too.")
    return {wanted.identifier_id: rows[0]["key"]}


def keys_of(workspace: Workspace, namespace: str, value: str) -> list[bytes]:
    """The keys under which a normalised value may stand: a phone is somebody's own, or who receives a parcel."""
    names = PHONE_NAMESPACES if namespace in PHONE_NAMESPACES else (namespace,)
    return [workspace.keys.key(name, value) for name in names]


def _refuse_known(operations: Operations, wanted: Asked, keys: dict[int, str]) -> None:
    for request in listing(operations, OPEN):
        if wanted.identifier_id in request.asked:
            raise PrivacyError(f"Request {request.erasure_id} for {wanted.shown} is open ({request.status}).",
                               remedy="`siyu erase list` shows what it waits for.")
    query = sa.select(TOMBSTONE.c.erasure_id).where(TOMBSTONE.c.identifier_id.in_(list(keys)))
    with operations.connect() as connection:
        erased = connection.execute(query).scalars().first()
    if erased is not None:
        raise PrivacyError(f"{wanted.shown} is erased already (request {erased}).",
                           remedy=f"`siyu erase show {erased}` prints the receipt.")


def due(now: dt.datetime, working_days: int, zone: ZoneInfo) -> int:
    """The end of the last of some working days (Monday to Friday) after today."""
    day = date_of(local_day(instant_of(now), zone))
    while working_days:
        day += dt.timedelta(days=1)
        working_days -= day.weekday() < SATURDAY
    return day_ends(day_of(day), zone)


def _check(operations: Operations, erasure_id: int, status: str, actor: str, now: dt.datetime) -> Request:
    waiting = get(operations, erasure_id)
    mine = sa.update(ERASURE).where(ERASURE.c.erasure_id == erasure_id, ERASURE.c.status == REQUESTED)
    with operations.begin() as connection:
        if not connection.execute(mine.values(status=status, checked_at=instant_of(now))).rowcount:
            raise PrivacyError(f"Request {erasure_id} is {waiting.status}; only a requested one can be {status}.")
        _note(connection, erasure_id, f"erasure.{status}", actor, now)
    return get(operations, erasure_id)


def _note(connection: sa.Connection, erasure_id: int, act: str, actor: str, now: dt.datetime) -> None:
    audit.record(connection, instant_of(now), actor, act, str(erasure_id), {})


def _request(row: sa.Row) -> Request:
    texts = {"asked": {int(k): v for k, v in json.loads(row.asked).items()}, "receipt": json.loads(row.receipt)}
    return Request(**{**row._mapping, **texts})


def _as_json(keys: dict[int, str]) -> str:
    return json.dumps({str(identifier): key for identifier, key in keys.items()})
