"""Requests of people for a copy of what is held of them: their docket, and how one is carried out.

The copy itself is made by `subject`; it is handed over and not kept, what stays is its receipt.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Container
from typing import Any

import sqlalchemy as sa

from siyu.core.errors import PrivacyError
from siyu.core.time import instant_of
from siyu.identity.asked import asked
from siyu.privacy import subject
from siyu.privacy.docket import APPROVED, DONE, OPEN, REJECTED, REQUESTED, Case, Docket, Request
from siyu.privacy.people import keys_meant
from siyu.store import audit
from siyu.store.schema import SUBJECT_EXPORT
from siyu.store.workspace import Workspace

EXPORTS = Docket(SUBJECT_EXPORT, "export", "privacy.export_days", "request for a copy", "siyu subject-export list")
approve, reject, listing, get = EXPORTS.approve, EXPORTS.reject, EXPORTS.listing, EXPORTS.get


def look(workspace: Workspace, query: str | int, *, actor: str, now: dt.datetime) -> dict[str, Any]:
    """What is held of whom a query means, values masked, for those who answer requests; the audit has it."""
    keys = keys_meant(workspace, asked(workspace, query))
    document = subject.document(workspace, keys, plain=False, now=now)
    with workspace.operations.begin() as connection:
        audit.record(connection, instant_of(now), actor, "export.look", str(min(keys)), subject.counts(document))
    return document


def file(workspace: Workspace, query: str | int, case: Case, *, actor: str, now: dt.datetime) -> Request:
    """File a request for whom a query means. Raises PrivacyError if one is open."""
    wanted = asked(workspace, query)
    keys = keys_meant(workspace, wanted)
    EXPORTS.refuse_open(workspace.operations, wanted)
    return EXPORTS.file(workspace, keys, case, actor=actor, now=now)


def run(
    workspace: Workspace, number: int, *, actor: str, now: dt.datetime, hand_over: Callable[[dict], None]
) -> Request:
    """Make the copy of an approved request, plain, and have it handed over; the request is done once it is.

    Raises PrivacyError for a request that is not approved.
    """
    request = get(workspace.operations, number)
    if request.status != APPROVED:
        raise PrivacyError(f"Request {number} is {request.status}; only an approved one is carried out.",
                           remedy=f"`siyu subject-export approve {number}`, once whoever asked is checked."
                           if request.status == REQUESTED else "")  # fmt: skip
    document = subject.document(workspace, request.asked, plain=True, now=now)
    receipt = subject.counts(document)
    hand_over({"request": number, **document})
    with workspace.operations.begin() as connection:
        EXPORTS.update(connection, number, status=DONE, done_at=instant_of(now), asked="{}",
                       receipt=json.dumps(receipt))  # fmt: skip
        audit.record(connection, instant_of(now), actor, "export.done", str(number), receipt)
    return get(workspace.operations, number)


def close(connection: sa.Connection, ids: Container[int]) -> None:
    """Open requests of people who are erased are closed, and what they asked for goes, in the caller's transaction."""
    waiting = sa.select(EXPORTS.number, SUBJECT_EXPORT.c.asked).where(SUBJECT_EXPORT.c.status.in_(OPEN))
    for number, text in connection.execute(waiting).all():
        if any(int(identifier) in ids for identifier in json.loads(text)):
            EXPORTS.update(connection, number, status=REJECTED, asked="{}")
