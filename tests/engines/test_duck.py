"""What DuckDB alone does: removed rows are marks on disk, until so many are that blocks are written anew; tables in
memory are appended beside the caller.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from siyu.store.engines.duck import BLOCK_ROWS, FEW_ROWS, MOST_REMOVED, DuckWarehouse
from siyu.store.tables import BY_NAME, IDENTITY
from tests.engines.rows import filled
from tests.stand_ins.full_disk import lose, no_room, scattered

ORDERS = BY_NAME["orders"]
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


def numbered(first: int, count: int = 1000) -> pa.Table:
    return pa.table([np.arange(first, first + count)] * len(IDENTITY.column_names), IDENTITY.column_names)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[DuckWarehouse]:
    opened = DuckWarehouse(tmp_path / "warehouse.duckdb")
    yield opened
    opened.close()


def test_what_is_appended_beside_the_caller_is_seen_by_whatever_asks_next(warehouse: DuckWarehouse):
    with warehouse.bulk(), warehouse.transaction():
        for place in range(20):
            warehouse.append(IDENTITY, numbered(1000 * place))
            if place % 7 == 0:
                assert warehouse.count(IDENTITY) == 1000 * (place + 1)
        scratch = warehouse.scratch("mine", numbered(0))
        assert warehouse.count(scratch) == 1000
    assert warehouse.arrow(IDENTITY.expr())["identifier_id"].to_pylist() == list(range(20_000))


def test_a_reader_comes_after_the_tables_before_it(warehouse: DuckWarehouse):
    first, second = numbered(0, 300_000).cast(IDENTITY.schema), numbered(300_000).cast(IDENTITY.schema)
    with warehouse.bulk():
        warehouse.append(IDENTITY, first)
        warehouse.append(IDENTITY, second.to_reader())
    assert sorted(warehouse.arrow(IDENTITY.expr())["identifier_id"].to_pylist()) == list(range(301_000))


def test_what_was_appended_is_in_when_the_appends_end_and_not_later(warehouse: DuckWarehouse):
    with pytest.raises(duckdb.Error, match="NOT NULL constraint"), warehouse.transaction():
        appended_with_one_id_missing(warehouse)
    assert warehouse.count(IDENTITY) == 0


def appended_with_one_id_missing(warehouse: DuckWarehouse) -> None:
    warehouse._connection.execute("ALTER TABLE identity ALTER COLUMN identifier_id SET NOT NULL")
    with warehouse.bulk():
        warehouse.append(IDENTITY, numbered(0))
        warehouse.append(IDENTITY, numbered(1000).set_column(0, "identifier_id", pa.nulls(1000, pa.int64())))
    raise AssertionError("the end of the appends must tell what failed")


def threads(warehouse: DuckWarehouse) -> int:
    [(found,)] = warehouse._connection.execute("SELECT current_setting('threads')").fetchall()
    return found


def appended_twice(warehouse: DuckWarehouse, asks: bool) -> None:
    """Each with so many rows that threads are changed for them."""
    with warehouse.bulk(), warehouse.transaction():
        for place in range(2):
            warehouse.append(IDENTITY, numbered(1000 * place, FEW_ROWS + 1))
        if asks:
            warehouse.count(IDENTITY)
            raise AssertionError("asking must tell what failed")


@pytest.mark.parametrize("asks", [True, False], ids=["asked", "committed"])
def test_an_append_that_fails_beside_the_caller_undoes_the_transaction(warehouse: DuckWarehouse, monkeypatch, asks):
    insert = DuckWarehouse._insert_arrow

    def failing(self, into, rows, threads):
        insert(self, into, rows, threads)
        if rows["identifier_id"][0].as_py() == 1000:
            raise OSError("no space left")

    monkeypatch.setattr(DuckWarehouse, "_insert_arrow", failing)
    with pytest.raises(OSError, match="no space"):
        appended_twice(warehouse, asks)
    assert threads(warehouse) == (os.cpu_count() or 2)
    assert warehouse.count(IDENTITY) == 0
    warehouse.append(IDENTITY, numbered(5000))
    assert warehouse.count(IDENTITY) == 1000


def appended_and_left(warehouse: DuckWarehouse) -> None:
    with warehouse.bulk(), warehouse.transaction():
        warehouse.append(IDENTITY, numbered(0, 200_000))
        raise ValueError("of the caller")


def test_appends_on_their_way_end_when_the_caller_fails(warehouse: DuckWarehouse):
    with pytest.raises(ValueError, match="of the caller"):
        appended_and_left(warehouse)
    assert warehouse.count(IDENTITY) == 0


def test_what_was_told_inside_a_transaction_that_failed_is_asked_again(warehouse: DuckWarehouse):
    assert not warehouse.has_facts("orders")
    with pytest.raises(ValueError, match="of the caller"):
        asked_and_left(warehouse)
    assert not warehouse.has_facts("orders")


def asked_and_left(warehouse: DuckWarehouse) -> None:
    with warehouse.transaction():
        warehouse.append(ORDERS, filled(ORDERS, {"fact_id": 1}))
        assert warehouse.has_facts("orders")
        raise ValueError("of the caller")


def asked_of(warehouse: DuckWarehouse, monkeypatch) -> list[str]:
    """The kinds of which it is asked from now on whether there are facts."""
    asked: list[str] = []
    any_ = DuckWarehouse.any

    def noted(self, expression):
        asked.append(expression.get_name())
        return any_(self, expression)

    monkeypatch.setattr(DuckWarehouse, "any", noted)
    return asked


def test_that_there_are_facts_is_asked_once_until_loads_go(warehouse: DuckWarehouse, monkeypatch):
    asked = asked_of(warehouse, monkeypatch)
    assert not warehouse.has_facts("orders")
    for load_id in (1, 2):
        with warehouse.transaction():
            warehouse.append(ORDERS, filled(ORDERS, {"fact_id": load_id, "load_id": load_id}))
            assert warehouse.has_facts("orders")
    assert asked == ["orders", "orders"]  # while there were none, and when there were some
    warehouse.drop_loads([1, 2])
    assert not warehouse.has_facts("orders")


def test_that_there_were_facts_is_forgotten_when_the_commit_fails(warehouse: DuckWarehouse, monkeypatch):
    def full(_warehouse: DuckWarehouse) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(DuckWarehouse, "_commit", full)
        with pytest.raises(OSError, match="no space"):
            appended_and_asked(warehouse)
    warehouse._connection.execute("ROLLBACK")
    assert not warehouse.has_facts("orders")


def appended_and_asked(warehouse: DuckWarehouse) -> None:
    with warehouse.transaction():
        warehouse.append(ORDERS, filled(ORDERS, {"fact_id": 1, "load_id": 1}))
        assert warehouse.has_facts("orders")


def test_after_a_write_that_failed_half_way_it_is_lost_until_it_is_opened_again(warehouse: DuckWarehouse):
    assert not warehouse.lost
    lose(warehouse)
    assert warehouse.lost
    warehouse.close()
    again = DuckWarehouse(warehouse.path)
    assert (again.lost, again.count(IDENTITY)) == (False, 100_000)
    again.close()


def test_a_file_whose_log_finds_no_room_in_it_is_not_written_anew(warehouse: DuckWarehouse):
    """The copy would fit, and meet a log that is not its own."""
    warehouse.append(IDENTITY, scattered(300_000))
    warehouse.checkpoint()
    warehouse.replace(IDENTITY, scattered(100_000))
    with no_room(warehouse), pytest.raises(duckdb.FatalException):
        warehouse.rewrite()
    warehouse.close()
    again = DuckWarehouse(warehouse.path)
    assert again.count(IDENTITY) == 100_000
    again.rewrite()
    assert again.count(IDENTITY) == 100_000
    again.close()
