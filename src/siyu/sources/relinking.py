"""Links of loads whose records name several people. A record goes with whoever is erased of them; what it showed of the
others goes too, as in a workspace that never held it.
"""

from __future__ import annotations

from contextlib import closing

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

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
            left = _shown(workspace, load)
            replace(workspace.warehouse, load.load_id, LINK_RECORD.schema.empty_table() if left is None else left)


def replace(warehouse: Warehouse, load_id: int, links: pa.Table) -> None:
    """The links of a load are these, in the caller's transaction."""
    mine = warehouse.scratch(LOAD, pa.table({"load_id": pa.array([load_id], pa.int64())}))
    warehouse.replace_where(LINK_RECORD, "load_id", mine, links)
    warehouse.drop_scratch(LOAD)


def _shown(workspace: Workspace, load: Committed) -> pa.Table | None:
    """The pairs that the landed rows of a load show, as LINK_RECORD rows; of rows that are facts."""
    links, facts = Links(load.settings(workspace)), _facts(workspace, load)
    with closing(Workbench()) as workbench:
        preparation = of_landed(workspace, load, workbench)
        for batch in landing.batches(load.path(workspace), workspace.keys):
            for place, part in enumerate(preparation.of(batch).parts):
                fact_ids = fact_id(load.load_id, part.rows[LINE].to_numpy() * OUTPUTS + place)
                links.add(part.people, fact_ids, np.isin(fact_ids, facts))
    return links.rows(load.load_id, load.mapping_name, load.loaded_at)


def _facts(workspace: Workspace, load: Committed) -> np.ndarray:
    """fact_id of every fact of a load."""
    rows: list[ir.Table] = [tables.BY_NAME[kind].expr() for kind in load.kinds]
    found = [workspace.warehouse.arrow(table.filter(table.load_id == load.load_id).select("fact_id")) for table in rows]
    return np.concatenate([table["fact_id"].to_numpy() for table in found])
