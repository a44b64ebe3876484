"""Relations with the ends that came apart from them: a friend deleted, a group left, by a sender that names no start.

Facts stay as they came. Whoever asks when a relation ended asks here, so that the answer is the same in whatever order,
and however often, starts and ends arrived.
"""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.store.warehouse import Warehouse

#: What an end may say of the relations it ends, beside their type; what it leaves unsaid it does not ask of them.
SAID = ("platform", "store", "touchpoint", "guide", "group")


def ended(warehouse: Warehouse, relations: ir.Table, ends: ir.Table, of: str) -> ir.Table:
    """Relations (columns of their table, perhaps more), each ended by the first end after its start that speaks of it,
    if that comes before its own. ends: facts of relation_ends; of: the column of both that says whose they are.

    An end at the very instant of a start is not that one's: who is taken over is let go and added at once.
    """
    if not warehouse.has_facts("relation_ends"):
        return relations
    first = _first_ends(relations, ends, of)
    joined = relations.left_join(first, "fact_id")
    sooner = joined.end_at.notnull() & (joined.ended_at.isnull() | (joined.end_at < joined.ended_at))
    found = joined.mutate(ended_at=sooner.ifelse(joined.end_at, joined.ended_at),
                          ended_day=sooner.ifelse(joined.end_day, joined.ended_day))  # fmt: skip
    return found.select(*relations.columns)


def _first_ends(relations: ir.Table, ends: ir.Table, of: str) -> ir.Table:
    """fact_id of relations with the first end that speaks of each: end_at, end_day."""
    said = ends.select(of, "relation_type", end_at="ended_at", end_day="ended_day", **{f"end_{n}": n for n in SAID})
    met = relations.join(said, [of, "relation_type"])
    speaks = [met[f"end_{n}"].isnull() | (met[f"end_{n}"] == met[n]) for n in SAID]
    after = met.filter(*speaks, met.end_at > met.started_at)
    return after.group_by("fact_id").aggregate(end_at=after.end_at.min(), end_day=after.end_day.min())
