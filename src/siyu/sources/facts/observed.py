"""Dates that a file does not have: a load gives the day it first saw the thing, and says that it is observed.

Not part of the hashes: a file loaded twice is a duplicate, whatever the day.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.core.kinds import Kind
from siyu.store import tables
from siyu.store.warehouse import Warehouse

STATED, OBSERVED = pa.scalar("stated"), pa.scalar("observed")
NO_TEXT = pa.scalar(None, pa.string())


def with_basis(kind: Kind, rows: pa.Table, at: int, day: int) -> pa.Table:
    """Rows with the dates and the bases that a load at an instant gives."""
    if kind.name == "relations":
        return _of_relations(rows, at, day)
    if kind.name == "refunds" or (kind.name == "orders" and "refund_amount" in rows.column_names):
        return _of_refunds(rows, at, day)
    return rows


def first_observed(facts: pa.Table, corrected: np.ndarray, warehouse: Warehouse) -> pa.Table:
    """Corrected orders whose refund was observed before, unchanged, keep the day of that."""
    again = pc.and_(pa.array(corrected), pc.equal(facts["refund_basis"], OBSERVED).fill_null(False))
    if not pc.any(again).as_py():
        return facts
    seen = _seen_before(facts.filter(again).select(["key_hash", "refund_amount"]), warehouse)
    keys = zip(facts["key_hash"].to_pylist(), facts["refund_amount"].to_pylist())
    dates = [seen.get(key) if mine else None for key, mine in zip(keys, again.to_pylist())]
    known = pa.array([date is not None for date in dates])
    for place, name in enumerate(("refunded_at", "refunded_day")):
        values = pa.array([date[place] if date else None for date in dates], facts.schema.field(name).type)
        facts = _replaced(facts, name, pc.if_else(known, values, facts[name]))
    return facts


def _seen_before(keys: pa.Table, warehouse: Warehouse) -> dict[tuple[int, int], tuple[int, int]]:
    orders = tables.BY_NAME["orders"].expr()
    asked = warehouse.scratch("refunds_asked", keys)
    seen = orders.filter(orders.refund_basis == "observed").semi_join(asked, ["key_hash", "refund_amount"])
    first = seen.group_by("key_hash", "refund_amount").aggregate(at=seen.refunded_at.min(), day=seen.refunded_day.min())
    found = warehouse.rows(first)
    warehouse.drop_scratch("refunds_asked")
    return {(row["key_hash"], row["refund_amount"]): (row["at"], row["day"]) for row in found}


def _of_relations(rows: pa.Table, at: int, day: int) -> pa.Table:
    if "started_at" not in rows.column_names:
        rows = rows.append_column("started_at", pa.array(np.full(rows.num_rows, at)))
        rows = rows.append_column("started_day", pa.array(np.full(rows.num_rows, day, np.int32)))
        rows = rows.append_column("started_at_basis", pa.array(["observed"] * rows.num_rows, pa.string()))
    for column in ("started_at", "ended_at"):
        if column in rows.column_names and f"{column}_basis" not in rows.column_names:
            rows = rows.append_column(f"{column}_basis", pc.if_else(rows[column].is_valid(), STATED, NO_TEXT))
    return rows


def _of_refunds(rows: pa.Table, at: int, day: int) -> pa.Table:
    if "refunded_at" not in rows.column_names:
        rows = rows.append_column("refunded_at", pa.nulls(rows.num_rows, pa.int64()))
        rows = rows.append_column("refunded_day", pa.nulls(rows.num_rows, pa.int32()))
    refunded = pc.greater(rows["refund_amount"], 0).fill_null(False)
    undated = pc.and_(refunded, rows["refunded_at"].is_null())
    rows = rows.append_column("refund_basis", pc.if_else(refunded, pc.if_else(undated, OBSERVED, STATED), NO_TEXT))
    rows = _replaced(rows, "refunded_at", pc.if_else(undated, pa.scalar(at, pa.int64()), rows["refunded_at"]))
    return _replaced(rows, "refunded_day", pc.if_else(undated, pa.scalar(day, pa.int32()), rows["refunded_day"]))


def _replaced(rows: pa.Table, name: str, values: pa.ChunkedArray | pa.Array) -> pa.Table:
    return rows.set_column(rows.schema.get_field_index(name), name, values)
