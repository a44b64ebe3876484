"""The ledger of consent: read for some identifiers, added to at once, carried to the warehouse by the next settling.

Operations is the system of record. What is changed here needs no warehouse, so a withdrawal never waits for one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from siyu.core.errors import IdentityError, did_you_mean
from siyu.core.identifiers import scrub
from siyu.core.kinds import CHANNELS, PURPOSES
from siyu.core.time import instant_of
from siyu.identity.grants import keep, load_row
from siyu.identity.standing import GRANT, WITHDRAW, Consent
from siyu.store import audit, declared
from siyu.store.operations import Operations
from siyu.store.schema import CONSENT, CONSENT_CHANGE, CONSENT_PROOF
from siyu.store.tables import fact_id
from siyu.store.tombstones import erasure_of
from siyu.store.workspace import Workspace

#: Columns of both tables of the ledger.
COMMON = ("identifier_id", "purpose", "channel", "action", "occurred_at", "source", "notice_version")
#: Columns of what is kept as proof of an erased person's consents.
PROOF = (*COMMON[1:], "proof")


def rows_of(operations: Operations, ids: Sequence[int]) -> list[Consent]:
    """The ledger's rows of some identifiers, oldest first, those not yet settled included."""
    settled = sa.select(*(CONSENT.c[name] for name in (*COMMON, "proof"))).where(CONSENT.c.identifier_id.in_(ids))
    changed = sa.select(*(CONSENT_CHANGE.c[name] for name in COMMON), sa.cast(sa.null(), sa.Text))
    changed = changed.where(CONSENT_CHANGE.c.identifier_id.in_(ids))
    with operations.connect() as connection:  # one statement: no row is missed, or met twice, while it is settled
        found = [Consent(*row) for row in connection.execute(sa.union_all(settled, changed))]
    return sorted(found, key=lambda row: (row.order, row.purpose, row.channel or "", row.identifier_id))


def proofs_of(operations: Operations, keys: Iterable[str]) -> list[dict[str, Any]]:
    """What is kept as proof under some keyed hashes (hex), of people who were erased: PROOF of each."""
    query = sa.select(*(CONSENT_PROOF.c[name] for name in PROOF)).where(CONSENT_PROOF.c.key_hash.in_(list(keys)))
    with operations.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def change(operations: Operations, consents: Sequence[Consent], *, actor: str, now: dt.datetime) -> None:
    """Add rows to the ledger, all or none; they are in force when this returns, whatever it held of the identifier
    before. Raises IdentityError with every mistake, and for the erased.
    """
    check(consents)
    with operations.begin() as connection:
        refuse_erased(connection, [consent.identifier_id for consent in consents])
        rows = [row for consent in consents for row in _rows(connection, consent)]
        connection.execute(sa.insert(CONSENT_CHANGE), rows)
        for consent in consents:
            _note(connection, consent, actor, now)


def check(consents: Sequence[Consent]) -> None:
    """Raise IdentityError with every mistake in some rows."""
    if mistakes := list(dict.fromkeys(mistake for consent in consents for mistake in _mistakes(consent))):
        raise IdentityError("\n".join(mistakes), remedy="Nothing was recorded; mend it and try again.")


def note(operations: Operations, consent: Consent, *, actor: str, now: dt.datetime) -> None:
    """Write into the audit who recorded a row that came in through a door."""
    with operations.begin() as connection:
        _note(connection, consent, actor, now)


def refuse_erased(connection: sa.Connection, ids: Iterable[int]) -> None:
    """Raise IdentityError if any of some identifiers is an erased person's."""
    if erasure_of(connection, ids) is not None:
        raise IdentityError("This person has been erased: nothing is recorded of them.",
                            remedy="`siyu erase list` shows the requests.")  # fmt: skip


def settle(workspace: Workspace, now: dt.datetime) -> int:
    """Carry what was changed to the warehouse, as one load; how many rows. Cheap when there is nothing."""
    query = sa.select(CONSENT_CHANGE).order_by(CONSENT_CHANGE.c.change_id)
    with workspace.operations.connect() as connection:
        waiting = connection.execute(query).mappings().all()
    if not waiting:
        return 0
    load_id = workspace.operations.begin_load()
    consents = _numbered([dict(row) for row in waiting], load_id)
    load = _load(workspace, load_id, len(waiting), instant_of(now))

    def settled(connection: sa.Connection) -> None:
        """By its id each: another transaction may commit a lower one meanwhile."""
        gone = sa.delete(CONSENT_CHANGE).where(CONSENT_CHANGE.c.change_id == sa.bindparam("settled"))
        connection.execute(gone, [{"settled": row["change_id"]} for row in waiting])

    keep(workspace, consents, load, {}, settled)
    return len(waiting)


def _rows(connection: sa.Connection, consent: Consent) -> Iterable[dict[str, Any]]:
    """The row of a consent, and one more for whatever the ledger dates later and says otherwise, as files do that tell
    what is still to come, or a clock that was ahead: what is said here takes that back as well.
    """
    row = {name: getattr(consent, name) for name in COMMON}
    row |= {"channel": consent.channel or None, "source": scrub(consent.source or "")}
    return [row, *(row | {"occurred_at": at} for at in _taking_back(connection, consent))]


def _taking_back(connection: sa.Connection, consent: Consent) -> list[int]:
    """The instants at which a consent stands once more, so that it is the newer row: at equal times a withdrawal is."""
    columns = ("channel", "action", "occurred_at")
    later = [sa.select(*(table.c[name] for name in columns)).where(
        table.c.identifier_id == consent.identifier_id, table.c.purpose == consent.purpose,
        table.c.occurred_at > consent.occurred_at) for table in (CONSENT, CONSENT_CHANGE)]  # fmt: skip
    after = 0 if consent.action == WITHDRAW else 1
    stand: set[int] = set()
    contrary: set[int] = set()
    for row in connection.execute(sa.union(*later)).mappings():
        channel, action, at = (row[name] for name in columns)
        if action == consent.action and (not channel or channel == consent.channel):
            stand.add(at)
        elif action != consent.action and (not channel or not consent.channel or channel == consent.channel):
            contrary.add(at + after)
    return sorted(contrary - stand)


def _mistakes(consent: Consent) -> Iterable[str]:
    if consent.purpose not in PURPOSES:
        yield f"Unknown purpose '{consent.purpose}'.{did_you_mean(consent.purpose, PURPOSES)}"
    if consent.channel and consent.channel not in CHANNELS:
        yield f"Unknown channel '{consent.channel}'.{did_you_mean(consent.channel, CHANNELS)}"
    if consent.action not in (GRANT, WITHDRAW):
        yield f"Expected grant or withdraw, found '{consent.action}'."
    if not (consent.source or "").strip():
        yield "A consent needs its source: where it was given or withdrawn."
    if consent.action == GRANT and not (consent.notice_version or "").strip():
        yield "A grant needs the version of the notice that was shown."


def _note(connection: sa.Connection, consent: Consent, actor: str, now: dt.datetime) -> None:
    detail = {name: getattr(consent, name) for name in ("purpose", "channel", "source", "notice_version")}
    subject, act = str(consent.identifier_id), f"consent.{consent.action}"
    audit.record(connection, instant_of(now), actor, act, subject, detail)


def _numbered(rows: list[dict], load_id: int) -> pa.Table:
    """The rows with their fact ids (declared.SCHEMA)."""
    ids = fact_id(load_id, np.arange(1, len(rows) + 1))
    return pa.Table.from_pylist([{**row, "fact_id": int(i)} for row, i in zip(rows, ids)], schema=declared.SCHEMA)


def _load(workspace: Workspace, load_id: int, count: int, at: int) -> dict:
    """The row of operations.load; in its options the zone, as every load keeps it."""
    options = json.dumps({"settings": {"brand.zone": workspace.settings["brand.zone"]}, "changes": load_id})
    return load_row(options, load_id, {"read": count, "loaded": count}, at)
