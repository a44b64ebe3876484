"""Ibis expressions as Spark SQL: Ibis' own compiler, mended where Spark would answer otherwise than DuckDB.

It needs neither Java nor pyspark.
"""

from __future__ import annotations

import ibis.expr.types as ir
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import NULL, SQLGlotCompiler
from ibis.backends.sql.compilers.pyspark import PySparkCompiler


class SparkCompiler(PySparkCompiler):
    """Ibis' compiler for Spark, with DuckDB's answers for conditional counts and for floats."""

    def visit_CountStar(self, op, *, arg, where):
        """`count(where=)` of no rows is 0; Ibis' own sum of flags gives NULL."""
        if where is None:
            return super().visit_CountStar(op, arg=arg, where=where)
        return self.f.count(self.if_(where, sge.convert(1), NULL))

    def visit_BitOr(self, op, *, arg, where):
        """The bits of all rows put together; Ibis has no rule for Spark."""
        return self.f.bit_or(arg if where is None else self.if_(where, arg, NULL))

    def visit_Field(self, op, *, rel, name):
        """A column as it is (Ibis asks an option that exists only once its own backend is connected)."""
        return SQLGlotCompiler.visit_Field(self, op, rel=rel, name=name)

    def visit_NonNullLiteral(self, op, *, value, dtype):
        """A float is a DOUBLE: written bare, Spark reads a decimal and divides it to six places."""
        if dtype.is_floating():
            return self.cast(SQLGlotCompiler.visit_DefaultLiteral(self, op, value=value, dtype=dtype), dtype)
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)

    def visit_Cast(self, op, *, arg, to):
        """A float becomes the nearest integer, ties to even; Spark's own cast cuts off."""
        if op.arg.dtype.is_floating() and to.is_integer():
            arg = self.f.rint(arg)
        return super().visit_Cast(op, arg=arg, to=to)


COMPILER = SparkCompiler()


def spark_sql(expression: ir.Expr) -> str:
    """Spark SQL of an expression over unbound tables.

    >>> import ibis
    >>> orders = ibis.table({"paid": "int64"}, name="orders")
    >>> print(spark_sql(orders.aggregate(n=orders.count(where=orders.paid > 2**53))))
    SELECT COUNT(IF(`t0`.`paid` > 9007199254740992, 1, NULL)) AS `n` FROM `orders` AS `t0`
    """
    return COMPILER.to_sqlglot(expression.unbind()).sql(dialect=COMPILER.dialect)
