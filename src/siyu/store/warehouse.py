"""The warehouse: facts and measures behind one set of verbs, the same on every engine.

Expressions come in as unbound Ibis (tables named in `store/tables.py`); the warehouse compiles and runs them.
It holds no rule of the business. Engines live in `store/engines/`.
"""

from __future__ import annotations

import contextlib
import functools
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from siyu.core.errors import QueryError
from siyu.store.formula import formula
from siyu.store.sql import sql_of
from siyu.store.tables import BY_NAME, SUPERSEDED, Table

#: Layout of the warehouse's tables. A file with a higher one was written by a newer siyu and is refused.
WAREHOUSE_VERSION = 1

Rows = pa.Table | pa.RecordBatchReader | ir.Table


@dataclass(frozen=True)
class Limits:
    """What a question of somebody else's may take: seconds to answer it, rows of its answer that are kept and bytes of
    these.
    """

    seconds: float
    rows: int
    bytes: int = 64 * 2**20


@dataclass(frozen=True)
class Answered:
    """The rows of an answer that are kept, and how many there are."""

    rows: pa.Table
    of: int

    @staticmethod
    def of_batches(batches: pa.RecordBatchReader, limits: Limits | None) -> Answered:
        """The first rows of a stream, all of which are counted. QueryError where they are too large."""
        kept, of, size = [], 0, 0
        for batch in batches:
            if limits is None or of < limits.rows:
                kept.append(batch if limits is None else batch.slice(0, limits.rows - of))
                size += kept[-1].nbytes
            if limits is not None and size > limits.bytes:
                raise QueryError(f"The answer has more than {limits.bytes / 2**20:g} MB.",
                                 remedy="Ask for fewer columns, or for parts of long texts.")
            of += batch.num_rows
        return Answered(pa.Table.from_batches(kept, batches.schema), of)


class Warehouse(ABC):
    """Rows behind verbs. Everything a part may ask of an engine stands here; nothing else is allowed."""

    dialect: str
    #: Errors of an engine that tell of its disk, its memory or itself, and not of what it was asked.
    troubles: tuple[type[Exception], ...]

    def __init__(self) -> None:
        self._told: dict[str, set[str]] = {}  # by table, its kinds: what is asked again and again, until it changes

    # -- reading ---------------------------------------------------------------------------------

    def sql(self, expression: ir.Expr) -> str:
        """The engine's SQL of an expression; the same expression is compiled once."""
        node: Any = expression.op()  # hashable, which its type does not say
        return _compiled(type(self), node)

    @classmethod
    def compile(cls, expression: ir.Expr) -> str:
        """The engine's SQL of an expression, compiled."""
        return sql_of(expression, cls.dialect)

    @staticmethod
    @abstractmethod
    def quoted(name: str) -> str:
        """A name as the engine's SQL takes it, whatever stands in it."""

    @abstractmethod
    def arrow(self, expression: ir.Table) -> pa.Table:
        """All rows of an expression, with the expression's own types."""

    @abstractmethod
    def batches(self, expression: ir.Table, rows: int = 500_000) -> Iterator[pa.RecordBatch]:
        """Rows of an expression in batches, in no promised order, for results larger than memory."""

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """All rows of a small expression as dicts."""
        return self.arrow(expression).to_pylist()

    def row(self, expression: ir.Table) -> dict[str, Any]:
        """The one row of an expression."""
        found = self.rows(expression)
        assert len(found) == 1, f"one row expected, {len(found)} found"
        return found[0]

    def count(self, expression: ir.Table | Table) -> int:
        """How many rows an expression or a table has."""
        return int(self.row(_counted(expression.expr() if isinstance(expression, Table) else expression))["n"])

    def any(self, expression: ir.Table) -> bool:
        """Whether an expression has any row."""
        return self.count(_first(expression)) > 0

    def table(self, name: str) -> ir.Table:
        """A declared table as an expression."""
        return BY_NAME[name].expr()

    def in_force(self, kind: str) -> ir.Table:
        """The facts of a kind without those that a later load corrected."""
        if SUPERSEDED.name not in self._told:
            kinds = self.rows(SUPERSEDED.expr().select("kind").distinct())
            self._told[SUPERSEDED.name] = {row["kind"] for row in kinds}
        facts = BY_NAME[kind].expr()
        return _without_corrected(facts, kind) if kind in self._told[SUPERSEDED.name] else facts

    def has_facts(self, kind: str) -> bool:
        """Whether there is any fact of a kind, in force or not."""
        if kind not in self._told:
            self._told[kind] = {kind} if self.any(BY_NAME[kind].expr()) else set()
        return kind in self._told[kind]

    def _grows(self, table: Table) -> None:
        """Rows are added to a table: what was told of it has to be asked again, but that it has facts."""
        if table is SUPERSEDED or not self._told.get(table.name):
            self._told.pop(table.name, None)

    def query(self, text: str) -> pa.Table:
        """Rows of a person's own SQL, read-only, over readable views (instants as timestamps); every column has a name
        of its own. QueryError."""
        return self.ask(text, None).rows

    def ask(self, text: str, limits: Limits | None) -> Answered:
        """What a `query` gives, within limits. QueryError, also where it takes too long."""
        answer = self._answer(text, limits)
        for name, times in Counter(answer.rows.column_names).items():
            if times > 1:
                raise QueryError(f"The query gives {times} columns named '{name}'; expected a name for each.",
                                 remedy=f"Name them apart, as in `SELECT x.{name} AS first, y.{name} AS second`.")
        return answer

    @abstractmethod
    def _answer(self, text: str, limits: Limits | None) -> Answered:
        """What the engine answers to a person's own SQL, which it only lets read. QueryError."""

    # -- writing ---------------------------------------------------------------------------------

    @abstractmethod
    def append(self, table: Table, rows: Rows) -> None:
        """Add rows to a declared table."""

    @abstractmethod
    def replace(self, table: Table, rows: Rows) -> None:
        """Give a declared table new rows; the old ones stand until the new ones are whole."""

    @abstractmethod
    def replace_where(self, table: Table, column: str, keys: ir.Table, rows: Rows) -> None:
        """Replace the rows whose `column` is among `keys` (an expression of one column) by `rows`."""

    @abstractmethod
    def drop_loads(self, load_ids: list[int]) -> None:
        """Remove the facts of loads that were never committed."""

    @abstractmethod
    def rewrite(self) -> None:
        """Leave no byte on disk of rows that were removed. Not inside a transaction; scratch tables are forgotten."""

    @abstractmethod
    def checkpoint(self) -> None:
        """Bring into its files what the engine holds in its log and in memory. Not inside a transaction."""

    def checkpointing(self) -> contextlib.AbstractContextManager[None]:
        """Declared tables are only read inside: an engine may bring its log into its files beside it. Done at its end.
        """
        return contextlib.nullcontext()

    @abstractmethod
    def load_ids(self) -> set[int]:
        """Loads that have facts here, committed or not."""

    @abstractmethod
    def transaction(self) -> contextlib.AbstractContextManager[None]:
        """Writes inside become visible together where the engine can; elsewhere load ids keep them apart."""

    def bulk(self) -> contextlib.AbstractContextManager[None]:
        """Many appends of batches follow: an engine may arrange itself for them. They are in when it ends."""
        return contextlib.nullcontext()

    # -- scratch ---------------------------------------------------------------------------------

    @abstractmethod
    def scratch(self, name: str, rows: Rows) -> ir.Table:
        """Keep rows under a temporary name and give the expression that reads them."""

    @abstractmethod
    def append_scratch(self, name: str, rows: Rows) -> None:
        """Add rows to a scratch table."""

    @abstractmethod
    def drop_scratch(self, *names: str) -> None:
        """Forget scratch tables; without names, all of them."""

    @property
    def lost(self) -> bool:
        """Whether the engine has given up what it has open: nothing more is answered or kept until it is opened again.
        """
        return False

    @abstractmethod
    def close(self) -> None:
        """Let go of the files."""


@functools.lru_cache(maxsize=1024)
def _compiled(engine: type[Warehouse], node: Any) -> str:
    return engine.compile(node.to_expr())


def listed(rows: pa.Table) -> list[dict[str, Any]]:
    """The rows of an answer as dicts. QueryError for days and times that Python does not have."""
    try:
        return rows.to_pylist()
    except (OverflowError, ValueError):
        raise QueryError("The answer holds a day or time outside the years 1 to 9999, or finer than a microsecond.",
                         remedy="CAST(... AS VARCHAR) gives it as a text.") from None


def schema_of(rows: Rows) -> pa.Schema:
    """The Arrow schema of rows in any of their forms."""
    return _schema_of(rows) if isinstance(rows, ir.Table) else rows.schema


@formula
def _schema_of(rows: ir.Table) -> pa.Schema:
    return rows.schema().to_pyarrow()


@formula
def _counted(rows: ir.Table) -> ir.Table:
    return rows.aggregate(n=rows.count())


@formula
def _first(rows: ir.Table) -> ir.Table:
    return rows.limit(1)


@formula
def _without_corrected(facts: ir.Table, kind: str) -> ir.Table:
    superseded = SUPERSEDED.expr()
    return facts.anti_join(superseded.filter(superseded.kind == kind), "fact_id")


@formula
def unbound(schema: pa.Schema, name: str) -> ir.Table:
    """An unbound expression that reads a table of this schema and name."""
    return ibis.table(ibis.Schema.from_pyarrow(schema), name=name)
