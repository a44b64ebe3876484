"""What is written out in DuckDB's SQL: names, types, tables, and rows as people read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa

from siyu.core.time import OPEN_AT, OPEN_DAY
from siyu.store.engines.reading import no_select, not_for_reading
from siyu.store.tables import Column, Table

DUCK = {
    "id": "BIGINT", "integer": "BIGINT", "number": "DOUBLE", "text": "VARCHAR", "flag": "BOOLEAN",
    "instant": "BIGINT", "day": "INTEGER", "money": "BIGINT", "bytes": "BLOB",
}  # fmt: skip
ARROW_DUCK = {
    pa.int64(): "BIGINT", pa.int32(): "INTEGER", pa.int16(): "SMALLINT", pa.int8(): "TINYINT", pa.float64(): "DOUBLE",
    pa.string(): "VARCHAR", pa.bool_(): "BOOLEAN", pa.binary(): "BLOB",
}  # fmt: skip

#: Functions in FROM that give rows and do nothing else.
ROWS_OF = {"range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree", "histogram",
           "histogram_values", "pg_timezone_names", "icu_calendar_names"}  # fmt: skip
#: What tells of the engine, of every connection's statements among others.
OF_ENGINE = ("duckdb_", "pragma_")
#: Functions on values that leave something behind, or wait.
EFFECTS = {"write_log", "setseed", "nextval", "currval", "sleep_ms"}


def creating(table: Table, name: str | None = None) -> str:
    """CREATE of a declared table, under its name or another."""
    columns = ", ".join(f"{quoted(c.name)} {DUCK[c.type]}" for c in table.columns)
    return f"CREATE TABLE IF NOT EXISTS {quoted(name or table.name)} ({columns})"


def readable(table: Table, zone: str, catalogue: str) -> str:
    """SELECT of a table as people read it: facts in force, local timestamps, dates, open ends as NULL."""
    columns = ", ".join(f"{_readable_column(c, zone)} AS {quoted(c.name)}" for c in table.columns)
    text = f"SELECT {columns} FROM {catalogue}.{quoted(table.name)}"
    if table.fact and "source_ref" in table.column_names:
        text += f" WHERE fact_id NOT IN (SELECT fact_id FROM {catalogue}.superseded WHERE kind = '{table.name}')"
    return text


def _readable_column(column: Column, zone: str) -> str:
    name = quoted(column.name)
    if column.type == "instant":
        return f"CASE WHEN {name} < {OPEN_AT} THEN timezone('{zone}', timezone('UTC', make_timestamp({name}))) END"
    if column.type == "day":
        return f"CASE WHEN {name} < {OPEN_DAY} THEN DATE '1970-01-01' + {name} END"
    return name


def check_reads(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    """QueryError for whatever is not one SELECT: EXPLAIN ANALYZE runs what it explains, whatever that is. Nor may a
    SELECT call what changes the engine, tells of it, or runs other SQL: functions in FROM may do all three.
    """
    statements = connection.extract_statements(text)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise no_select(len(statements))
    answer = connection.execute("SELECT json_serialize_sql(?)", [text]).fetchone()
    tree = json.loads(answer[0]) if answer else {}
    if tree.get("error"):  # PRAGMA, which becomes a SELECT
        raise no_select(1)
    for name in _called(tree):
        raise not_for_reading(name)


def _called(node: Any) -> Iterator[str]:
    """What a parsed statement calls or reads and may not."""
    if isinstance(node, list):
        for one in node:
            yield from _called(one)
    elif isinstance(node, dict):
        if node.get("type") == "TABLE_FUNCTION" and (name := node["function"]["function_name"].lower()) not in ROWS_OF:
            yield f"{name}()"
        elif node.get("type") == "BASE_TABLE" and node["table_name"].lower().startswith(OF_ENGINE):
            yield node["table_name"].lower()
        elif node.get("class") == "FUNCTION" and node["function_name"].lower() in EFFECTS:
            yield f"{node['function_name'].lower()}()"
        for one in node.values():
            yield from _called(one)


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


def type_of(type_: pa.DataType) -> str:
    """DuckDB's name of an Arrow type."""
    return ARROW_DUCK[type_]
