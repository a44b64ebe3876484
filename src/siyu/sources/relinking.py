"""Links of loads of which records are gone: no more of them than the landed rows that are left show. A record that
names several people goes with whoever is erased of them; what it showed of the others goes too, as in a workspace that
never held it.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.core.kinds import BY_NAME
from siyu.sources.identifiers.persons import Links
from siyu.sources.landed import landing
from siyu.sources.landed.committed import Committed, committed
from siyu.sources.loading.preparation import of_landed
from siyu.sources.mappings.mapping import OUTPUTS
from siyu.sources.readers.source_file import LINE
from siyu.sources.workbench import Workbench
from siyu.store import tables
from siyu.store.tables import LINK_RECORD, fact_id
from siyu.store.warehouse import Warehouse
from siyu.store.workspace import Workspace

#: Scratch table of one load's number.
LOAD = "relinking_load"


def relink(workspace: Workspace) -> None:
    """Once landed rows and facts of the erased are gone: the links of such loads are those that the rows left show. In
    the caller's transaction; safe to run twice.
    """
    for load in committed(workspace.operations):
        several = any(len(BY_NAME[kind].persons) > 1 for kind in load.kinds)
        if several and load.path(workspace).exists() and len(landing.places_of(load.path(workspace), workspace.keys)):
            held = of_load(workspace.warehouse, load.load_id)
            replace(workspace.warehouse, load.load_id, _limited(_shown(workspace, load), held))


def relink_young(workspace: Workspace, load: Committed, before: Mapping[str, int]) -> None:
    """Of the links of a load none that only rows past their time show, and none by more records than those that are
    left; whatever a run that was cut off had taken back of them. In the caller's transaction; safe to run twice.
    """
    held = of_load(workspace.warehouse, load.load_id)
    replace(workspace.warehouse, load.load_id, _limited(held, _shown(workspace, load, before)))


def of_load(warehouse: Warehouse, load_id: int) -> pa.Table:
    """The links of a load, as LINK_RECORD rows."""
    records = LINK_RECORD.expr()
    return warehouse.arrow(records.filter(records.load_id == load_id))


def replace(warehouse: Warehouse, load_id: int, links: pa.Table) -> None:
    """The links of a load are these, in the caller's transaction."""
    mine = warehouse.scratch(LOAD, pa.table({"load_id": pa.array([load_id], pa.int64())}))
    warehouse.replace_where(LINK_RECORD, "load_id", mine, links)
    warehouse.drop_scratch(LOAD)


def _shown(workspace: Workspace, load: Committed, before: Mapping[str, int] | None = None) -> pa.Table:
    """The pairs that the landed rows of a load show, as LINK_RECORD rows; with the limits `before` those of young rows.
    Rows of orders show them though they are no facts: an older export tells who bought, too.
    """
    facts, links = _facts(workspace, load), Links(load.settings(workspace))
    with closing(Workbench()) as workbench:
        preparation = of_landed(workspace, load, workbench, before)
        for batch in landing.batches(load.path(workspace), workspace.keys):
            for place, part in enumerate(preparation.of(batch).parts):
                fact_ids = fact_id(load.load_id, part.rows[LINE].to_numpy() * OUTPUTS + place)
                older = load.outputs[place].kind.name == "orders"
                links.add(part.people, fact_ids, np.isin(fact_ids, facts) | older)
    return links.rows(load.load_id, load.mapping_name, load.loaded_at) or LINK_RECORD.schema.empty_table()


def _limited(links: pa.Table, others: pa.Table) -> pa.Table:
    """The links that stand among others too, by no more records than there."""
    most = others.select(["a", "b", "records"]).rename_columns(["a", "b", "most"])
    both = links.join(most, ["a", "b"], join_type="inner")
    fewer = pc.min_element_wise(both["records"], both["most"])
    limited = both.set_column(both.schema.get_field_index("records"), "records", fewer)
    return limited.select(LINK_RECORD.column_names).cast(LINK_RECORD.schema)


def _facts(workspace: Workspace, load: Committed) -> np.ndarray:
    """fact_id of every fact of a load."""
    rows: list[ir.Table] = [tables.BY_NAME[kind].expr() for kind in load.kinds]
    found = [workspace.warehouse.arrow(table.filter(table.load_id == load.load_id).select("fact_id")) for table in rows]
    return np.concatenate([table["fact_id"].to_numpy() for table in found])
