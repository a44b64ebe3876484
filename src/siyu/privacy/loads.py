"""What the reports of loads say once facts of theirs are gone: written before they go, so that a crash in between does
not look like lost facts.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import ibis.expr.types as ir
from ibis import _

from siyu.core.kinds import Kind
from siyu.sources.erasing import unname
from siyu.sources.facts.snapshot import CLOSING_LINE
from siyu.store.workspace import Workspace

#: load_id -> kind -> facts
Left = dict[int, dict[str, int]]


def foretell(workspace: Workspace, ids: ir.Table) -> None:
    """Say of every load how many facts it will have without some people's (a column identifier_id)."""
    left: Left = {}
    for kind in unname.personal():
        if not kind.accounting:
            for load_id, facts in _left(workspace, kind, ids).items():
                left.setdefault(load_id, {})[kind.name] = facts
    write(workspace, left)


def write(workspace: Workspace, left: Left) -> None:
    """Say how many facts loads have left, for the kinds that lose any."""
    with workspace.operations.begin() as connection:
        for load_id, kinds in left.items():
            workspace.operations.tell_again(connection, load_id, partial(_without, left=kinds))


def _left(workspace: Workspace, kind: Kind, ids: ir.Table) -> dict[int, int]:
    """Facts of a kind that stay, by load, for the loads that lose any; a list's closings are no rows of its file."""
    facts, gone = unname.table(kind).expr(), unname.mine(kind, ids)
    touched = gone.select("load_id").distinct()
    stay = facts.semi_join(touched, "load_id").anti_join(gone, "fact_id").filter(_.source_ref < CLOSING_LINE)
    counted = stay.group_by("load_id").aggregate(n=stay.count())
    none = {row["load_id"]: 0 for row in workspace.warehouse.rows(touched)}
    return none | {row["load_id"]: row["n"] for row in workspace.warehouse.rows(counted)}


def _without(counts: dict[str, Any], left: dict[str, int]) -> dict[str, Any]:
    """The counts with the facts that are left; loaded, corrected and erased ones together are those that came."""
    for kind, facts in left.items():
        had = counts["kinds"].get(kind, {})
        came = sum(had.get(name, 0) for name in ("loaded", "corrected", "erased"))
        counts["kinds"][kind] = {**had, "loaded": facts, "corrected": 0, "erased": came - facts}
    return counts
