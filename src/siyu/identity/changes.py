"""New rows of identity, consumer and review, compared with those that stand.

Only consumers whose identifiers changed get a new version.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from siyu.identity.components import RETRACTED, Nodes, Refused
from siyu.identity.decisions import Decision
from siyu.identity.graph import column, places
from siyu.store.sought import sought
from siyu.store.tables import CONSUMER, IDENTITY, REVIEW
from siyu.store.warehouse import Warehouse


@dataclass(frozen=True)
class Standing:
    """The identity rows before this run, ascending by identifier."""

    ids: np.ndarray
    consumer: np.ndarray
    version: np.ndarray


def standing(warehouse: Warehouse, within: ir.Table | None) -> Standing:
    """The identity rows that stand, of all identifiers or of those in `within`."""
    identity = warehouse.table("identity")
    if within is not None:
        identity = identity.semi_join(sought(within, "identifier_id"), "identifier_id")
    rows = warehouse.arrow(identity.order_by("identifier_id"))
    return Standing(*(column(rows, name) for name in ("identifier_id", "consumer_id", "identity_version")))


def changed(nodes: Nodes, root: np.ndarray, before: Standing) -> np.ndarray:
    """Which nodes belong to a consumer whose identifiers are not the same as before."""
    n = len(nodes)
    size = np.bincount(root, minlength=n)
    size_before = np.bincount(places(before.ids, before.consumer), minlength=len(before.ids))
    place = places(before.ids, nodes.ids)
    known = place >= 0
    consumer_before = np.where(known, before.consumer[place] if len(before.ids) else -1, -1)
    same = known & (consumer_before == nodes.ids[root])
    same[same] = size[root[same]] == size_before[places(before.ids, consumer_before[same])]
    differs = np.bincount(root[~same], minlength=n) > 0
    return differs[root]


def gone(nodes: Nodes, before: Standing) -> np.ndarray:
    """Identifiers that had a consumer and are no longer there."""
    return before.ids[places(nodes.ids, before.ids) < 0]


def parted(nodes: Nodes, root: np.ndarray, before: Standing) -> bool:
    """Whether identifiers that were one consumer's are several consumers' now, or are no longer there: what was known
    of a consumer as a whole holds for none of them then.
    """
    own, led = places(nodes.ids, before.ids), places(nodes.ids, before.consumer)
    return bool((own < 0).any() or (root[own] != root[led]).any())


def identity_rows(nodes: Nodes, root: np.ndarray, fresh: np.ndarray, before: Standing, version: int) -> pa.Table:
    """All rows of identity: `version` where the consumer changed, the old one elsewhere."""
    versions = np.full(len(nodes), version, dtype=np.int64)
    versions[~fresh] = before.version[places(before.ids, nodes.ids[~fresh])]
    return pa.table([nodes.ids, nodes.ids[root], versions], schema=IDENTITY.schema)


def consumer_rows(nodes: Nodes, root: np.ndarray) -> pa.Table:
    """One row per consumer."""
    n = len(nodes)
    first = np.flatnonzero(root == np.arange(n))
    has = {name: np.bincount(root[nodes.of(name)], minlength=n)[first] > 0 for name in ("phone", "email")}
    size = np.bincount(root, minlength=n)[first]
    return pa.table([nodes.ids[first], size, has["phone"], has["email"]], schema=CONSUMER.schema)


def review_rows(
    warehouse: Warehouse, nodes: Nodes, refused: Refused, retracted: tuple[Decision, ...], version: int
) -> pa.Table:
    """Refused links and those people took back; one that stood before keeps its version."""
    ends = (nodes.ids[np.array(places, dtype=np.int64)] for places in (refused.a, refused.b))
    a, b = (np.concatenate([end, np.array([getattr(d, name) for d in retracted], dtype=np.int64)])
            for end, name in zip(ends, ("a", "b")))
    guard = [*refused.guard, *(RETRACTED for _ in retracted)]
    reason = [*refused.reason, *(d.reason for d in retracted)]
    names = ["a", "b", "guard", "reason"]
    rows = warehouse.scratch("identity_review", pa.table([pa.array(a), pa.array(b), pa.array(guard, pa.string()),
                                                          pa.array(reason, pa.string())], names=names))
    old = warehouse.table("review").select(*names, stood="identity_version")
    joined = rows.left_join(old, names)
    stamped = joined.select(*names, identity_version=ibis.coalesce(joined.stood, ibis.literal(version, "int64")))
    return warehouse.arrow(stamped.order_by("a", "b")).cast(REVIEW.schema)
