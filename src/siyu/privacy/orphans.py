"""Identifiers that nothing names any more, once the rows are gone that had shown them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from siyu.sources.erasing import unname
from siyu.sources.landed import landing
from siyu.sources.landed.committed import committed
from siyu.store.tables import LINK_RECORD
from siyu.store.workspace import Workspace

#: Scratch table of the identifiers looked for.
MET = "met_identifier"


def forget(workspace: Workspace, met: np.ndarray) -> int:
    """Take those of some identifiers off the register that no landed row, link or fact names, in the caller's
    transaction; how many.
    """
    paths = [load.path(workspace) for load in committed(workspace.operations)] if len(met) else []
    shown = [landing.mentioned(path, workspace.keys, met) for path in paths if path.exists()]
    alone = np.setdiff1d(met, np.concatenate([*shown, *_named(workspace, met)]))
    unname.unregister(workspace.warehouse, alone)
    return len(alone)


def _named(workspace: Workspace, ids: np.ndarray) -> list[np.ndarray]:
    """Those of some identifiers that a link or any fact names: a declared consent has no landed row."""
    naming = [(unname.table(kind), column) for kind in unname.personal() for column in kind.person_columns]
    asked = workspace.warehouse.scratch(MET, pa.table({"identifier_id": pa.array(ids, pa.int64())}))
    found = [landing.NOWHERE]
    for table, column in (*naming, (LINK_RECORD, "a"), (LINK_RECORD, "b")):
        rows = table.expr().select(identifier_id=column)
        found.append(workspace.warehouse.arrow(asked.semi_join(rows, "identifier_id"))["identifier_id"].to_numpy())
    workspace.warehouse.drop_scratch(MET)
    return found
