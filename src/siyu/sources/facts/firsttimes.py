"""Times that the first telling of a record fixes. A page of thanks that is opened again tells once more that its order
was paid, days later; that moves no money to another day.

Not part of the hashes: what a message states stays what it is.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.core.kinds import Kind
from siyu.store import tables
from siyu.store.formula import formula
from siyu.store.warehouse import Warehouse


def at_first(
    kind: Kind, times: tuple[str, ...], facts: pa.Table, old: np.ndarray, by: np.ndarray, warehouse: Warehouse
) -> pa.Table:
    """Facts of which some replace others (`old`: fact_ids that are superseded, each `by` one of these): some of their
    times are the earliest that they or the others state, and the days of them too.
    """
    if not (times and len(old)):
        return facts
    fields = [field for field in kind.fields if field.name in times]
    names = [name for field in fields for name in (field.column, field.day_column) if name in facts.schema.names]
    replaced = pa.table({"fact_id": old, "by": by})
    told = pa.concat_tables([_kept(kind, old, names, warehouse), facts.select(["fact_id", *names])])
    before = told.join(replaced, "fact_id", join_type="inner").drop_columns("fact_id").rename_columns({"by": "fact_id"})
    each = pa.concat_tables([before.select(told.schema.names), told]).group_by("fact_id")
    first = each.aggregate([(name, "min") for name in names])
    place = pc.index_in(facts["fact_id"], first["fact_id"].combine_chunks())
    for name in names:
        facts = facts.set_column(facts.schema.get_field_index(name), name, first[f"{name}_min"].take(place))
    return facts


def _kept(kind: Kind, fact_ids: np.ndarray, names: list[str], warehouse: Warehouse) -> pa.Table:
    """What the warehouse holds of some facts."""
    asked = warehouse.scratch("facts_replaced", pa.table({"fact_id": fact_ids}))
    found = warehouse.arrow(_of(tables.BY_NAME[kind.name].expr(), asked, *names))
    warehouse.drop_scratch("facts_replaced")
    return found


@formula
def _of(facts: ir.Table, asked: ir.Table, *names: str) -> ir.Table:
    return facts.semi_join(asked, "fact_id").select("fact_id", *names)
