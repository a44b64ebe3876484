"""A disk without room, as the engine of a warehouse meets it: its file may not grow."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from siyu.store.engines.duck import DuckWarehouse
from siyu.store.tables import IDENTITY


@contextlib.contextmanager
def no_room(warehouse: DuckWarehouse) -> Iterator[None]:
    """While in it no file of this process gets larger than the warehouse's is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (warehouse.path.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def scattered(rows: int) -> pa.Table:
    """Rows of identity that no engine makes smaller; so few that they stand in the log at first."""
    numbers = np.random.default_rng(7).integers(0, 2**62, rows)
    return pa.table([numbers] * len(IDENTITY.column_names), IDENTITY.column_names).cast(IDENTITY.schema)


def lose(warehouse: DuckWarehouse, rows: int = 100_000) -> None:
    """Rows are kept in the log, and the engine gives up as it brings them into the file."""
    warehouse.append(IDENTITY, scattered(rows))
    with no_room(warehouse), pytest.raises(duckdb.FatalException):
        warehouse.checkpoint()
