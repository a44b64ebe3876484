"""Who is who: identifiers seen on one record belong to one consumer, as far as guards and people's decisions allow.

Reads `identifier`, `link_record` and the decisions; writes `link`, `identity`, `consumer` and `review`. A merge
rewrites no fact, so taking a link back restores exactly what was. Consents and erasure are not its business.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from siyu.core.progress import Progress, silent
from siyu.identity import changes, scope, seen
from siyu.identity.components import RETRACTED, Guards, components
from siyu.identity.graph import Graph, column, evidence, link_records, read_graph
from siyu.identity.seen import Seen
from siyu.store.tables import CONSUMER, IDENTITY, LINK, REVIEW
from siyu.store.warehouse import Warehouse
from siyu.store.workspace import Workspace

#: Above this share of all identifiers computing everything is cheaper than picking out the touched part.
WORTH_PICKING = 0.3


@dataclass(frozen=True)
class Resolved:
    """The identity in force: its version, sizes of its tables, links guards refused, consumers this run changed."""

    identity_version: int
    consumers: int
    identifiers: int
    links: int
    refused: int
    changed: int
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """New rows of the three tables; `fresh` marks the identity rows of changed consumers, `parted` says whether any of
    these may have lost an identifier.
    """

    identity: pa.Table
    consumer: pa.Table
    review: pa.Table
    fresh: np.ndarray
    gone: np.ndarray
    consumers_before: np.ndarray
    parted: bool
    version: int


def resolve(workspace: Workspace, *, full: bool = False, progress: Progress | None = None) -> Resolved:
    """Bring the identity up to the committed loads and decisions; computes only what they touch unless `full`.

    Both ways give the same tables. The version rises when a consumer's identifiers change, and only those
    consumers' rows carry it. A run that was cut short is made good by the next one.
    """
    started = time.perf_counter()
    tell = progress or silent
    before, now = seen.last_seen(workspace), seen.there_is(workspace)
    continues = not full and seen.can_continue(workspace, before, now)
    changed = 0
    if not (continues and before == now):
        try:
            changed = _resolve(workspace, before if continues else None, now, tell)
        finally:
            workspace.warehouse.drop_scratch(*scope.SCRATCH)
    return _summary(workspace, changed, time.perf_counter() - started)


def stale(workspace: Workspace) -> bool:
    """Whether loads, decisions or settings have changed since the last resolve."""
    before, now = seen.last_seen(workspace), seen.there_is(workspace)
    return before != now or not seen.can_continue(workspace, before, now)


def _resolve(workspace: Workspace, before: Seen | None, now: Seen, tell: Progress) -> int:
    """Compute and write; the number of consumers that changed."""
    tell("resolve: links", 0.0)
    within = _news(workspace, before, now) if before else None
    seen.mark_resolving(workspace)
    with workspace.warehouse.transaction():
        if before and within is not None:
            scope.refresh_links(workspace, before, now)
        else:
            workspace.warehouse.replace(LINK, evidence(link_records(workspace, now.load_id)))
        tell("resolve: components", 0.2)
        graph = read_graph(workspace, now.load_id, within)
        outcome = _outcome(workspace, graph, within)
        tell("resolve: tables", 0.6)
        _write(workspace.warehouse, outcome, within)
    identifiers = workspace.warehouse.count(IDENTITY)
    seen.mark_seen(workspace, replace(now, identifiers=identifiers), outcome.version, parted=outcome.parted)
    own = column(outcome.identity, "consumer_id") == column(outcome.identity, "identifier_id")  # one row per consumer
    return int((own & outcome.fresh).sum())


def _news(workspace: Workspace, before: Seen, now: Seen) -> ir.Table | None:
    """The identifiers to compute anew; None when they are so many that all is quicker."""
    within = scope.affected(workspace, scope.touched(workspace, before, now))
    return within if workspace.warehouse.count(within) <= WORTH_PICKING * now.identifiers else None


def _outcome(workspace: Workspace, graph: Graph, within: ir.Table | None) -> Outcome:
    settings, warehouse, nodes = workspace.settings, workspace.warehouse, graph.nodes
    guards = Guards(settings["identity.max_component"], tuple(settings["identity.unique"]))
    root, refused = components(nodes, graph.a, graph.b, guards)
    before = changes.standing(warehouse, within)
    fresh, gone = changes.changed(nodes, root, before), changes.gone(nodes, before)
    version = _next_version(workspace, anything=bool(fresh.any()) or len(gone) > 0)
    return Outcome(
        identity=changes.identity_rows(nodes, root, fresh, before, version),
        consumer=changes.consumer_rows(nodes, root),
        review=changes.review_rows(warehouse, nodes, refused, graph.retracted, version),
        fresh=fresh,
        gone=gone,
        consumers_before=before.consumer,
        # of all at once nobody can tell: the tables may be those of a run that was cut short
        parted=within is None or changes.parted(nodes, root, before),
        version=version,
    )


def _next_version(workspace: Workspace, anything: bool) -> int:
    """One more than every version used so far if anything changed; a run cut short may have used one already."""
    identity = workspace.warehouse.table("identity")
    used = workspace.warehouse.row(identity.aggregate(version=identity.identity_version.max()))["version"] or 0
    return max(used, workspace.operations.identity_version) + int(anything)


def _write(warehouse: Warehouse, outcome: Outcome, within: ir.Table | None) -> None:
    if within is None:
        warehouse.replace(IDENTITY, outcome.identity)
        warehouse.replace(CONSUMER, outcome.consumer)
        warehouse.replace(REVIEW, outcome.review)
        return
    identity = outcome.identity.filter(pa.array(outcome.fresh))
    identifiers = np.union1d(column(identity, "identifier_id"), outcome.gone)
    consumers = np.union1d(outcome.consumers_before, column(outcome.consumer, "consumer_id"))
    warehouse.replace_where(IDENTITY, "identifier_id", _keys(warehouse, identifiers), identity)
    warehouse.replace_where(CONSUMER, "consumer_id", _keys(warehouse, consumers), outcome.consumer)
    warehouse.replace_where(REVIEW, "a", within, outcome.review)


def _keys(warehouse: Warehouse, ids: np.ndarray) -> ir.Table:
    return warehouse.scratch("identity_keys", scope.ids_table(ids))


def _summary(workspace: Workspace, changed: int, seconds: float) -> Resolved:
    warehouse = workspace.warehouse
    review = warehouse.table("review")
    return Resolved(
        identity_version=workspace.operations.identity_version,
        consumers=warehouse.count(CONSUMER),
        identifiers=warehouse.count(IDENTITY),
        links=warehouse.count(LINK),
        refused=warehouse.count(review.filter(review.guard != RETRACTED)),
        changed=changed,
        seconds=seconds,
    )
