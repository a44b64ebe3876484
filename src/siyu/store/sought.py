"""Keys that are sought among the rows of a large table."""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.store.formula import formula


@formula
def sought(keys: ir.Table, column: str) -> ir.Table:
    """The rows of `keys` (few, by a whole number) as the other side of a join with a large table.

    DuckDB reads no more of that table than may belong to them (it is given a Bloom filter of the keys), which takes
    half the time, but only where their side of the join is filtered: only then it expects them to be few. This filter
    is one that every number passes, which no statistics of the column tell beforehand. Those without a number go.

    >>> import ibis
    >>> from siyu.store.sql import sql_of
    >>> print(sql_of(sought(ibis.table({"id": "int64"}, name="few"), "id"), "duckdb"))
    SELECT * FROM "few" AS "t0" WHERE ("t0"."id" % 1) = 0
    """
    number: ir.IntegerColumn = keys[column]  # type: ignore[assignment]
    return keys.filter(number % 1 == 0)
