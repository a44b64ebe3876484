"""Who a request is about: keyed hashes of what was asked for, all identifiers of its consumer, and whom they shared a
record with.
"""

from __future__ import annotations

from dataclasses import dataclass

from ibis import _

from siyu.core.errors import PrivacyError
from siyu.core.identifiers import PHONE_NAMESPACES, identifier_id
from siyu.identity.asked import Asked
from siyu.sources.identifiers.register import PURPOSE
from siyu.store.tables import IDENTIFIER, LINK_RECORD
from siyu.store.workspace import Workspace


@dataclass(frozen=True)
class Person:
    """One person of a request: keyed hashes (hex) by identifier_id, of every identifier to be erased."""

    erasure_id: int
    keys: dict[int, str]

    @property
    def ids(self) -> list[int]:
        """The identifiers, ascending."""
        return sorted(self.keys)


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


def person(workspace: Workspace, erasure_id: int, asked: dict[int, str]) -> Person:
    """Everybody some identifiers (with their keyed hashes) belong to, by the identity as it stands; with them the same
    phones as receivers of parcels.
    """
    known = _consumers(workspace, list(asked))
    rows = workspace.warehouse.rows(IDENTIFIER.expr().filter(_.identifier_id.isin([*asked, *known])))
    keys = {row["identifier_id"]: row["key"] for row in rows}
    for row in rows:
        if row["namespace"] in PHONE_NAMESPACES:
            value = workspace.keys.open(row["cipher"], PURPOSE).decode()
            keys |= {identifier_id(key): key.hex() for key in keys_of(workspace, row["namespace"], value)}
    return Person(erasure_id, {**asked, **keys})


def spared(workspace: Workspace, ids: list[int]) -> set[tuple[int, int]]:
    """(identifier to be erased, identifier of somebody else) seen on one record: guards or people kept them apart."""
    links = LINK_RECORD.expr().filter(_.a.isin(ids) | _.b.isin(ids)).select("a", "b").distinct()
    pairs = {(row["a"], row["b"]) for row in workspace.warehouse.rows(links)}
    mine = set(ids)
    return {(a, b) for a, b in pairs | {(b, a) for a, b in pairs} if a in mine and b not in mine}


def _consumers(workspace: Workspace, ids: list[int]) -> list[int]:
    """All identifiers of the consumers that some identifiers belong to."""
    identity = workspace.warehouse.table("identity")
    mine = identity.filter(_.identifier_id.isin(ids)).select("consumer_id").distinct()
    return [row["identifier_id"] for row in workspace.warehouse.rows(identity.semi_join(mine, "consumer_id"))]
