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

STATED, OBSERVED = pa.scalar("stated"), pa.scalar("observed")
NO_TEXT = pa.scalar(None, pa.string())


def with_basis(kind: Kind, rows: pa.Table, at: int, day: int) -> pa.Table:
    """Rows with the dates and the bases that a load at an instant gives."""
    if kind.name == "relations":
        return _of_relations(rows, at, day)
    if kind.name == "refunds" or (kind.name == "orders" and "refund_amount" in rows.column_names):
        return _of_refunds(rows, at, day)
    return rows


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
