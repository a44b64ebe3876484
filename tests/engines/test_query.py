"""`query`: a person's own SQL over readable rows; it reads and does nothing else."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.errors import QueryError
from siyu.core.time import OPEN_AT, OPEN_DAY
from siyu.store.tables import BY_NAME, IDENTITY, ROLE_SPAN, SUPERSEDED
from siyu.store.warehouse import Limits, Warehouse
from tests.engines.rows import ABOVE_FLOAT, filled, identities, orders, superseded

NOON_IN_SHANGHAI = 1_767_240_000_000_000  # 2026-01-01T04:00Z


def test_instants_are_local_clock_times_and_days_are_dates(warehouse: Warehouse):
    warehouse.append(ROLE_SPAN, filled(ROLE_SPAN, {
        "consumer_id": ABOVE_FLOAT, "valid_from": NOON_IN_SHANGHAI, "valid_to": OPEN_AT, "from_day": 20454,
        "to_day": OPEN_DAY}))
    found = warehouse.query("SELECT consumer_id, valid_from, valid_to, from_day, to_day FROM role_span").to_pylist()
    assert found == [{"consumer_id": ABOVE_FLOAT, "valid_from": dt.datetime(2026, 1, 1, 12), "valid_to": None,
                      "from_day": dt.date(2026, 1, 1), "to_day": None}]


def test_facts_no_longer_in_force_are_hidden(warehouse: Warehouse):
    warehouse.append(BY_NAME["orders"], orders(1, 5, 6))
    warehouse.append(SUPERSEDED, superseded(orders(1, 5).column("fact_id")[0].as_py(), 0, load_id=2))
    text = "WITH few AS (SELECT paid_amount FROM orders) SELECT sum(paid_amount) AS paid FROM few -- comment"
    assert warehouse.query(text).to_pylist() == [{"paid": 6}]
    assert warehouse.count(BY_NAME["orders"]) == 2  # expressions still see the table itself


@pytest.mark.parametrize("text", [
    "DELETE FROM identity", "DROP TABLE identity", "CREATE TABLE x AS SELECT 1", "INSERT INTO identity VALUES (1,1,1)",
    "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE identity", "", "SET x = 1", "COPY identity TO 'x.csv'",
    "EXPLAIN SELECT 1", "EXPLAIN ANALYZE DELETE FROM identity", "EXPLAIN ANALYZE DELETE FROM warehouse.main.identity",
])
def test_whatever_is_not_one_select_is_refused_and_changes_nothing(warehouse: Warehouse, text: str):
    warehouse.append(IDENTITY, identities((1, 1)))
    with pytest.raises(QueryError):
        warehouse.query(text)
    assert warehouse.count(IDENTITY) == 1


@pytest.mark.parametrize("text", [
    "SELECT * FROM enable_logging('QueryLog')", "SELECT * FROM (SELECT * FROM checkpoint())", "PRAGMA database_list",
    "SELECT (SELECT count(*) FROM duckdb_settings()) AS n", "SELECT * FROM duckdb_logs", "SELECT write_log('x') AS n",
    "WITH x AS (SELECT * FROM query('SELECT 1')) SELECT * FROM x", "SELECT * FROM identity, DuckDB_Databases()",
])  # fmt: skip
def test_a_query_calls_nothing_that_changes_the_engine_or_tells_of_it(warehouse: Warehouse, text: str):
    with pytest.raises(QueryError):
        warehouse.query(text)


def test_what_a_query_may_not_call_is_named(warehouse: Warehouse):
    called = {"duckdb": "SELECT * FROM checkpoint()",
              "pyspark": "SELECT java_method('java.lang.System', 'getenv', 'HOME')"}[warehouse.dialect]
    with pytest.raises(QueryError, match=r"^A query reads tables; (checkpoint|java_method)\(\) is not for it\."):
        warehouse.query(called)


@pytest.mark.parametrize("text", [
    "SELECT * FROM identty", "SELECT nothing FROM identity", "SELEC 1", "SELECT 1 FROM",
    "SELECT * FROM 'pyproject.toml'", "SELECT * FROM read_csv('pyproject.toml')", "SELECT * FROM csv.`pyproject.toml`",
    "SELECT java_method('java.lang.System', 'getenv', 'HOME')", "SELECT TRANSFORM(1) USING 'cat'",
    "SELECT * FROM _raw_identity",
])
def test_a_query_that_names_what_is_not_there_says_so(warehouse: Warehouse, text: str):
    with pytest.raises(QueryError) as refused:
        warehouse.query(text)
    assert "\n" not in refused.value.message


@pytest.mark.parametrize("text", ["SELECT 1 AS a, 2 AS a", "SELECT * FROM identity AS x, identity AS y"])
def test_a_query_in_whose_answer_two_columns_share_a_name_is_refused(warehouse: Warehouse, text: str):
    with pytest.raises(QueryError, match=r"2 columns named '(a|identifier_id)'") as refused:
        warehouse.query(text)
    assert "AS" in (refused.value.remedy or "")


def test_a_query_that_fails_on_the_way_says_why_in_one_line(warehouse: Warehouse):
    with pytest.raises(QueryError, match=r"(?i)x0.*int|int.*x0") as refused:
        warehouse.query("SELECT CAST('x' || count(*) AS INTEGER) AS n FROM identity")
    assert "\n" not in refused.value.message


def test_a_query_within_limits_keeps_so_many_rows_and_tells_of_how_many(warehouse: Warehouse):
    warehouse.append(IDENTITY, identities(*((n, n) for n in range(7))))
    found = warehouse.ask("SELECT identifier_id FROM identity ORDER BY 1", Limits(60, 3))
    assert (found.rows.to_pylist(), found.of) == ([{"identifier_id": n} for n in range(3)], 7)
    assert warehouse.ask("SELECT identifier_id FROM identity WHERE FALSE", Limits(60, 3)).of == 0


def test_an_answer_that_is_too_large_is_refused(warehouse: Warehouse):
    with pytest.raises(QueryError, match="more than 1 MB"):
        warehouse.ask("SELECT repeat('x', 3000000) AS n", Limits(60, 3, 2**20))


def test_a_query_that_takes_too_long_is_stopped_and_the_next_is_answered(warehouse: Warehouse):
    warehouse.append(IDENTITY, identities(*((n, n) for n in range(3000))))
    others = ", ".join(f"identity AS i{n}" for n in range(4))
    with pytest.raises(QueryError, match=r"longer than 0\.5 seconds") as refused:
        warehouse.ask(f"SELECT sum(i0.identifier_id * i3.identifier_id % 7) AS n FROM {others}", Limits(0.5, 3))
    assert refused.value.remedy
    assert warehouse.ask("SELECT count(*) AS n FROM identity", Limits(60, 3)).rows.to_pylist() == [{"n": 3000}]


def test_tables_are_what_they_were_after_a_query(warehouse: Warehouse):
    warehouse.append(IDENTITY, identities((1, 1)))
    assert warehouse.query("SELECT count(*) AS n FROM IDENTITY").to_pylist() == [{"n": 1}]
    warehouse.append(IDENTITY, identities((2, 2)))
    assert warehouse.query("SELECT count(*) AS n FROM identity").to_pylist() == [{"n": 2}]
    assert warehouse.count(IDENTITY) == 2
