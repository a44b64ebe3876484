"""Grants of a declaration, written like a load: facts in the warehouse, consents in operations, one commit point."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from siyu.core.time import instant_of
from siyu.identity.reach import MARKETING
from siyu.store import declared
from siyu.store.declared import DECLARATION
from siyu.store.schema import CONSENT
from siyu.store.tables import BY_NAME, fact_id
from siyu.store.workspace import Workspace

#: Rows of one INSERT into operations.
INSERT_ROWS = 50_000


@dataclass(frozen=True)
class Declaration:
    """What is declared: the document people agreed to, its version, since when, where the proof is, and for whom."""

    source: str
    notice_version: str
    from_date: dt.date
    proof: str
    scope: dict[str, str]
    channel: str | None

    def as_json(self, zone: str) -> str:
        """As kept with its load, like the options of one."""
        kept = {**vars(self), "from_date": self.from_date.isoformat(), "settings": {"brand.zone": zone}}
        return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def commit(
    workspace: Workspace, declaration: Declaration, ids: np.ndarray, occurred_at: int, counts: dict[str, int],
    now: dt.datetime,
) -> int:  # fmt: skip
    """Write one grant per identifier; the load's id. Nothing of it counts before all of it does."""
    load_id = workspace.operations.begin_load()
    consents = _consents(declaration, ids, occurred_at, load_id)
    load = load_row(declaration.as_json(workspace.settings["brand.zone"]), load_id, counts, instant_of(now))
    keep(workspace, consents, load, {"proof": declaration.proof})
    return load_id


def keep(
    workspace: Workspace, consents: pa.Table, load: dict[str, Any], more: dict[str, Any],
    also: Callable[[sa.Connection], None] = lambda _: None,
) -> None:  # fmt: skip
    """Write consents of our own making (declared.SCHEMA, and `more` columns that all have) as one load; `also` works in
    its transaction. Nothing of it counts before all of it does.
    """
    load_id = load["load_id"]
    facts = declared.facts(consents, load_id, load["loaded_at"], workspace.settings.zone)
    try:
        workspace.warehouse.append(BY_NAME["consents"], facts)
        with workspace.operations.begin() as connection:
            workspace.operations.add_load(connection, **load)
            for batch in consents.to_batches(INSERT_ROWS):
                own = {"load_id": load_id, **more}
                connection.execute(sa.insert(CONSENT), [row | own for row in batch.to_pylist()])
            also(connection)
    except BaseException:
        workspace.warehouse.drop_loads([load_id])
        raise


def _consents(declaration: Declaration, ids: np.ndarray, occurred_at: int, load_id: int) -> pa.Table:
    """What operations keeps of each grant (declared.SCHEMA)."""
    same = {
        "purpose": MARKETING, "channel": declaration.channel, "action": "grant", "occurred_at": occurred_at,
        "source": declaration.source, "notice_version": declaration.notice_version,
    }  # fmt: skip
    each = {"identifier_id": pa.array(ids), "fact_id": pa.array(fact_id(load_id, np.arange(1, len(ids) + 1)))}
    repeated = {f.name: pa.repeat(pa.scalar(same[f.name], f.type), len(ids)) for f in declared.SCHEMA if f.name in same}
    return pa.table(each | repeated).select(list(declared.COLUMNS)).cast(declared.SCHEMA)


def load_row(options: str, load_id: int, counts: dict[str, int], loaded_at: int) -> dict[str, Any]:
    """The row of operations.load; `counts` in the shape of every load's report."""
    every = ("quarantined", "corrected", "loaded", "duplicate", "filtered")
    report = {
        "file": DECLARATION, "mapping": DECLARATION, "load_id": load_id, "read": counts["read"],
        "counts": {name: counts.get(name, 0) for name in every}, "kinds": {"consents": {"loaded": counts["loaded"]}},
        "reasons": [], "erased": 0, "identifiers_new": 0, "identifiers_ignored": {}, "notes": [], "unread": "",
        "snapshot": None,
    }  # fmt: skip
    return {
        "load_id": load_id, "file_name": DECLARATION, "file_hash": hashlib.sha256(options.encode()).hexdigest(),
        "mapping_name": DECLARATION, "mapping": "", "options": options, "loaded_at": loaded_at,
        "counts": json.dumps(report, ensure_ascii=False), "committed_at": loaded_at,
    }  # fmt: skip
