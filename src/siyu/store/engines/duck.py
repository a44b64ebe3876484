"""The embedded warehouse: one DuckDB file, owned by one process."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import duckdb
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from siyu.core.errors import QueryError
from siyu.core.files import sync_folder
from siyu.store.engines.duck_file import copy, opened
from siyu.store.engines.duck_sql import check_reads, creating, quoted, readable, type_of
from siyu.store.engines.patience import Patience
from siyu.store.sought import sought
from siyu.store.tables import BY_NAME, TABLES, Table
from siyu.store.warehouse import Answered, Limits, Rows, Warehouse, schema_of, unbound

#: DuckDB removes rows by marks; at each checkpoint it writes neighbouring blocks anew where that saves one. This takes
#: longer than what a day changes, so it waits until such a share of a table's rows is removed, and a block's worth.
MOST_REMOVED, BLOCK_ROWS = 0.4, 122_880
#: DuckDB's own.
VACUUM_TASKS = 100
#: Tables in memory that are being appended; more would only take memory.
MOST_APPENDING = 2
#: Rows in which an answer comes.
ANSWER_ROWS = 100_000
#: Scratch table of rows that wait for the table they are read from to be changed.
ASIDE = "_aside"
#: So many bytes of log are worth bringing into the file while answers are looked for.
LOG_WORTH = 16 * 1024**2
#: So few rows are in before the number of threads could be changed.
FEW_ROWS = 20_000


class DuckWarehouse(Warehouse):
    """Tables in one DuckDB file. Spilled data stays in a folder of its own, wiped at open."""

    dialect = "duckdb"
    troubles = (duckdb.OperationalError, duckdb.FatalException)
    quoted = staticmethod(quoted)

    def __init__(self, path: Path, *, memory: str = "4GB", threads: int | None = None, zone: str = "UTC") -> None:
        super().__init__()
        self.path = path
        self._zone, self._memory = zone, memory
        self._spill = path.with_name(path.name + ".tmp")
        self._scratch: dict[str, pa.Schema] = {}
        self._replaced: set[str] = set()  # tables of which this transaction replaces rows
        self._threads = self._in_use = threads or os.cpu_count() or 2
        self._appender: ThreadPoolExecutor | None = None
        self._appending: list[Future[None]] = []
        self._opened = opened(path, self._spill, memory, self._threads)
        self._inside_transaction = False

    @property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        """The connection, for a statement with all threads, once everything that is being appended is in. Raises what
        an append raised.
        """
        self._settle()
        self._use(self._threads)
        return self._opened

    # -- reading

    def arrow(self, expression: ir.Table) -> pa.Table:
        found = self._connection.execute(self.sql(expression)).to_arrow_table()
        return found.cast(expression.schema().to_pyarrow())

    def batches(self, expression: ir.Table, rows: int = 500_000) -> Iterator[pa.RecordBatch]:
        if self._inside_transaction or self._reads_scratch(expression):  # which a second cursor cannot see
            yield from self._pages(expression, rows)
            return
        schema = expression.schema().to_pyarrow()
        with contextlib.closing(self._connection.cursor()) as cursor:
            for batch in cursor.execute(self.sql(expression)).to_arrow_reader(rows):
                yield batch.cast(schema)

    def _answer(self, text: str, limits: Limits | None) -> Answered:
        cursor = self._connection.cursor()
        try:
            check_reads(cursor, text)
            for table in TABLES:  # the file's catalogue is named after its stem; `main` alone would be the view's own
                view = readable(table, self._zone, f"{quoted(self.path.stem)}.main")
                cursor.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(table.name)} AS {view}")
            cursor.execute("BEGIN TRANSACTION READ ONLY")
            with Patience(limits, cursor.interrupt):
                return Answered.of_batches(cursor.execute(text).to_arrow_reader(ANSWER_ROWS), limits)
        except (duckdb.Error, pa.ArrowException, OSError) as error:  # what fails on the way comes through Arrow
            raise QueryError(f"The query could not be run: {str(error).splitlines()[0]}",
                             remedy="`siyu tables` prints every table and column.") from None
        finally:
            cursor.close()

    # -- writing

    def append(self, table: Table, rows: Rows) -> None:
        self._grows(table)
        self._insert(quoted(table.name), rows, table.schema)

    def replace(self, table: Table, rows: Rows) -> None:
        self._told.pop(table.name, None)
        with self.transaction():
            self._connection.execute(creating(table, name="_replacing"))
            self._insert("_replacing", rows, table.schema)
            self._connection.execute(f"DROP TABLE {quoted(table.name)}")
            self._connection.execute(f"ALTER TABLE _replacing RENAME TO {quoted(table.name)}")

    def replace_where(self, table: Table, column: str, keys: ir.Table, rows: Rows) -> None:
        self._told.pop(table.name, None)
        with self.transaction():
            aside = self._aside(table, rows)
            gone = self.sql(sought(keys, keys.columns[0]))
            self._connection.execute(f"DELETE FROM {quoted(table.name)} WHERE {quoted(column)} IN ({gone})")
            self._insert(quoted(table.name), aside, table.schema)
            self.drop_scratch(ASIDE)
            self._replaced.add(table.name)

    def drop_loads(self, load_ids: list[int]) -> None:
        if not load_ids:
            return
        self._told.clear()
        numbers = ", ".join(str(int(i)) for i in load_ids)
        with self.transaction():
            for table in TABLES:
                if table.fact:
                    self._connection.execute(f"DELETE FROM {quoted(table.name)} WHERE load_id IN ({numbers})")

    def rewrite(self) -> None:
        """Rows in force go into a fresh file, which takes the old one's name: free pages hold what was removed."""
        assert not self._inside_transaction, "a file is written anew between transactions"
        self.drop_scratch()
        fresh = self.path.with_name(self.path.name + ".fresh")
        self.checkpoint()  # no log is left that the new file could meet; closing would not tell of one that is
        self._opened.close()
        try:
            copy(self.path, fresh, self._spill, self._memory)
            os.replace(fresh, self.path)
            sync_folder(self.path.parent)
        finally:
            fresh.unlink(missing_ok=True)
            self._opened = opened(self.path, self._spill, self._memory, self._threads)
            self._in_use = self._threads

    def checkpoint(self) -> None:
        self._connection.execute("CHECKPOINT")

    @contextlib.contextmanager
    def checkpointing(self) -> Iterator[None]:
        """What fails beside is done when the file is closed, which would else be the time to wait for it."""
        log = self.path.with_name(self.path.name + ".wal")
        if self._inside_transaction or not log.exists() or log.stat().st_size < LOG_WORTH:
            yield
            return
        with self._connection.cursor() as cursor, ThreadPoolExecutor(1, "checkpointing") as beside:
            beside.submit(cursor.execute, "CHECKPOINT")
            yield

    def load_ids(self) -> set[int]:
        union = " UNION ".join(f"SELECT DISTINCT load_id FROM {quoted(t.name)}" for t in TABLES if t.fact)
        return {row[0] for row in self._connection.execute(union).fetchall()}

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        if self._inside_transaction:
            yield
            return
        self._connection.execute("BEGIN TRANSACTION")
        self._inside_transaction, committed = True, False
        try:
            yield
            self._settle()
        except BaseException:
            try:
                self._drain()
            finally:
                self._opened.execute("ROLLBACK")
            raise
        else:
            self._commit()
            committed = True
        finally:
            self._inside_transaction = False
            self._replaced.clear()
            if not committed:
                self._told.clear()

    @contextlib.contextmanager
    def bulk(self) -> Iterator[None]:
        """Tables of Arrow are appended beside the caller, in the order of the calls; whatever else is asked waits for
        them, and so does its end. Each with one thread: more gain nothing there and take time from whoever makes the
        tables.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="appending") as self._appender:
            try:
                yield
                self._settle()
            finally:
                self._drain()
                self._appender = None

    # -- scratch

    def scratch(self, name: str, rows: Rows) -> ir.Table:
        assert name not in BY_NAME, f"{name} is a declared table"
        schema = schema_of(rows)
        if name not in self._scratch:
            self._make(name, rows, schema)
            return unbound(schema, name)
        fresh = f"_fresh_{name}"  # the rows may read the scratch table they replace
        self._make(fresh, rows, schema)
        self.drop_scratch(name)
        self._connection.execute(f"ALTER TABLE temp.{quoted(fresh)} RENAME TO {quoted(name)}")
        self._scratch[name] = self._scratch.pop(fresh)
        return unbound(schema, name)

    def append_scratch(self, name: str, rows: Rows) -> None:
        self._insert(f"temp.{quoted(name)}", rows, self._scratch[name])

    def drop_scratch(self, *names: str) -> None:
        for name in names or tuple(self._scratch):
            self._connection.execute(f"DROP TABLE IF EXISTS temp.{quoted(name)}")
            self._scratch.pop(name, None)

    @property
    def lost(self) -> bool:
        """DuckDB refuses every statement once a write of its own failed half way (the disk was full)."""
        try:
            with self._opened.cursor() as cursor:
                cursor.execute("SELECT 1")
        except duckdb.Error:
            return True
        return False

    def close(self) -> None:
        with contextlib.suppress(duckdb.Error):  # of one that is lost: nothing is appended to it any more
            self._settle()
            self._use(self._threads)
        self._opened.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    # -- inside

    def _aside(self, table: Table, rows: Rows) -> Rows:
        """Rows that do not change with the table they are for: kept aside where they may be read from it."""
        if isinstance(rows, pa.Table) or (isinstance(rows, ir.Table) and table.name not in _read_by(rows)):
            return rows
        return self.scratch(ASIDE, rows)

    def _commit(self) -> None:
        """COMMIT; where too much is removed, blocks are written anew."""
        if not self._replaced or not self._is_worn():
            self._connection.execute("COMMIT")
            return
        self._connection.execute(f"SET max_vacuum_tasks = {VACUUM_TASKS}")
        try:
            self._connection.execute("COMMIT")
            self._connection.execute("CHECKPOINT")
        finally:
            self._connection.execute("SET max_vacuum_tasks = 0")

    def _is_worn(self) -> bool:
        """Whether of a table whose rows were replaced too many lie on disk that are removed."""
        sizes = f"SELECT table_name, estimated_size FROM duckdb_tables() WHERE estimated_size > {BLOCK_ROWS}"
        large = {name: rows for name, rows in self._connection.execute(sizes).fetchall() if name in self._replaced}
        counts = {name: self.count(BY_NAME[name]) for name in large}
        return any(rows - counts[name] > max(MOST_REMOVED * rows, BLOCK_ROWS) for name, rows in large.items())

    def _make(self, name: str, rows: Rows, schema: pa.Schema) -> None:
        """A scratch table of a name that is free."""
        made = f"CREATE OR REPLACE TEMP TABLE {quoted(name)}"
        if isinstance(rows, ir.Table):
            columns = ", ".join(f"CAST({quoted(f.name)} AS {type_of(f.type)}) AS {quoted(f.name)}" for f in schema)
            self._connection.execute(f"{made} AS SELECT {columns} FROM ({self.sql(rows)}) AS _rows")
            self._scratch[name] = schema
            return
        columns = ", ".join(f"{quoted(f.name)} {type_of(f.type)}" for f in schema)
        self._connection.execute(f"{made} ({columns})")
        self._scratch[name] = schema
        self.append_scratch(name, rows)

    def _reads_scratch(self, expression: ir.Table) -> bool:
        return not self._scratch.keys().isdisjoint(_read_by(expression))

    def _pages(self, expression: ir.Table, rows: int) -> Iterator[pa.RecordBatch]:
        """The rows kept as a temporary table and read piece by piece; other statements may run in between."""
        schema, name = expression.schema().to_pyarrow(), f"_pages_{uuid.uuid4().hex}"
        numbered = f"SELECT *, row_number() OVER () AS _place FROM ({self.sql(expression)})"
        self._connection.execute(f"CREATE TEMP TABLE {name} AS {numbered}")
        try:
            start = 0
            while page := self._page(name, start, rows):
                yield from page.cast(schema).combine_chunks().to_batches()
                start += rows
        finally:
            self._connection.execute(f"DROP TABLE {name}")

    def _page(self, name: str, start: int, rows: int) -> pa.Table | None:
        # rowid will not do: rows of an open transaction have others
        text = f"SELECT * EXCLUDE (_place) FROM {name} WHERE _place > {start} AND _place <= {start + rows}"
        page = self._connection.execute(text).to_arrow_table()
        return page if page.num_rows else None

    def _insert(self, into: str, rows: Rows, schema: pa.Schema) -> None:
        """Rows into a table whose columns are those of the schema, in their order.

        Arrow comes in as a relation: what is registered in a transaction is kept in memory until its end.
        """
        if isinstance(rows, ir.Table):
            columns = ", ".join(quoted(name) for name in schema.names)
            self._connection.execute(f"INSERT INTO {into} SELECT {columns} FROM ({self.sql(rows)}) AS _rows")
            return
        if isinstance(rows, pa.Table):
            rows = rows.select(schema.names).cast(schema)
        if self._appender is None or isinstance(rows, pa.RecordBatchReader):  # which may read this very warehouse
            self._settle()
            self._insert_arrow(into, rows, self._threads)
            return
        self._settle(but=MOST_APPENDING - 1)
        self._appending.append(self._appender.submit(self._insert_arrow, into, rows, 1))

    def _insert_arrow(self, into: str, rows: pa.Table | pa.RecordBatchReader, threads: int) -> None:
        if not isinstance(rows, pa.Table) or rows.num_rows > FEW_ROWS:
            self._use(threads)
        self._opened.from_arrow(rows).insert_into(into)

    def _settle(self, but: int = 0) -> None:
        """Wait until all but a few tables that are being appended are in. Raises what an append raised."""
        while len(self._appending) > but:
            self._appending[0].result()
            self._appending.pop(0)

    def _drain(self) -> None:
        """Let go of appends whose rows are not wanted: one that has begun comes to its end."""
        for appending in self._appending:
            appending.cancel()
        wait(self._appending)
        self._appending.clear()

    def _use(self, threads: int) -> None:
        if threads != self._in_use:
            self._opened.execute(f"SET threads = {threads}")
            self._in_use = threads


def _read_by(expression: ir.Table) -> set[str]:
    """Names of the tables that an expression reads."""
    return {getattr(node, "name", "") for node in expression.op().find(ops.UnboundTable)}
