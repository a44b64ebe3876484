"""Small rows for the tests of the verbs."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from siyu.store.tables import BY_NAME, FACT_ID_STEP, IDENTITY, Table

ABOVE_FLOAT = 2**53 + 1  # no float holds it


def filled(table: Table, *rows: dict[str, Any]) -> pa.Table:
    """Rows of a declared table; columns not named are null."""
    return pa.Table.from_pylist(list(rows), schema=table.schema)


def identities(*pairs: tuple[int, int | None]) -> pa.Table:
    """Rows of `identity` by identifier and consumer."""
    return filled(IDENTITY, *({"identifier_id": i, "consumer_id": c, "identity_version": 1} for i, c in pairs))


def orders(load_id: int, *paid: int | None) -> pa.Table:
    """Orders of one load by what was paid."""
    return filled(BY_NAME["orders"], *(
        {"fact_id": load_id * FACT_ID_STEP + place, "load_id": load_id, "order_id": f"o{place}", "paid_amount": amount}
        for place, amount in enumerate(paid)))


def superseded(fact_id: int, by_fact_id: int, load_id: int) -> pa.Table:
    """One fact corrected by another."""
    row = {"fact_id": fact_id, "kind": "orders", "load_id": load_id, "by_fact_id": by_fact_id}
    return filled(BY_NAME["superseded"], row)
