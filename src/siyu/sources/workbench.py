"""An engine in memory for plain values: Arrow in, Arrow out, nothing of it ever reaches a disk.

The warehouse may spill to its folder, so plain identifiers never enter it; they are worked on here, batch by batch,
and leave as keyed hashes. Expressions are Ibis, so nothing of a file or mapping becomes SQL but by its literals.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from siyu.store.sql import sql_of

#: Memory of the batches at work: a few hundred megabytes are used; the limit turns a runaway into an error.
MEMORY = "2GB"


def _builtin(name: str, arguments: tuple[str, ...], result: str) -> Callable[..., Any]:
    """A function that the engine has and Ibis does not. Named with its schema: the compiler writes it as it stands."""

    def shape() -> None: ...

    taken = [inspect.Parameter(f"argument_{i}", inspect.Parameter.POSITIONAL_ONLY) for i in range(len(arguments))]
    shape.__signature__ = inspect.Signature(taken)  # type: ignore[attr-defined]
    return ibis.udf.scalar.builtin(name=name, signature=(arguments, result), database="main")(shape)


epoch_us = _builtin("epoch_us", ("timestamp('UTC')",), "int64")
epoch_us_wall = _builtin("epoch_us", ("timestamp",), "int64")
try_strptime = _builtin("try_strptime", ("string", "string"), "timestamp")
json_valid = _builtin("json_valid", ("string",), "boolean")
md5 = _builtin("md5", ("string",), "string")
md5_number = _builtin("md5_number", ("string",), "decimal(38, 0)")
#: The engine's own hash: quick, and the same within a process only.
hash_of = _builtin("hash", ("string",), "uint64")


def concat(pieces: Sequence[ir.StringValue]) -> ir.StringValue:
    """Texts one after another; those that are null are left out."""
    return _concat(len(pieces))(*pieces)


@functools.cache
def _concat(pieces: int) -> Callable[..., ir.StringValue]:
    return _builtin("concat", ("string",) * pieces, "string")


class Workbench:
    """Runs compiled expressions over Arrow tables by name."""

    def __init__(self) -> None:
        self._connection = _engine().cursor()

    def run(self, sql: str, **tables: pa.Table) -> pa.Table:
        """The rows of a compiled expression over the named tables, in their order."""
        for name, rows in tables.items():
            self._connection.register(name, rows)
        try:
            return self._connection.execute(sql).to_arrow_table()
        finally:
            for name in tables:
                self._connection.unregister(name)

    def close(self) -> None:
        """Let go of the memory."""
        self._connection.close()


@functools.cache
def _engine() -> duckdb.DuckDBPyConnection:
    """The one engine of the process: a fresh one takes longer than a small file."""
    # others work beside; the allocator is one for all engines of a process, and the last that opens settles it
    config: dict[str, Any] = {"temp_directory": "", "memory_limit": MEMORY, "threads": 1,
                              "allocator_background_threads": True}  # fmt: skip
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute("SET enable_external_access = false")
    return connection


def compiled(expression: ir.Table) -> str:
    """SQL of an expression for the workbench: compiled once for all files that ask the same, run per batch."""
    node: Any = expression.op()  # hashable, which its type does not say
    return _compiled(node)


@functools.lru_cache(maxsize=1024)
def _compiled(node: Any) -> str:
    return sql_of(node.to_expr(), "duckdb")
