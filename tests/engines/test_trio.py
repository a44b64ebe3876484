"""Ibis, SQLGlot and DuckDB as pinned work together; a newer one of the three has broken the others before."""

from __future__ import annotations

from importlib.metadata import version

import duckdb
import ibis

from siyu.store.tables import IDENTITY


def test_the_pinned_trio_imports_compiles_and_runs():
    assert int(version("ibis-framework").split(".")[0]) == 12
    assert tuple(map(int, version("sqlglot").split(".")[:2])) < (30, 18)
    assert int(version("duckdb").split(".")[0]) == 1
    identity = IDENTITY.expr()
    connection = duckdb.connect()
    rows = "SELECT range AS identifier_id, range // 2 AS consumer_id FROM range(4)"
    connection.execute(f"CREATE TABLE identity AS {rows}")
    counted = identity.group_by("consumer_id").aggregate(n=identity.count()).order_by("consumer_id")
    assert connection.execute(ibis.to_sql(counted, dialect="duckdb")).to_arrow_table().to_pydict() == {
        "consumer_id": [0, 1], "n": [2, 2]}
