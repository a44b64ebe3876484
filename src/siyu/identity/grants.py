"""Grants of a declaration, written like a load: facts in the warehouse, consents in operations, one commit point.

Operations is the system of record: with the row of the load and its consents every fact can be made again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from siyu.core.time import day_of, instant_of
from siyu.identity.reach import MARKETING
from siyu.store.operations import CONSENT, LOAD
from siyu.store.tables import BY_NAME, FACT_ID_STEP
from siyu.store.workspace import Workspace

#: mapping_name of the load a declaration is.
MAPPING = "declaration"
#: Rows of one INSERT into operations.
INSERT_ROWS = 50_000
#: Between the parts of a text that is hashed, as loads hash theirs.
PART = "\x1f"


@dataclass(frozen=True)
class Declaration:
    """What is declared: the document people agreed to, its version, since when, where the proof is, and for whom."""

    source: str
    notice_version: str
    from_date: dt.date
    proof: str
    scope: dict[str, str]
    channel: str | None

    def as_json(self) -> str:
        """As kept with its load."""
        return json.dumps({**vars(self), "from_date": self.from_date.isoformat(), "purpose": MARKETING},
                          ensure_ascii=False, sort_keys=True)


def commit(
    workspace: Workspace, declaration: Declaration, ids: np.ndarray, occurred_at: int, counts: dict[str, int],
    now: dt.datetime,
) -> int:  # fmt: skip
    """Write one grant per identifier; the load's id. Nothing of it counts before all of it does."""
    load_id = max(workspace.operations.committed_loads(), default=0) + 1
    fact_ids = load_id * FACT_ID_STEP + np.arange(1, len(ids) + 1)
    facts = _facts(declaration, ids, fact_ids, occurred_at, load_id, instant_of(now))
    try:
        workspace.warehouse.append(BY_NAME["consents"], facts)
        with workspace.operations.begin() as connection:
            connection.execute(sa.insert(LOAD).values(_load(declaration, load_id, counts, instant_of(now))))
            for rows in _consents(declaration, facts):
                connection.execute(sa.insert(CONSENT), rows)
    except BaseException:
        workspace.warehouse.drop_loads([load_id])
        raise
    return load_id


def _facts(
    declaration: Declaration, ids: np.ndarray, fact_ids: np.ndarray, occurred_at: int, load_id: int, loaded_at: int
) -> pa.Table:
    count, schema = len(ids), BY_NAME["consents"].schema
    hashes = [_hashes(declaration, identifier_id, occurred_at) for identifier_id in ids.tolist()]
    same = {
        "load_id": load_id, "source": MAPPING, "loaded_at": loaded_at, "occurred_at": occurred_at,
        "occurred_day": day_of(declaration.from_date), "purpose": MARKETING, "channel": declaration.channel,
        "action": "grant", "stated_source": declaration.source, "notice_version": declaration.notice_version,
    }  # fmt: skip
    each = {
        "fact_id": fact_ids, "source_ref": fact_ids - load_id * FACT_ID_STEP, "identifier_id": ids,
        "key_hash": [key for key, _row in hashes], "row_hash": [row for _key, row in hashes],
    }  # fmt: skip
    columns = [pa.array(each[f.name], f.type) if f.name in each else pa.repeat(pa.scalar(same[f.name], f.type), count)
               for f in schema]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=schema)


def _hashes(declaration: Declaration, identifier_id: int, occurred_at: int) -> tuple[int, int]:
    """key_hash and row_hash; the key's is what a load of the same grant would give, so that a file corrects it."""
    channel = [f"channel={declaration.channel}"] if declaration.channel else []
    key = [f"identifier_id={identifier_id}", f"purpose={MARKETING}", *channel, f"occurred_at={occurred_at}",
           "action=grant"]  # fmt: skip
    return _hash(key), _hash([*key, declaration.source, declaration.notice_version])


def _hash(parts: list[str]) -> int:
    """The lower half of MD5 as the warehouse's engines read it, 63 bits."""
    digest = hashlib.md5(PART.join(parts).encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") >> 1


def _load(declaration: Declaration, load_id: int, counts: dict[str, int], loaded_at: int) -> dict:
    """The row of operations.load; `counts` in the shape of every load's report."""
    options = declaration.as_json()
    every = {"quarantined": 0, "corrected": 0, "loaded": 0, "duplicate": 0, "filtered": 0}
    report = {
        "file": MAPPING, "mapping": MAPPING, "load_id": load_id, "read": counts["read"],
        "counts": {name: counts.get(name, 0) for name in every}, "kinds": {"consents": {"loaded": counts["loaded"]}},
        "reasons": [], "identifiers_new": 0, "identifiers_ignored": {}, "notes": [], "snapshot": None,
    }  # fmt: skip
    return {
        "load_id": load_id, "file_name": MAPPING, "file_hash": hashlib.sha256(options.encode()).hexdigest(),
        "mapping_name": MAPPING, "mapping": "", "options": options, "loaded_at": loaded_at,
        "counts": json.dumps(report, ensure_ascii=False), "committed_at": loaded_at,
    }  # fmt: skip


def _consents(declaration: Declaration, facts: pa.Table) -> Iterator[list[dict]]:
    """The rows of operations.consent, in pieces."""
    own = facts.select(["fact_id", "load_id", "identifier_id", "purpose", "channel", "action", "occurred_at",
                        "notice_version"])  # fmt: skip
    for batch in own.to_batches(INSERT_ROWS):
        yield [{**row, "source": declaration.source, "proof": declaration.proof} for row in batch.to_pylist()]
