"""Undated rows of relations that are open already. Who has no dates cannot say that anything began anew: whichever load
opened the relation, a full list or an export, it goes on.

Rows equal to an undated row of before are known by their key; here are those whose relation was opened with a start.
"""

from __future__ import annotations

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from siyu.core.kinds import RELATIONS
from siyu.sources.facts.openlist import open_at, plain
from siyu.sources.readers.source_file import LINE
from siyu.store.endings import ended
from siyu.store.warehouse import Warehouse

#: What tells relations of one person apart, beside their start.
APART = ("relation_type", "platform", "touchpoint", "group")
ASKED = "undated_asked"


def held(rows: pa.Table, primary: np.ndarray, warehouse: Warehouse, load_id: int, at: int) -> np.ndarray:
    """Which undated relations (rows with LINE, of persons) are open at an instant by a load before one."""
    nothing = pa.nulls(rows.num_rows, pa.string())
    told = {name: (rows[name] if name in rows.column_names else nothing).fill_null("") for name in APART}
    asked = warehouse.scratch(ASKED, pa.table({LINE: rows[LINE], "identifier_id": primary, **told}))
    lasting = _open(warehouse, asked, load_id, at)
    found = warehouse.arrow(asked.semi_join(lasting, ["identifier_id", *APART]).select(LINE))
    warehouse.drop_scratch(ASKED)
    return np.isin(rows[LINE].to_numpy(), found[LINE].to_numpy())


def _open(warehouse: Warehouse, asked: ir.Table, load_id: int, at: int) -> ir.Table:
    """What the persons asked for hold at the instant, nothing stated as ''."""
    relations, ends = (warehouse.in_force(kind).semi_join(asked, "identifier_id")
                       for kind in (RELATIONS.name, "relation_ends"))  # fmt: skip
    known = ended(warehouse, relations.filter(relations.load_id < load_id), ends, "identifier_id")
    return plain(open_at(known, at), APART)
