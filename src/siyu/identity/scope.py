"""What an incremental resolve computes anew: the components that new links, identifiers and decisions touch."""

from __future__ import annotations

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from ibis import _

from siyu.identity.components import roots
from siyu.identity.decisions import decided_since
from siyu.identity.graph import column, evidence, identifiers, link_records, refused_links
from siyu.identity.seen import Seen
from siyu.store.sought import sought
from siyu.store.tables import LINK
from siyu.store.workspace import Workspace

#: Scratch tables a resolve leaves behind until it ends.
SCRATCH = ("identity_new_pairs", "identity_touched", "identity_hit", "identity_affected", "identity_linked",
           "identity_review", "identity_keys")  # fmt: skip


def refresh_links(workspace: Workspace, before: Seen, now: Seen) -> None:
    """Bring table `link` up to the newest load: the pairs of new records are summed again over all their records."""
    warehouse = workspace.warehouse
    records = link_records(workspace, now.load_id)
    news = records.filter(_.load_id > before.load_id).select("a").distinct()
    fresh = warehouse.scratch("identity_linked", news)  # else all records are put aside, for both to read
    warehouse.replace_where(LINK, "a", fresh, evidence(records.semi_join(sought(fresh, "a"), "a")))


def touched(workspace: Workspace, before: Seen, now: Seen) -> ir.Table:
    """Identifiers that are new, or that a new pair or a new decision names. Ask before `refresh_links`."""
    warehouse = workspace.warehouse
    records, known = link_records(workspace, now.load_id), identifiers(workspace, now.load_id)
    fresh = records.filter(_.load_id > before.load_id)
    pairs = fresh.select("a", "b").distinct().anti_join(warehouse.table("link"), ["a", "b"])
    pairs = warehouse.scratch("identity_new_pairs", pairs)
    decided = [end for pair in decided_since(workspace.operations, before.decision_id) for end in pair]
    unseen = known.filter(_.load_id > before.load_id).select("identifier_id")
    result = warehouse.scratch("identity_touched", unseen)
    warehouse.append_scratch("identity_touched", pairs.select(identifier_id="a"))
    warehouse.append_scratch("identity_touched", pairs.select(identifier_id="b"))
    warehouse.append_scratch("identity_touched", ids_table(np.array(decided, dtype=np.int64)))
    return result


def affected(workspace: Workspace, touched: ir.Table) -> ir.Table:
    """All identifiers of the components that the touched ones are in, refused links counted as links.

    A refused link still decides: when its component changes, it may become acceptable, or displace another.
    """
    warehouse = workspace.warehouse
    identity = warehouse.table("identity")
    known = identity.semi_join(sought(touched, "identifier_id"), "identifier_id")
    hit = column(warehouse.arrow(known.select("consumer_id").distinct()), "consumer_id")
    consumers = warehouse.scratch("identity_hit", ids_table(_with_refused(hit, *_refused_ends(workspace))))
    inside = identity.semi_join(sought(consumers, "identifier_id"), [("consumer_id", "identifier_id")])
    return warehouse.scratch("identity_affected", inside.select("identifier_id").union(touched, distinct=True))


def ids_table(ids: np.ndarray) -> pa.Table:
    """Ids as rows of one column, identifier_id."""
    return pa.table({"identifier_id": pa.array(ids, pa.int64())})


def _refused_ends(workspace: Workspace) -> tuple[np.ndarray, np.ndarray]:
    """The consumers on both sides of every refused link."""
    warehouse = workspace.warehouse
    rows = warehouse.arrow(refused_links(warehouse).select("one", "other").distinct())
    return column(rows, "one"), column(rows, "other")


def _with_refused(hit: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The hit consumers and all that refused links, in any number of steps, connect them with."""
    if not len(one) or not len(hit):
        return hit
    known, ends = np.unique(np.concatenate([one, other]), return_inverse=True)
    root = roots(len(known), ends[: len(one)], ends[len(one) :])
    reached = np.isin(root, root[np.isin(known, hit)])
    return np.union1d(hit, known[reached])
