"""Only `store/engines` talks to an engine: everybody else writes Ibis expressions and the warehouse's verbs.

Ibis' own input and output loses nulls and large integers on Spark, so its names may not be called elsewhere.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import siyu

SOURCE = Path(siyu.__file__).parent
ENGINES = SOURCE / "store" / "engines"
FORBIDDEN_CALLS = {
    "memtable", "create_table", "create_view", "to_pandas", "to_pyarrow_batches", "read_parquet", "read_csv",
}  # fmt: skip
FORBIDDEN_OF_IBIS = {"duckdb", "pyspark", "connect", "memtable", "to_sql"}
ENGINE_PACKAGES = {"duckdb", "pyspark", "pandas"}
#: Migrations are of the operations store, no warehouse. The workbench computes over plain values in memory, which may
#: not enter a warehouse that spills; it keeps no tables.
ALLOWED = {
    ("create_table", "store/migrations"), ("to_sql", "store/sql.py"), ("duckdb", "sources/workbench.py"),
}  # fmt: skip


def breaches(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines of a module that go past the warehouse, with the name they use."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names if a.name.split(".")[0] in ENGINE_PACKAGES)
        elif isinstance(node, ast.ImportFrom):
            yield from _of_import(node)
        elif isinstance(node, ast.Attribute):
            yield from _of_attribute(node)


def _of_import(node: ast.ImportFrom) -> Iterator[tuple[int, str]]:
    module = node.module or ""
    if module.split(".")[0] in ENGINE_PACKAGES or module.startswith(("ibis.backends", "siyu.store.engines")):
        yield node.lineno, module
    if module == "ibis":
        yield from ((node.lineno, alias.name) for alias in node.names if alias.name in FORBIDDEN_OF_IBIS)


def _of_attribute(node: ast.Attribute) -> Iterator[tuple[int, str]]:
    of_ibis = isinstance(node.value, ast.Name) and node.value.id == "ibis" and node.attr in FORBIDDEN_OF_IBIS
    of_expression = node.attr in FORBIDDEN_CALLS or (node.attr == "to_pyarrow" and not _is_schema(node.value))
    if of_ibis or of_expression:
        yield node.lineno, node.attr


def _is_schema(node: ast.expr) -> bool:
    """`expression.schema().to_pyarrow()` reads no rows."""
    named = node.func if isinstance(node, ast.Call) else node
    return isinstance(named, ast.Attribute | ast.Name) and (
        named.attr if isinstance(named, ast.Attribute) else named.id).lower().endswith("schema")


def executions(tree: ast.AST) -> Iterator[int]:
    """Lines with `.execute()` without arguments: SQL statements have one, an Ibis expression has none."""
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) and not node.args else None
        if isinstance(called, ast.Attribute) and called.attr == "execute":
            yield called.lineno


def test_no_module_outside_the_engines_goes_past_the_warehouse():
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        if ENGINES in path.parents:
            continue
        name, tree = path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))
        found += [f"{name}:{line} {what}" for line, what in breaches(tree) if not allowed(name, what)]
        found += [f"{name}:{line} .execute()" for line in executions(tree)]
    assert not found, "Use the verbs of store/warehouse.py instead:\n" + "\n".join(found)


def allowed(name: str, what: str) -> bool:
    engine_chosen = name == "store/workspace.py" and what.startswith("siyu.store.engines")
    return engine_chosen or any(what == word and name.startswith(place) for word, place in ALLOWED)


@pytest.mark.parametrize("text", [
    "import duckdb", "from pyspark.sql import functions", "import ibis\nibis.duckdb.connect()", "table.to_pandas()",
    "from ibis import memtable", "rows = table.filter(x).to_pyarrow()", "backend.create_table('x', rows)",
    "from siyu.store.engines import duck",
    "import ibis.backends.duckdb as d\nd.x.create_table(1)",
])
def test_the_check_sees_what_it_forbids(text: str):
    assert list(breaches(ast.parse(text)))


def test_the_check_lets_schemas_and_statements_pass():
    tree = ast.parse("expression.schema().to_pyarrow()\nconnection.execute(statement)\nschema.to_pyarrow()")
    assert not list(breaches(tree))
    assert not list(executions(tree))
    assert list(executions(ast.parse("expression.execute()")))
