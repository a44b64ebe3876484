"""The distributed warehouse: tables as Parquet under one path, expressions run by Spark.

Ibis compiles, Arrow carries; no metastore and no other Ibis input or output (it loses nulls and large integers).
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot
import sqlglot.expressions as sge
from sqlglot.errors import SqlglotError

from siyu.core.errors import DamagedError, NewerVersionError, QueryError
from siyu.core.time import OPEN_AT, OPEN_DAY
from siyu.store.engines.patience import Patience
from siyu.store.engines.reading import no_select, not_for_reading
from siyu.store.engines.spark_files import Files, Generations, put_arrow
from siyu.store.engines.spark_owner import Owner
from siyu.store.engines.spark_session import another, lost_errors, new_session, reason, spark_errors
from siyu.store.engines.spark_sql import spark_sql
from siyu.store.tables import BY_NAME, SUPERSEDED, TABLES, Column, Table
from siyu.store.warehouse import WAREHOUSE_VERSION, Answered, Limits, Rows, Warehouse, schema_of, unbound

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

VERSION = "_version-"  # a file whose name says it: written in one step
SPARK = {
    pa.int64(): "BIGINT", pa.int32(): "INT", pa.int16(): "SMALLINT", pa.int8(): "TINYINT", pa.float64(): "DOUBLE",
    pa.string(): "STRING", pa.bool_(): "BOOLEAN", pa.binary(): "BINARY",
}  # fmt: skip
#: What Spark knows a thread's jobs by.
JOB_GROUP = "spark.jobGroup.id"
#: Functions of Spark that run code of the machine rather than read rows.
FORBIDDEN_FUNCTIONS = {"reflect", "java_method", "try_reflect"}


class SparkWarehouse(Warehouse):
    """Tables in directories of Parquet; views of their names exist while an expression needs them."""

    dialect = "pyspark"

    @staticmethod
    def quoted(name: str) -> str:
        return _q(name)

    def __init__(self, path: Path | str, *, master: str, zone: str) -> None:
        super().__init__()
        self._zone = zone
        self._session = new_session(master)
        self.troubles = (*spark_errors(), *lost_errors())  # rows are typed before they come here
        self._files = Files(self._session, path)
        self._owner = Owner(self._files)
        self._owner.take()
        self._tables = Generations(self._files)
        self._scratch_root = f"_scratch/{uuid.uuid4().hex}"
        self._scratch: dict[str, tuple[str, pa.Schema]] = {}
        self._views: dict[str, str | None] = {}
        self._prepare()

    # -- reading

    @classmethod
    def compile(cls, expression: ir.Expr) -> str:
        return spark_sql(expression)

    def arrow(self, expression: ir.Table) -> pa.Table:
        with _damage_told():
            return self._frame(expression).toArrow().cast(expression.schema().to_pyarrow())

    def batches(self, expression: ir.Table, rows: int = 500_000) -> Iterator[pa.RecordBatch]:
        schema = expression.schema().to_pyarrow()
        folder = f"{self._scratch_root}/_batches-{uuid.uuid4().hex}"
        try:
            self._write(expression, schema, folder)
            for name in self._files.names(folder):
                if name.startswith("part-"):
                    with self._files.fetched(f"{folder}/{name}") as file, pq.ParquetFile(file) as parquet:
                        for batch in parquet.iter_batches(rows):
                            yield batch.cast(schema)
        finally:
            self._files.delete(folder)

    def _answer(self, text: str, limits: Limits | None) -> Answered:
        names = _tables_read(text)
        reader = another(self._session)  # views of the same names, as people read them
        try:
            for name in names & set(BY_NAME):
                self._readable(BY_NAME[name], reader)
            with Patience(limits, self._stoppable(reader)):
                found = reader.sql(text)
                if limits is None:
                    rows = found.toArrow()
                    return Answered(rows, rows.num_rows)
                first = found.limit(limits.rows).toArrow()
                return replace(Answered.of_batches(first.to_reader(), limits), of=found.count())
        except spark_errors() as error:
            raise QueryError(f"The query could not be run: {reason(error)}",
                             remedy="`siyu tables` prints every table and column.") from None
        finally:
            reader.sparkContext.setLocalProperty(JOB_GROUP, None)  # type: ignore[arg-type]  what follows is no question

    @staticmethod
    def _stoppable(reader: SparkSession) -> Callable[[], object]:
        """What stops the jobs that this thread starts from here on."""
        context, group = reader.sparkContext, f"question-{uuid.uuid4().hex}"
        context.setJobGroup(group, "a question", interruptOnCancel=True)
        return lambda: context.cancelJobGroup(group)

    # -- writing

    def append(self, table: Table, rows: Rows) -> None:
        if not table.fact and isinstance(rows, ir.Table):  # several files cannot appear at once; a generation can
            self.replace(table, ibis.union(table.expr(), _shaped(rows, table.schema)))
            return
        self._fill(table, self._tables.opened(table.name), rows)
        self._changed(table)

    def replace(self, table: Table, rows: Rows) -> None:
        path = self._tables.next(table.name)
        self._fill(table, path, rows)
        self._tables.finish(table.name, path)
        self._changed(table)

    def replace_where(self, table: Table, column: str, keys: ir.Table, rows: Rows) -> None:
        if not isinstance(rows, ir.Table):
            rows = self.scratch("_replacing", rows)
        gone = keys.rename({column: keys.columns[0]})
        self.replace(table, ibis.union(table.expr().anti_join(gone, column), _shaped(rows, table.schema)))
        self.drop_scratch("_replacing")

    def drop_loads(self, load_ids: list[int]) -> None:
        for table in TABLES:
            if table.fact:
                for load_id in self._tables.loads(table.name) & set(load_ids):
                    self._tables.drop_load(table.name, load_id)
                    self._changed(table)

    def rewrite(self) -> None:
        """Tables that lost rows are new generations already; the old ones go with their files."""
        self.drop_scratch()
        self._tables.clean()

    def checkpoint(self) -> None:
        """Every write is in files when it returns."""

    def load_ids(self) -> set[int]:
        return set().union(*(self._tables.loads(table.name) for table in TABLES if table.fact))

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Each table changes on its own; when something fails, the facts of loads begun inside are removed."""
        before = self.load_ids()
        try:
            yield
        except BaseException:
            self.drop_loads(sorted(self.load_ids() - before))
            raise

    # -- scratch

    def scratch(self, name: str, rows: Rows) -> ir.Table:
        assert name not in BY_NAME, f"{name} is a declared table"
        schema = schema_of(rows)
        path = f"{self._scratch_root}/rows-{uuid.uuid4().hex}"
        self._write(rows, schema, path)
        self.drop_scratch(name)
        self._scratch[name] = (path, schema)
        return unbound(schema, name)

    def append_scratch(self, name: str, rows: Rows) -> None:
        path, schema = self._scratch[name]
        self._write(rows, schema, path)
        self._views.pop(name, None)

    def drop_scratch(self, *names: str) -> None:
        for name in names or tuple(self._scratch):
            if name in self._scratch:
                self._files.delete(self._scratch.pop(name)[0])
                self._views.pop(name, None)

    def close(self) -> None:
        self._files.delete(self._scratch_root)
        for view in self._views:
            self._session.catalog.dropTempView(view)
        self._views.clear()
        self._owner.release()

    # -- inside

    def _prepare(self) -> None:
        """Refuse a newer layout, and clear what a killed process left."""
        version = max((int(n.removeprefix(VERSION)) for n in self._files.names() if n.startswith(VERSION)), default=0)
        if version > WAREHOUSE_VERSION:
            self._owner.release()
            raise NewerVersionError(
                f"{self._files.root} was written with warehouse version {version}; "
                f"this siyu reads up to {WAREHOUSE_VERSION}.",
                remedy="Install the newer siyu that wrote it, or restore a backup made by this one.")
        if not version:
            self._files.write(f"{VERSION}{WAREHOUSE_VERSION}")
        for leftover in ("_scratch", "_staging"):
            self._files.delete(leftover)
        self._tables.clean()

    def _frame(self, expression: ir.Table) -> DataFrame:
        """The rows of an expression, its tables made visible first."""
        for node in expression.op().find(ops.UnboundTable):
            self._show(getattr(node, "name", ""))
        return self._session.sql(self.sql(expression))

    def _show(self, name: str) -> None:
        """Make a table's view point at its rows of now."""
        if name in self._scratch:
            path, schema = self._scratch[name]
        else:
            path, schema = self._tables.current(name), BY_NAME[name].schema
        if name not in self._views or self._views[name] != path:
            _view(self._session, name, self._files.address(path) if path else None, schema)
            self._views[name] = path

    def _changed(self, table: Table) -> None:
        self._views.pop(table.name, None)
        self._told.pop(table.name, None)

    def _fill(self, table: Table, path: str, rows: Rows) -> None:
        self._write(rows, table.schema, path, by_load=table.fact)

    def _write(self, rows: Rows, schema: pa.Schema, path: str, *, by_load: bool = False) -> None:
        """Add rows to a directory: Spark writes what it computes, Arrow goes straight into Parquet."""
        if not isinstance(rows, ir.Table):
            put_arrow(self._files, path, _arrow_batches(rows, schema), by_load=by_load)
            return
        typed = [f"CAST({_q(field.name)} AS {SPARK[field.type]}) AS {_q(field.name)}" for field in schema]
        with _damage_told():
            writer = self._frame(rows).selectExpr(*typed).write.mode("append")
            (writer.partitionBy("load_id") if by_load else writer).parquet(self._files.address(path))

    def _readable(self, table: Table, reader: SparkSession) -> None:
        """The table's view for people: facts in force, local timestamps, dates, open ends as NULL."""
        for raw in (table, SUPERSEDED):
            path = self._tables.current(raw.name)
            _view(reader, f"_raw_{raw.name}", self._files.address(path) if path else None, raw.schema)
        columns = ", ".join(f"{_readable_column(c, self._zone)} AS {_q(c.name)}" for c in table.columns)
        text = f"SELECT {columns} FROM _raw_{table.name} AS facts"
        if table.fact and "source_ref" in table.column_names:
            text += (f" LEFT ANTI JOIN _raw_{SUPERSEDED.name} AS corrected"
                     f" ON corrected.fact_id = facts.fact_id AND corrected.kind = '{table.name}'")
        reader.sql(text).createOrReplaceTempView(table.name)


@contextlib.contextmanager
def _damage_told() -> Iterator[None]:
    """A file of the warehouse that Spark cannot read is damage, not a mistake of the expression."""
    try:
        yield
    except spark_errors() as error:
        if "FAILED_READ_FILE" not in str(error):
            raise
        raise DamagedError(f"The warehouse has a file that cannot be read: {reason(error)}",
                           remedy="It stays as it is; the warehouse can be rebuilt from the landed files.") from None


def _view(session: SparkSession, name: str, address: str | None, schema: pa.Schema) -> None:
    """A view of a directory with a declared schema, or of no rows."""
    if address is None:
        nothing = ", ".join(f"CAST(NULL AS {SPARK[field.type]}) AS {_q(field.name)}" for field in schema)
        session.sql(f"SELECT {nothing} WHERE FALSE").createOrReplaceTempView(name)
        return
    ddl = ", ".join(f"{_q(field.name)} {SPARK[field.type]}" for field in schema)
    reader = session.read.schema(ddl).option("__globPaths__", "false")  # a path may hold [ or *
    reader.parquet(address).select(*(_q(column) for column in schema.names)).createOrReplaceTempView(name)


def _shaped(rows: ir.Table, schema: pa.Schema) -> ir.Table:
    """Rows with the columns of a schema, in its order and of its types."""
    return rows.select(*schema.names).cast(ibis.Schema.from_pyarrow(schema))


def _arrow_batches(rows: pa.Table | pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    if isinstance(rows, pa.Table):
        yield from rows.select(schema.names).cast(schema).to_batches()
        return
    for batch in rows:
        yield pa.RecordBatch.from_arrays([batch.column(f.name).cast(f.type) for f in schema], schema=schema)


def _tables_read(text: str) -> set[str]:
    """Names a query reads from; QueryError unless it is one SELECT that only reads rows."""
    try:
        statements = [statement for statement in sqlglot.parse(text, dialect="spark") if statement]
    except SqlglotError as error:
        raise QueryError(f"The query could not be read: {str(error).splitlines()[0]}",
                         remedy="Spark's SQL is expected here.") from None
    if len(statements) != 1 or not isinstance(statements[0], sge.Query) or statements[0].find(sge.QueryTransform):
        raise no_select(len(statements))
    called = {str(call.name).lower() for call in statements[0].find_all(sge.Anonymous)}
    for name in sorted(called & FORBIDDEN_FUNCTIONS):
        raise not_for_reading(f"{name}()")
    return {table.name.lower() for table in statements[0].find_all(sge.Table)}


def _readable_column(column: Column, zone: str) -> str:
    name = f"facts.{_q(column.name)}"
    if column.type == "instant":
        local = f"from_utc_timestamp(timestamp_micros({name}), '{zone}')"
        return f"CASE WHEN {name} < {OPEN_AT} THEN CAST({local} AS TIMESTAMP_NTZ) END"
    if column.type == "day":
        return f"CASE WHEN {name} < {OPEN_DAY} THEN date_add(DATE '1970-01-01', {name}) END"
    return name


def _q(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
