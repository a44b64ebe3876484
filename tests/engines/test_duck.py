"""What DuckDB alone does: removed rows are marks on disk, until so many are that blocks are written anew."""

from __future__ import annotations

import itertools
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from siyu.store.engines.duck import BLOCK_ROWS, MOST_REMOVED, DuckWarehouse
from siyu.store.tables import IDENTITY

ROWS, SHARE, ROUNDS = 3 * BLOCK_ROWS, 0.25, 8


def on_disk(path: Path) -> int:
    """Rows of the table with those that are removed."""
    with duckdb.connect(str(path), read_only=True) as connection:
        sizes = "SELECT estimated_size FROM duckdb_tables() WHERE table_name = 'identity'"
        [(rows,)] = connection.execute(sizes).fetchall()
    return rows


def replaced(path: Path, some: pa.Table) -> int:
    """The same rows once more in a process of its own; how many lie on disk then."""
    warehouse = DuckWarehouse(path)
    asked = warehouse.scratch("asked", some)
    warehouse.replace_where(IDENTITY, "identifier_id", asked.select("identifier_id"), asked)
    warehouse.close()
    return on_disk(path)


def test_rows_replaced_day_after_day_do_not_pile_up(tmp_path: Path):
    path, numbers = tmp_path / "warehouse.duckdb", np.arange(ROWS)
    whole = pa.table([numbers] * len(IDENTITY.column_names), IDENTITY.column_names).cast(IDENTITY.schema)
    warehouse = DuckWarehouse(path)
    warehouse.append(IDENTITY, whole)
    warehouse.close()
    days = np.random.default_rng(7).random((ROUNDS, ROWS)) < SHARE
    found = [replaced(path, whole.filter(pa.array(day))) for day in days]
    assert found[0] == ROWS + days[0].sum(), "marks, at first"
    assert any(after < before for before, after in itertools.pairwise(found))
    assert max(found) < ROWS / (1 - MOST_REMOVED) + 2 * SHARE * ROWS
    warehouse = DuckWarehouse(path)
    assert warehouse.arrow(IDENTITY.expr()).sort_by("identifier_id") == whole
    warehouse.close()
