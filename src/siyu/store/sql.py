"""SQL of Ibis expressions.

Ibis imports the compilers of all twenty engines it knows with the first statement, which takes longer than most
statements do. Here each is imported when it is asked for.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import ibis
import ibis.expr.types as ir

from siyu.store.statements import KEPT

COMPILERS = "ibis.backends.sql.compilers"

#: Selects of selects stay as they are: engines flatten them in a fraction of the time.
ibis.options.sql.fuse_selects = False


def sql_of(expression: ir.Expr, dialect: str) -> str:
    """One statement, in the dialect of an engine.

    >>> print(sql_of(ibis.table({"paid": "int64"}, name="orders").limit(1), "duckdb"))
    SELECT * FROM "orders" AS "t0" LIMIT 1
    """
    return KEPT.of(expression, dialect, lambda asked: compiled(asked, dialect))


def compiled(expression: ir.Expr, dialect: str) -> str:
    """The statement, compiled."""
    compiler = importlib.import_module(f"{COMPILERS}.{dialect}").compiler
    return compiler.to_sqlglot(expression).sql(dialect=compiler.dialect, copy=False)


class _Asked(ModuleType):
    """The package of compilers without what its `__init__` imports: each of its modules comes when it is named."""

    def __getattr__(self, name: str) -> ModuleType:
        if name.startswith("_") or importlib.util.find_spec(f"{self.__name__}.{name}") is None:
            raise AttributeError(f"{self.__name__} has no module {name}")
        return importlib.import_module(f"{self.__name__}.{name}")


def _import_as_asked() -> None:
    spec = importlib.util.find_spec(COMPILERS)
    if COMPILERS in sys.modules or spec is None:
        return
    package = _Asked(COMPILERS)
    package.__spec__, package.__path__ = spec, list(spec.submodule_search_locations or ())
    sys.modules[COMPILERS] = package


_import_as_asked()
