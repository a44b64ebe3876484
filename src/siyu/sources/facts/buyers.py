"""Buyers that an earlier export named. A later one masks them or leaves them out; that takes nothing back, unless the
value has been blocked since: then it is nobody's.

Not part of the hashes: what a file states stays what it is.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

from collections.abc import Callable, Collection

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.store import tables
from siyu.store.formula import formula
from siyu.store.warehouse import Warehouse


def still_named(
    facts: pa.Table, old: np.ndarray, by: np.ndarray, nobodies: Callable[[], Collection[int]], warehouse: Warehouse
) -> tuple[pa.Table, int]:
    """Orders of which some replace others (`old`: fact_ids that are superseded, each `by` one of these): those that
    name nobody have the buyer of what they replace, but for `nobodies`. With how many there are.
    """
    fact_ids, named = facts["fact_id"].to_numpy(), facts["identifier_id"].is_valid().to_numpy(zero_copy_only=False)
    silent = np.isin(by, fact_ids[~named])
    if not silent.any():  # mostly: nothing is corrected, or everything names its buyer
        return facts, 0
    replaced = pa.table({"old": old[silent], "fact_id": by[silent]}).sort_by("old")  # the latest speaks last
    buyer_of = {**_buyers(facts.filter(pa.array(named))), **_kept_buyers(replaced["old"], warehouse)}
    nobody = nobodies() if buyer_of else ()
    known = {new: buyer_of[before] for before, new in zip(*map(pa.ChunkedArray.to_pylist, replaced.columns))
             if before in buyer_of and buyer_of[before] not in nobody}  # fmt: skip
    given = pa.array([known.get(fact_id) for fact_id in fact_ids.tolist()], pa.int64())
    place = facts.schema.get_field_index("identifier_id")
    return facts.set_column(place, "identifier_id", pc.coalesce(facts["identifier_id"], given)), len(known)


def named_late(
    facts: pa.Table, older: np.ndarray, instead: np.ndarray, warehouse: Warehouse
) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """Of orders of which some show an `older` state (places) of those in force `instead` (fact_ids), the ones that name
    a buyer where that names none: what is in force once more, with the buyer; places; fact_ids of what it replaces.
    """
    mine = facts.take(pa.array(older)).append_column("place", pa.array(older)).append_column("old", pa.array(instead))
    mine = mine.filter(mine["identifier_id"].is_valid())
    if not mine.num_rows:
        return facts.slice(0, 0), older[:0], instead[:0]
    last = {old: at for at, old in enumerate(mine["old"].to_pylist())}  # of several lines of one order
    nameless = _kept_nameless(pa.array(last, pa.int64()), warehouse).select(facts.schema.names)
    mine = mine.take(pa.array([last[fact_id] for fact_id in nameless["fact_id"].to_pylist()], pa.int64()))
    replaced = nameless["fact_id"].to_numpy()
    for name in (*(column.name for column in tables.LINEAGE), "identifier_id"):
        nameless = nameless.set_column(nameless.schema.get_field_index(name), nameless.schema.field(name), mine[name])
    return nameless, mine["place"].to_numpy(), replaced


def _kept_nameless(fact_ids: pa.Array, warehouse: Warehouse) -> pa.Table:
    """The orders among some that name nobody, whole."""
    asked = warehouse.scratch("orders_in_force", pa.table({"fact_id": fact_ids}))
    found = warehouse.arrow(_without_buyers(asked))
    warehouse.drop_scratch("orders_in_force")
    return found


@formula
def _without_buyers(asked: ir.Table) -> ir.Table:
    orders = tables.BY_NAME["orders"].expr()
    return orders.filter(orders.identifier_id.isnull()).semi_join(asked, "fact_id")


def _kept_buyers(fact_ids: pa.ChunkedArray, warehouse: Warehouse) -> dict[int, int]:
    """The buyers of orders that the warehouse holds."""
    asked = warehouse.scratch("orders_replaced", pa.table({"fact_id": fact_ids}))
    found = warehouse.arrow(_with_buyers(asked))
    warehouse.drop_scratch("orders_replaced")
    return _buyers(found)


@formula
def _with_buyers(asked: ir.Table) -> ir.Table:
    orders = tables.BY_NAME["orders"].expr()
    return orders.filter(orders.identifier_id.notnull()).semi_join(asked, "fact_id").select("fact_id", "identifier_id")


def _buyers(orders: pa.Table) -> dict[int, int]:
    return dict(zip(orders["fact_id"].to_pylist(), orders["identifier_id"].to_pylist()))
