"""Administrative things as JSON tells them, over HTTP and on the command line alike: times in the brand's zone, ids as
texts, no secrets and no values.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from siyu.api.keys import ApiKey
from siyu.core.time import SECOND, datetime_of
from siyu.identity.preference_link import Link
from siyu.identity.shown_consents import ShownConsents
from siyu.identity.standing import Consent
from siyu.privacy.docket import Request
from siyu.privacy.underway import told
from siyu.store.audit import Act
from siyu.store.hooks import Listed, path_of


def key(one: ApiKey, zone: ZoneInfo) -> dict[str, Any]:
    """A key."""
    return {"id": one.key_id, "name": one.name, "scope": one.scope, "rate": one.rate, "origins": list(one.origins),
            "defaults": one.defaults, "created": _at(one.created_at, zone), "revoked": _at(one.revoked_at, zone)}


def hook(one: Listed, zone: ZoneInfo) -> dict[str, Any]:
    """A hook."""
    return {"name": one.name, "door": one.door, "path": path_of(one.door, one.name), "defaults": one.defaults,
            "created_at": _at(one.created_at, zone), "revoked_at": _at(one.revoked_at, zone)}  # fmt: skip


def erasure(one: Request, zone: ZoneInfo, now: dt.datetime) -> dict[str, Any]:
    """A request to be forgotten."""
    at = ("requested_at", "due_at", "checked_at", "started_at", "done_at")
    return {"request": one.number, "status": one.status, **_case(one, at, zone, now), "receipt": told(one)}


def export(one: Request, zone: ZoneInfo, now: dt.datetime) -> dict[str, Any]:
    """A request for a copy."""
    at = ("requested_at", "due_at", "checked_at", "done_at")
    return {"request": one.number, "status": one.status, **_case(one, at, zone, now)}


def act(one: Act, zone: ZoneInfo) -> dict[str, Any]:
    """A row of the audit."""
    return {"at": _at(one.at, zone), "actor": one.actor, "act": one.act, "subject": one.subject, "detail": one.detail}


def ledger(found: ShownConsents, zone: ZoneInfo) -> dict[str, Any]:
    """One person's consents: rows, what they come to, and what is kept as proof if they were erased."""
    rows, proofs = ([consent(one, zone, found) for one in some] for some in (found.rows, found.proofs))
    standings = [{"purpose": s.purpose, "channel": s.channel, "standing": s.standing,
                  "because": consent(s.because, zone, found)} for s in found.standings]  # fmt: skip
    return {"identifiers": list(found.identifiers.values()), "rows": rows, "standings": standings, "proofs": proofs}


def consent(one: Consent, zone: ZoneInfo, found: ShownConsents | None = None) -> dict[str, Any]:
    """A row of the ledger. found: the ledger it stands in, which names its identifier."""
    named = {} if found is None else {"identifier": found.identifiers.get(one.identifier_id, str(one.identifier_id))}
    return {**asdict(one), "identifier_id": str(one.identifier_id), **named, "occurred_at": _at(one.occurred_at, zone)}


def link(one: Link, path: str, zone: ZoneInfo) -> dict[str, Any]:
    """A preference link by its path."""
    return {"path": path, "expires_at": _at(one.until * SECOND, zone)}


def _case(one: Request, at: tuple[str, ...], zone: ZoneInfo, now: dt.datetime) -> dict[str, Any]:
    times = {name: _at(getattr(one, name), zone) for name in at}
    texts = {name: getattr(one, name) for name in ("requester", "reason", "reference")}
    return {**times, "overdue": one.overdue(now), **texts, "receipt": one.receipt}


def _at(instant: int | None, zone: ZoneInfo) -> str | None:
    return None if instant is None else datetime_of(instant, zone).isoformat(timespec="seconds")
