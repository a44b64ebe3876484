"""Requests to be forgotten: the docket of erasures, and who may not be asked for any more. Nothing is erased here."""

from __future__ import annotations

import datetime as dt

from siyu.core.errors import PrivacyError
from siyu.identity.asked import Asked, asked
from siyu.privacy.docket import Case, Docket, Request
from siyu.privacy.people import keys_meant
from siyu.store.operations import Operations
from siyu.store.schema import ERASURE
from siyu.store.tombstones import erasure_of
from siyu.store.workspace import Workspace

ERASURES = Docket(ERASURE, "erasure", "privacy.erasure_days", "erasure request", "siyu erase list")
approve, reject, listing, get = ERASURES.approve, ERASURES.reject, ERASURES.listing, ERASURES.get


def file(workspace: Workspace, query: str | int, case: Case, *, actor: str, now: dt.datetime) -> Request:
    """File a request for whom a query means. Raises PrivacyError if one is open or the person is erased already."""
    return ERASURES.file(workspace, keys_asked(workspace, query), case, actor=actor, now=now)


def keys_asked(workspace: Workspace, query: str | int) -> dict[int, str]:
    """Keyed hashes, by identifier_id, of whom a query means. Raises PrivacyError as `file` does."""
    wanted = asked(workspace, query)
    keys = keys_meant(workspace, wanted)
    ERASURES.refuse_open(workspace.operations, wanted)
    _refuse_erased(workspace.operations, wanted, keys)
    return keys


def _refuse_erased(operations: Operations, wanted: Asked, keys: dict[int, str]) -> None:
    with operations.connect() as connection:
        erased = erasure_of(connection, keys)
    if erased is not None:
        raise PrivacyError(f"{wanted.shown} is erased already (request {erased}).",
                           remedy=f"`siyu erase show {erased}` prints the receipt.")  # fmt: skip
