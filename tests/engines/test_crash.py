"""A process killed while it writes leaves the old rows or the new ones, never some of each."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from siyu.core.errors import HeldError
from siyu.store.tables import IDENTITY
from siyu.store.warehouse import Warehouse
from tests.engines.conftest import Opener

ROWS = 50_000
WRITER = """
import sys, itertools, pathlib
import pyarrow as pa
from siyu.store.engines.duck import DuckWarehouse
from siyu.store.engines.spark import SparkWarehouse
from siyu.store.tables import IDENTITY

engine, path, rows = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
warehouse = DuckWarehouse(path) if engine == "duckdb" else SparkWarehouse(path, master="local[2]", zone="UTC")
for version in itertools.count(1):
    ids = pa.array(range(rows), pa.int64())
    given = pa.table([ids, ids, pa.array([version] * rows, pa.int64())], schema=IDENTITY.schema)
    kept = warehouse.scratch("kept", given)
    warehouse.replace(IDENTITY, kept if version % 2 else given)
    print(version, flush=True)
"""


@pytest.fixture
def path(engine: str, tmp_path: Path) -> Path:
    """Where the opener's warehouse lies."""
    return tmp_path / ("warehouse" if engine == "spark" else "warehouse.duckdb")


@pytest.fixture
def writer(engine: str, path: Path):
    """A process that replaces a table again and again, after its first two rounds; killed with all it started."""
    command = [sys.executable, "-c", WRITER, engine, str(path), str(ROWS)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout
    for version in (1, 2):
        assert process.stdout.readline() == f"{version}\n"  # and nothing else stands on stdout
    yield process
    kill(process)


def kill(process: subprocess.Popen) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_held_warehouse_names_its_holder_and_a_killed_one_is_whole(writer: subprocess.Popen, opener: Opener):
    with pytest.raises(HeldError) as refused:
        opener()
    assert f"process {writer.pid}" in refused.value.message
    time.sleep(0.05 + os.getpid() % 10 / 20)  # somewhere inside a later round
    kill(writer)
    warehouse = opener()
    try:
        assert_whole(warehouse)
    finally:
        warehouse.close()


def assert_whole(warehouse: Warehouse) -> None:
    table = IDENTITY.expr()
    found = warehouse.row(table.aggregate(
        rows=table.count(), ids=table.identifier_id.nunique(), versions=table.identity_version.nunique()))
    assert found == {"rows": ROWS, "ids": ROWS, "versions": 1}
