"""Keys that are sought: the rows are those of any join, and the engine reads little else."""

from __future__ import annotations

import duckdb
import ibis
import pytest

from siyu.store.sought import sought
from siyu.store.sql import sql_of

ROWS = ibis.table({"id": "int64", "paid": "int64"}, name="many")
KEYS = ibis.table({"id": "int64"}, name="few")


@pytest.fixture
def engine():
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE many AS SELECT (hash(range) >> 1)::BIGINT - (1::BIGINT << 62) AS id,"
                           " range AS paid FROM range(300000)")  # fmt: skip
        connection.execute("CREATE TABLE few AS SELECT id FROM many LIMIT 100")
        connection.execute("INSERT INTO few VALUES (NULL), (-7)")
        yield connection


def test_the_rows_found_are_those_of_the_keys_also_below_zero(engine):
    plain, told = (sql_of(ROWS.semi_join(keys, "id"), "duckdb") for keys in (KEYS, sought(KEYS, "id")))
    assert sorted(engine.execute(told).fetchall()) == sorted(engine.execute(plain).fetchall())


@pytest.mark.parametrize("joined", [ROWS.semi_join, ROWS.inner_join], ids=["semi", "inner"])
def test_the_engine_is_given_a_filter_of_the_keys(engine, joined):
    """Should an engine of later see through the filter that all pass, another is needed."""
    plans = [engine.execute(f"EXPLAIN (ANALYZE, FORMAT json) {sql_of(joined(keys, 'id'), 'duckdb')}").fetchall()[0][1]
             for keys in (KEYS, sought(KEYS, "id"))]  # fmt: skip
    assert ["IN BF(" in plan for plan in plans] == [False, True]
