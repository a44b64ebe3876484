"""What the ledger says of one consumer: rows with their proof, and what they come to for each purpose and channel."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ibis import _

from siyu.core.time import instant_of
from siyu.identity.asked import Asked, asked
from siyu.identity.consents import proofs_of, rows_of
from siyu.identity.standing import Consent, Standing, fold
from siyu.store.tables import IDENTIFIER, IDENTITY
from siyu.store.workspace import Workspace


@dataclass(frozen=True)
class ShownConsents:
    """One consumer's ledger, and its standings of now. identifiers: masked, by identifier_id. proofs: what is kept of
    an erased person, found only by who asks with the value.
    """

    identifiers: dict[int, str]
    rows: tuple[Consent, ...]
    standings: tuple[Standing, ...]
    proofs: tuple[Consent, ...]


def show_consents(workspace: Workspace, query: str | int, now: dt.datetime) -> ShownConsents:
    """The ledger of whom a query means. Raises IdentityError for what is neither id nor value."""
    wanted = asked(workspace, query)
    named = _identifiers(workspace, wanted)
    rows = rows_of(workspace.operations, list(named))
    return ShownConsents(named, tuple(rows), tuple(fold(rows, instant_of(now))),
                         tuple(_proofs(workspace, wanted)))  # fmt: skip


def _identifiers(workspace: Workspace, wanted: Asked) -> dict[int, str]:
    """The consumer's identifiers as people may see them; one that no file has brought stands alone."""
    identity = IDENTITY.expr()
    mine = identity.filter(_.identifier_id == wanted.identifier_id).select("consumer_id")
    ids = identity.semi_join(mine, "consumer_id").select("identifier_id")
    rows = workspace.warehouse.rows(IDENTIFIER.expr().semi_join(ids, "identifier_id"))
    named = {row["identifier_id"]: f"{row['namespace']}:{row['masked']}" for row in rows}
    return named or {wanted.identifier_id: wanted.shown}


def _proofs(workspace: Workspace, wanted: Asked) -> list[Consent]:
    if not wanted.namespace:
        return []
    key = workspace.keys.key(wanted.namespace, wanted.value).hex()
    return [Consent(wanted.identifier_id, **row) for row in proofs_of(workspace.operations, [key])]
