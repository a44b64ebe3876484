"""Requests of people for a copy of what is held of them: filed, checked by somebody, carried out. Rows in operations.

The copy itself is made by `subject`; it is handed over and not kept, what stays is its receipt.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from siyu.core.errors import PrivacyError
from siyu.core.identifiers import scrub
from siyu.core.time import instant_of
from siyu.identity.asked import asked
from siyu.privacy import subject
from siyu.privacy.requests import APPROVED, DONE, REJECTED, REQUESTED, Case, due, keys_meant
from siyu.store import audit
from siyu.store.operations import SUBJECT_EXPORT, Operations
from siyu.store.workspace import Workspace

OPEN = (REQUESTED, APPROVED)


@dataclass(frozen=True)
class Export:
    """A request. Instants are microseconds UTC. asked: keyed hashes (hex) by identifier_id; receipt: what was given."""

    export_id: int
    status: str
    requested_at: int
    due_at: int
    checked_at: int | None
    done_at: int | None
    requester: str
    reason: str
    reference: str
    asked: dict[int, str]
    receipt: dict[str, Any]

    def overdue(self, now: dt.datetime) -> bool:
        """Whether it is open after the day it was due."""
        return self.status in OPEN and instant_of(now) > self.due_at


def look(workspace: Workspace, query: str | int, *, actor: str, now: dt.datetime) -> dict[str, Any]:
    """What is held of whom a query means, values masked, for those who answer requests; the audit has it."""
    keys = keys_meant(workspace, asked(workspace, query))
    document = subject.document(workspace, keys, plain=False, now=now)
    with workspace.operations.begin() as connection:
        audit.record(connection, instant_of(now), actor, "export.look", str(min(keys)), subject.counts(document))
    return document


def file(workspace: Workspace, query: str | int, case: Case, *, actor: str, now: dt.datetime) -> Export:
    """File a request for whom a query means. Raises PrivacyError if one is open."""
    wanted = asked(workspace, query)
    keys = keys_meant(workspace, wanted)
    for request in listing(workspace.operations, OPEN):
        if wanted.identifier_id in request.asked:
            raise PrivacyError(f"Request {request.export_id} for {wanted.shown} is open ({request.status}).",
                               remedy="`siyu subject-export list` shows what it waits for.")
    due_at = due(now, workspace.settings["privacy.export_days"], workspace.settings.zone)
    with workspace.operations.begin() as connection:
        export_id = filed(connection, keys, case, at=instant_of(now), due_at=due_at)
        _note(connection, export_id, "export.request", actor, now)
    return get(workspace.operations, export_id)


def filed(connection: sa.Connection, keys: dict[int, str], case: Case, *, at: int, due_at: int) -> int:
    """The number of a request added in the caller's transaction, who writes the audit."""
    row = {"status": REQUESTED, "requested_at": at, "due_at": due_at, "asked": json.dumps(keys), "receipt": "{}",
           "requester": scrub(case.requester), "reason": scrub(case.reason), "reference": scrub(case.reference)}
    return connection.execute(sa.insert(SUBJECT_EXPORT).values(row).returning(SUBJECT_EXPORT.c.export_id)).scalar_one()


def approve(operations: Operations, export_id: int, *, actor: str, now: dt.datetime) -> Export:
    """Whoever asked is the person, or may ask for them. Raises PrivacyError unless it waits for that."""
    return _check(operations, export_id, APPROVED, actor, now)


def reject(operations: Operations, export_id: int, *, actor: str, now: dt.datetime) -> Export:
    """The request is not carried out. Raises PrivacyError unless it waits for the check."""
    return _check(operations, export_id, REJECTED, actor, now)


def run(
    workspace: Workspace, export_id: int, *, actor: str, now: dt.datetime, hand_over: Callable[[dict], None]
) -> Export:
    """Make the copy of an approved request, plain, and have it handed over; the request is done once it is.

    Raises PrivacyError for a request that is not approved.
    """
    request = get(workspace.operations, export_id)
    if request.status != APPROVED:
        raise PrivacyError(f"Request {export_id} is {request.status}; only an approved one is carried out.",
                           remedy=f"`siyu subject-export approve {export_id}`, once whoever asked is checked."
                           if request.status == REQUESTED else "")  # fmt: skip
    document = subject.document(workspace, request.asked, plain=True, now=now)
    receipt = subject.counts(document)
    hand_over({"request": export_id, **document})
    with workspace.operations.begin() as connection:
        done = {"status": DONE, "done_at": instant_of(now), "asked": "{}", "receipt": json.dumps(receipt)}
        connection.execute(sa.update(SUBJECT_EXPORT).where(SUBJECT_EXPORT.c.export_id == export_id).values(done))
        audit.record(connection, instant_of(now), actor, "export.done", str(export_id), receipt)
    return get(workspace.operations, export_id)


def close(connection: sa.Connection, ids: Container[int]) -> None:
    """Open requests of people who are erased are closed, and what they asked for goes, in the caller's transaction."""
    for row in connection.execute(sa.select(SUBJECT_EXPORT).where(SUBJECT_EXPORT.c.status.in_(OPEN))).all():
        if any(int(identifier) in ids for identifier in json.loads(row.asked)):
            mine = SUBJECT_EXPORT.c.export_id == row.export_id
            connection.execute(sa.update(SUBJECT_EXPORT).where(mine).values(status=REJECTED, asked="{}"))


def listing(operations: Operations, statuses: tuple[str, ...] = ()) -> list[Export]:
    """Requests of some statuses, or all, in the order they came."""
    query = sa.select(SUBJECT_EXPORT).order_by(SUBJECT_EXPORT.c.export_id)
    if statuses:
        query = query.where(SUBJECT_EXPORT.c.status.in_(statuses))
    with operations.connect() as connection:
        return [_export(row) for row in connection.execute(query)]


def get(operations: Operations, export_id: int) -> Export:
    """One request. Raises PrivacyError if there is none of that number."""
    with operations.connect() as connection:
        row = connection.execute(sa.select(SUBJECT_EXPORT).where(SUBJECT_EXPORT.c.export_id == export_id)).first()
    if row is None:
        raise PrivacyError(f"There is no request for a copy {export_id}.",
                           remedy="`siyu subject-export list` shows all of them.")
    return _export(row)


def _check(operations: Operations, export_id: int, status: str, actor: str, now: dt.datetime) -> Export:
    waiting = get(operations, export_id)
    mine = SUBJECT_EXPORT.c.export_id == export_id, SUBJECT_EXPORT.c.status == REQUESTED
    checked = sa.update(SUBJECT_EXPORT).where(*mine).values(status=status, checked_at=instant_of(now))
    with operations.begin() as connection:
        if not connection.execute(checked).rowcount:
            raise PrivacyError(f"Request {export_id} is {waiting.status}; only a requested one can be {status}.")
        _note(connection, export_id, f"export.{status}", actor, now)
    return get(operations, export_id)


def _note(connection: sa.Connection, export_id: int, act: str, actor: str, now: dt.datetime) -> None:
    audit.record(connection, instant_of(now), actor, act, str(export_id), {})


def _export(row: sa.Row) -> Export:
    texts = {"asked": {int(k): v for k, v in json.loads(row.asked).items()}, "receipt": json.loads(row.receipt)}
    return Export(**{**row._mapping, **texts})
