"""How Spark's warehouse lies on disk: generations, loads, remains of killed processes, other file systems."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from siyu.core.errors import DamagedError, HeldError, NewerVersionError, QueryError, WorkspaceError
from siyu.store.engines import spark_session
from siyu.store.engines.spark import SparkWarehouse
from siyu.store.tables import BY_NAME, IDENTITY
from tests.engines.rows import ABOVE_FLOAT, identities, orders

pytestmark = [pytest.mark.usefixtures("spark_ready"), pytest.mark.slow]  # a second start of Spark


def opened(path: Path | str) -> SparkWarehouse:
    return SparkWarehouse(path, master="local[2]", zone="UTC")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder whose name a glob would misread."""
    return tmp_path / "思域 [1] *"


@pytest.fixture
def warehouse(path: Path) -> Iterator[SparkWarehouse]:
    """Two rows in `identity`, two orders of one load."""
    warehouse = opened(path)
    warehouse.replace(IDENTITY, identities((1, 1), (2, 2)))
    warehouse.append(BY_NAME["orders"], orders(1, 5, ABOVE_FLOAT))
    yield warehouse
    warehouse.close()


def test_a_generation_without_its_mark_is_no_table_and_goes_at_open(warehouse: SparkWarehouse, path: Path):
    warehouse.close()
    half = path / "identity" / "gen-000002"
    half.mkdir()
    (half / "part-0.parquet").write_bytes(b"half a file")
    again = opened(path)
    assert again.count(IDENTITY) == 2
    assert not half.exists()
    again.close()


def test_generations_go_on_past_a_million(warehouse: SparkWarehouse, path: Path):
    warehouse.close()
    (path / "identity" / "gen-000001").rename(path / "identity" / "gen-999999")
    for rows in (1, 2):
        again = opened(path)
        again.replace(IDENTITY, identities(*((n, n) for n in range(rows))))
        again.close()
    again = opened(path)
    assert again.count(IDENTITY) == 2
    assert [entry.name for entry in (path / "identity").iterdir()] == ["gen-1000001"]
    again.close()


def test_a_marked_generation_wins_over_the_one_it_replaced(warehouse: SparkWarehouse, path: Path):
    warehouse.close()
    newer = path / "identity" / "gen-000002"
    newer.mkdir()
    (newer / "_SUCCESS").touch()
    again = opened(path)
    assert again.count(IDENTITY) == 0
    assert [entry.name for entry in (path / "identity").iterdir()] == ["gen-000002"]
    again.close()


def test_only_the_newest_generation_stays(warehouse: SparkWarehouse, path: Path):
    warehouse.replace(IDENTITY, identities((3, 3)))
    warehouse.replace(IDENTITY, IDENTITY.expr())
    assert [entry.name for entry in (path / "identity").iterdir()] == ["gen-000003"]


def test_scratch_leaves_nothing_behind(warehouse: SparkWarehouse, path: Path):
    warehouse.scratch("kept", IDENTITY.expr())
    assert list(path.glob("_scratch/*/*"))
    warehouse.close()
    assert not list(path.glob("_scratch/*"))
    (path / "_scratch" / "killed").mkdir()
    opened(path).close()
    assert not list(path.glob("_scratch/*"))


def test_an_address_goes_through_hadoop(path: Path):
    first = opened(f"file://{path}")
    first.append(BY_NAME["orders"], orders(1, ABOVE_FLOAT, None))
    first.replace(IDENTITY, identities((1, None)))
    with pytest.raises(HeldError, match=rf"process {os.getpid()}"):
        opened(f"file://{path}")
    assert [b.num_rows for b in first.batches(IDENTITY.expr())] == [1]
    first.close()
    again = opened(f"file://{path}")
    assert {row["paid_amount"] for row in again.rows(BY_NAME["orders"].expr())} == {ABOVE_FLOAT, None}
    again.close()


def test_a_newer_layout_is_refused_and_the_warehouse_let_go(warehouse: SparkWarehouse, path: Path):
    warehouse.close()
    (path / "_version-99").touch()
    for _again in range(2):
        with pytest.raises(NewerVersionError, match="version 99"):
            opened(path)


def test_a_damaged_file_is_told_and_stays(warehouse: SparkWarehouse, path: Path):
    (file,) = (path / "identity").glob("gen-*/part-*.parquet")
    file.write_bytes(b"no parquet")
    with pytest.raises(DamagedError, match="cannot be read"):
        warehouse.rows(IDENTITY.expr())
    with pytest.raises(DamagedError, match="cannot be read"):
        warehouse.replace(IDENTITY, IDENTITY.expr())
    assert file.read_bytes() == b"no parquet"


def test_without_java_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch, path: Path):
    monkeypatch.setattr(spark_session, "missing", lambda: "Java is not installed; Spark 4 needs Java 17 or newer.")
    with pytest.raises(WorkspaceError, match="Java 17"):
        opened(path)


def test_a_query_sees_what_other_sessions_do_not(warehouse: SparkWarehouse):
    with pytest.raises(QueryError, match="_raw_identity"):
        warehouse.query("SELECT * FROM _raw_identity")
