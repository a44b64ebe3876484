"""What a person should look at: refused links, gathered by the people they would merge, and large consumers.

Nothing is changed here; `unlink` decides. Links people took back are listed apart: they are settled.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from ibis import _

from siyu.identity import decisions
from siyu.identity.components import roots
from siyu.identity.decisions import Decision
from siyu.identity.graph import column, refused_links
from siyu.store.warehouse import Warehouse
from siyu.store.workspace import Workspace

#: Consumers with at least this share of identity.max_component are shown as large.
LARGE = 0.5


@dataclass(frozen=True)
class RefusedLink:
    """One refused link, its ends masked."""

    a: int
    b: int
    a_masked: str
    b_masked: str
    guard: str
    reason: str


@dataclass(frozen=True)
class RefusedGroup:
    """Refused links that hang together: how many consumers they would merge, and the identifier most of them name."""

    consumers: int
    refused: int
    guards: dict[str, int]
    hub: int
    hub_namespace: str
    hub_masked: str
    links: tuple[RefusedLink, ...]


@dataclass(frozen=True)
class LargeConsumer:
    """A consumer near the cap."""

    consumer_id: int
    identifiers: int


@dataclass(frozen=True)
class Review:
    """The lists, longest first, each cut at the limit, with how many there are in all."""

    groups: tuple[RefusedGroup, ...]
    groups_total: int
    refused_total: int
    large: tuple[LargeConsumer, ...]
    large_total: int
    retracted: tuple[Decision, ...]
    retracted_total: int


@dataclass(frozen=True)
class _Refused:
    """Refused links as arrays: the group of each, ordered so that a group's links stand together."""

    rows: pa.Table
    group: np.ndarray
    consumers: np.ndarray  # by group

    def of(self, group: int, limit: int | None = None) -> pa.Table:
        start, end = np.searchsorted(self.group, [group, group + 1])
        return self.rows.slice(start, min(end - start, limit) if limit else end - start)


def review(workspace: Workspace, *, limit: int = 20, links_each: int = 5) -> Review:
    """What the last resolve left for people: groups by the people concerned, at most `links_each` links of each."""
    warehouse = workspace.warehouse
    refused = _refused(warehouse)
    by_people = np.lexsort((np.arange(len(refused.consumers)), -refused.consumers))
    large, large_total = _large(workspace, limit)
    taken_back = sorted(decisions.retracted(workspace.operations).values(), key=lambda d: -d.decided_at)
    return Review(
        groups=tuple(_group(warehouse, refused, int(group), links_each) for group in by_people[:limit]),
        groups_total=len(refused.consumers),
        refused_total=len(refused.rows),
        large=large,
        large_total=large_total,
        retracted=tuple(taken_back[:limit]),
        retracted_total=len(taken_back),
    )


def _refused(warehouse: Warehouse) -> _Refused:
    """Refused links with the consumers on both sides, numbered by the groups they form."""
    rows = warehouse.arrow(refused_links(warehouse))
    consumers, ends = np.unique(np.concatenate([column(rows, "one"), column(rows, "other")]), return_inverse=True)
    a, b = ends[: len(rows)], ends[len(rows) :]
    _roots, group, sizes = np.unique(roots(len(consumers), a, b), return_inverse=True, return_counts=True)
    order = np.lexsort((column(rows, "b"), column(rows, "a"), group[a]))
    return _Refused(rows.take(pa.array(order)), group[a][order], sizes)


def _group(warehouse: Warehouse, refused: _Refused, group: int, links_each: int) -> RefusedGroup:
    rows = refused.of(group)
    ends = Counter(np.concatenate([column(rows, "a"), column(rows, "b")]).tolist())
    hub = min(ends, key=lambda identifier: (-ends[identifier], identifier))
    some = refused.of(group, links_each).to_pylist()
    named = _named(warehouse, {hub, *(row[end] for row in some for end in ("a", "b"))})
    return RefusedGroup(
        consumers=int(refused.consumers[group]),
        refused=len(rows),
        guards=dict(Counter(rows.column("guard").to_pylist())),
        hub=hub,
        hub_namespace=named[hub][0],
        hub_masked=named[hub][1],
        links=tuple(
            RefusedLink(r["a"], r["b"], named[r["a"]][1], named[r["b"]][1], r["guard"], r["reason"]) for r in some
        ),
    )


def _named(warehouse: Warehouse, ids: set[int]) -> dict[int, tuple[str, str]]:
    """Namespace and masked value of identifiers."""
    rows = warehouse.rows(warehouse.table("identifier").filter(_.identifier_id.isin(sorted(ids))))
    return {row["identifier_id"]: (row["namespace"], row["masked"]) for row in rows}


def _large(workspace: Workspace, limit: int) -> tuple[tuple[LargeConsumer, ...], int]:
    least = max(2, int(workspace.settings["identity.max_component"] * LARGE))
    found = workspace.warehouse.table("consumer").filter(_.identifiers >= least).select("consumer_id", "identifiers")
    ordered = found.order_by(found.identifiers.desc(), "consumer_id").limit(limit)
    rows = workspace.warehouse.rows(ordered)
    return tuple(LargeConsumer(**row) for row in rows), workspace.warehouse.count(found)
