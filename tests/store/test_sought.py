"""Keys that are sought: the rows are those of any join, and the engine reads little else."""

from __future__ import annotations

import re

import duckdb
import ibis
import pytest

from siyu.measures.facts import _referrals
from siyu.store.sought import sought
from siyu.store.sql import sql_of
from siyu.store.tables import BY_NAME, IDENTITY

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


def test_inviters_are_sought_though_nobody_invites_themselves(engine):
    """Two sides that are to differ become a part of the join, and no filter is given, unless they are compared as one
    number.
    """
    engine.execute("CREATE TABLE identity AS SELECT id AS identifier_id, paid AS consumer_id FROM many")
    engine.execute("CREATE TABLE said AS SELECT id AS inviter_identifier_id, id AS invitee_identifier_id, 'click' AS"
                   " kind, 1 AS occurred_at, 1 AS occurred_day, '' AS campaign, '' AS touchpoint, 1 AS fact_id"
                   " FROM many LIMIT 100")  # fmt: skip
    engine.execute("UPDATE said SET invitee_identifier_id = (SELECT max(id) FROM many) WHERE rowid % 2 = 0")
    said = BY_NAME["referrals"].expr().select(*(name for name, *_ in engine.execute("DESCRIBE said").fetchall()))
    told = sql_of(_referrals(said, IDENTITY.expr()), "duckdb").replace('"referrals"', '"said"')
    assert len(engine.execute(told).fetchall()) == 50
    plan = engine.execute(f"EXPLAIN (ANALYZE, FORMAT json) {told}").fetchall()[0][1]
    assert re.search(r"identifier_id IN BF\(", plan)
