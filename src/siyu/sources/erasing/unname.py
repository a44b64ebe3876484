"""Facts of the erased: accounting records lose their person, all others go, with what links and registers them.

Records without their person are hashed anew, so that the same file, loaded again, finds them as they are.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import reduce

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.core.kinds import KINDS, Kind
from siyu.core.settings import Settings
from siyu.sources.facts.hashing import hashed, nameless
from siyu.sources.facts.observed import OBSERVED
from siyu.sources.identifiers.identify import NONE
from siyu.sources.identifiers.persons import Person
from siyu.sources.workbench import Workbench
from siyu.store import tables
from siyu.store.tables import IDENTIFIER, LINK_RECORD, SUPERSEDED, Table, load_of
from siyu.store.warehouse import Warehouse

ERASED, FACTS = "erased_identifier", "erased_fact"
SCRATCH = (ERASED, FACTS)


def table(kind: Kind) -> Table:
    """The table of a kind."""
    return tables.BY_NAME[kind.name]


def mine(kind: Kind, ids: ir.Table) -> ir.Table:
    """The facts of a kind, of all versions, that name one of some identifiers (a column identifier_id)."""
    facts = table(kind).expr()
    return facts.semi_join(_naming(facts, kind.person_columns, ids), "fact_id")


def _naming(rows: ir.Table, columns: Sequence[str], ids: ir.Table) -> ir.Table:
    """fact_id of the rows that hold one of the ids in one of the columns."""
    found = [rows.semi_join(ids, [(column, ids.columns[0])]).select("fact_id") for column in columns]
    return reduce(lambda a, b: a.union(b), found)


def of_load(warehouse: Warehouse, load_id: int, ids: np.ndarray) -> np.ndarray:
    """fact_id of the accounting records of a load that name one of some identifiers."""
    erased = warehouse.scratch(ERASED, pa.table({"identifier_id": pa.array(ids, pa.int64())}))
    records = (mine(kind, erased) for kind in personal() if kind.accounting)
    found = [warehouse.arrow(rows.filter(rows.load_id == load_id).select("fact_id")) for rows in records]
    warehouse.drop_scratch(ERASED)
    return np.concatenate([rows["fact_id"].to_numpy() for rows in found])


def personal() -> Iterator[Kind]:
    """The kinds that name people."""
    return (kind for kind in KINDS if kind.person_columns)


def forget(warehouse: Warehouse, ids: np.ndarray, settings: Settings) -> None:
    """Take people, by all their identifiers, out of the facts. Inside the caller's transaction; safe to run twice."""
    erased = warehouse.scratch(ERASED, pa.table({"identifier_id": pa.array(ids, pa.int64())}))
    try:
        for kind in personal():
            facts = warehouse.arrow(mine(kind, erased))
            if facts.num_rows and kind.accounting:
                _replace(warehouse, table(kind), facts["fact_id"], _nameless(kind, facts, settings))
            elif facts.num_rows:
                remove(warehouse, table(kind), facts["fact_id"])
        for column in ("a", "b"):
            warehouse.replace_where(LINK_RECORD, column, erased, LINK_RECORD.schema.empty_table())
    finally:
        warehouse.drop_scratch(*SCRATCH)
    unregister(warehouse, ids)


def unregister(warehouse: Warehouse, ids: np.ndarray) -> None:
    """Forget identifiers that no fact names."""
    erased = warehouse.scratch(ERASED, pa.table({"identifier_id": pa.array(ids, pa.int64())}))
    warehouse.replace_where(IDENTIFIER, "identifier_id", erased, IDENTIFIER.schema.empty_table())
    warehouse.drop_scratch(ERASED)


def remove(warehouse: Warehouse, facts: Table, fact_ids: pa.ChunkedArray) -> bool:
    """Facts go; those that they had corrected are in force again, unless corrected once more. Whether any are.

    What is said of corrections changes first: where nothing ties two tables together, a run that is cut off in between
    finds the facts again, and what they had corrected is not hidden by facts that are no more. That run does not learn
    any more that something is in force again: who finishes a run builds anew in any case.
    """
    corrections = SUPERSEDED.expr()
    gone = warehouse.scratch(FACTS, pa.table({"fact_id": fact_ids}))
    about = _naming(corrections, ("fact_id", "by_fact_id"), gone)
    rows = warehouse.arrow(corrections.semi_join(about, "fact_id")).to_pylist()
    left = _bridged(rows, set(fact_ids.to_pylist()))
    if rows:
        stated = pa.chunked_array([[row["fact_id"] for row in rows]])
        _replace(warehouse, SUPERSEDED, stated, pa.Table.from_pylist(left, SUPERSEDED.schema))
    _replace(warehouse, facts, fact_ids, facts.schema.empty_table())
    return bool({row["fact_id"] for row in rows} - {row["fact_id"] for row in left} - set(fact_ids.to_pylist()))


def _bridged(corrections: list[dict], gone: set[int]) -> list[dict]:
    """Corrections without the facts that are gone: what one of them had corrected is corrected by its successor, or by
    the newest of the versions that are left of its record.
    """
    later = {row["fact_id"]: row for row in corrections}
    left, freed = [], {}
    for row in corrections:
        by = row
        while by["by_fact_id"] in gone and by["by_fact_id"] in later:
            by = later[by["by_fact_id"]]
        if row["fact_id"] in gone:
            continue
        if by["by_fact_id"] in gone:  # the last version of the record
            freed.setdefault(by["by_fact_id"], []).append(row)
        else:
            left.append({**row, "by_fact_id": by["by_fact_id"], "load_id": by["load_id"]})
    for versions in freed.values():
        newest = max(row["fact_id"] for row in versions)
        left += [{**row, "by_fact_id": newest, "load_id": load_of(newest)} for row in versions
                 if row["fact_id"] != newest]  # fmt: skip
    return left


def _replace(warehouse: Warehouse, facts: Table, fact_ids: pa.ChunkedArray, rows: pa.Table) -> None:
    keys = warehouse.scratch(FACTS, pa.table({"fact_id": fact_ids}))
    warehouse.replace_where(facts, "fact_id", keys, rows)


def _nameless(kind: Kind, facts: pa.Table, settings: Settings) -> pa.Table:
    """The same records without a person, with the hashes that a load of them gives from now on."""
    for column in kind.person_columns:
        facts = _set(facts, column, pa.nulls(facts.num_rows, pa.int64()))
    nobody = [Person(prefix, {}, np.full(facts.num_rows, NONE)) for prefix in kind.persons]
    with closing(Workbench()) as workbench:
        made = hashed(kind, _as_stated(kind, facts), nobody, settings["identity.not_identifying"], workbench)
    named = facts["row_hash"].to_numpy() != made.row  # by its own row, and not by another version of the record
    row = nameless(made.row, named)
    return _set(_set(facts, "key_hash", pa.array(made.key)), "row_hash", pa.array(row))


def _as_stated(kind: Kind, facts: pa.Table) -> pa.Table:
    """The columns of a file as they were hashed: without the dates that the load gave (observed)."""
    rows = facts.select([field.column for field in kind.fields])
    if "refund_basis" not in facts.column_names:
        return rows
    observed = pc.equal(facts["refund_basis"], OBSERVED).fill_null(False)
    return _set(rows, "refunded_at", pc.if_else(observed, pa.scalar(None, pa.int64()), rows["refunded_at"]))


def _set(rows: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return rows.set_column(rows.schema.get_field_index(name), name, values)
