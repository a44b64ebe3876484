"""The embedded warehouse: one DuckDB file, owned by one process."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import duckdb
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from siyu.core.errors import DamagedError, HeldError, NewerVersionError, QueryError, SiyuError, WorkspaceError
from siyu.core.files import sync_folder
from siyu.store.tables import BY_NAME, TABLES, Column, Table
from siyu.store.warehouse import WAREHOUSE_VERSION, Rows, Warehouse, schema_of, unbound

DUCK = {
    "id": "BIGINT", "integer": "BIGINT", "number": "DOUBLE", "text": "VARCHAR", "flag": "BOOLEAN",
    "instant": "BIGINT", "day": "INTEGER", "money": "BIGINT", "bytes": "BLOB",
}  # fmt: skip
ARROW_DUCK = {
    pa.int64(): "BIGINT", pa.int32(): "INTEGER", pa.int16(): "SMALLINT", pa.int8(): "TINYINT", pa.float64(): "DOUBLE",
    pa.string(): "VARCHAR", pa.bool_(): "BOOLEAN", pa.binary(): "BLOB",
}  # fmt: skip
#: DuckDB removes rows by marks; at each checkpoint it writes neighbouring blocks anew where that saves one. This takes
#: longer than what a day changes, so it waits until such a share of a table's rows is removed, and a block's worth.
MOST_REMOVED, BLOCK_ROWS = 0.4, 122_880
#: DuckDB's own.
VACUUM_TASKS = 100
#: Tables in memory that are being appended; more would only take memory.
MOST_APPENDING = 2
#: The form of new files: since then one method serves texts for which two were tried before, so that a load writes them
#: sooner. Older files stay as they are until they are written anew.
STORAGE = "v1.4.0"


class DuckWarehouse(Warehouse):
    """Tables in one DuckDB file. Spilled data stays in a folder of its own, wiped at open."""

    dialect = "duckdb"

    def __init__(self, path: Path, *, memory: str = "4GB", threads: int | None = None, zone: str = "UTC") -> None:
        super().__init__()
        self.path = path
        self._zone, self._memory = zone, memory
        self._spill = path.with_name(path.name + ".tmp")
        self._scratch: dict[str, pa.Schema] = {}
        self._replaced: set[str] = set()  # tables of which this transaction replaces rows
        shutil.rmtree(self._spill, ignore_errors=True)
        self._threads = self._in_use = threads or os.cpu_count() or 2
        self._appender: ThreadPoolExecutor | None = None
        self._appending: list[Future[None]] = []
        self._opened = _connect(path, self._spill, memory, self._threads)
        self._inside_transaction = False
        _prepare(self._connection, path)

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

    def _answer(self, text: str) -> pa.Table:
        cursor = self._connection.cursor()
        try:
            _only_reads(cursor, text)
            for table in TABLES:  # the file's catalogue is named after its stem; `main` alone would be the view's own
                view = readable(table, self._zone, f"{_q(self.path.stem)}.main")
                cursor.execute(f"CREATE OR REPLACE TEMP VIEW {_q(table.name)} AS {view}")
            return cursor.execute(text).to_arrow_table()
        except duckdb.Error as error:
            raise QueryError(f"The query could not be run: {str(error).splitlines()[0]}",
                             remedy="`siyu tables` prints every table and column.") from None
        finally:
            cursor.close()

    # -- writing

    def append(self, table: Table, rows: Rows) -> None:
        self._told.pop(table.name, None)
        self._insert(_q(table.name), rows, table.schema)

    def replace(self, table: Table, rows: Rows) -> None:
        self._told.pop(table.name, None)
        with self.transaction():
            self._connection.execute(_create(table, name="_replacing"))
            self._insert("_replacing", rows, table.schema)
            self._connection.execute(f"DROP TABLE {_q(table.name)}")
            self._connection.execute(f"ALTER TABLE _replacing RENAME TO {_q(table.name)}")

    def replace_where(self, table: Table, column: str, keys: ir.Table, rows: Rows) -> None:
        self._told.pop(table.name, None)
        with self.transaction():
            columns = ", ".join(map(_q, table.column_names))
            self._connection.execute(f"CREATE TEMP TABLE _replacing AS SELECT {columns} FROM {_q(table.name)} LIMIT 0")
            self._insert("temp._replacing", rows, table.schema)
            self._connection.execute(f"DELETE FROM {_q(table.name)} WHERE {_q(column)} IN ({self.sql(keys)})")
            self._connection.execute(f"INSERT INTO {_q(table.name)} ({columns}) SELECT {columns} FROM temp._replacing")
            self._connection.execute("DROP TABLE temp._replacing")
            self._replaced.add(table.name)

    def drop_loads(self, load_ids: list[int]) -> None:
        if not load_ids:
            return
        self._told.clear()
        numbers = ", ".join(str(int(i)) for i in load_ids)
        with self.transaction():
            for table in TABLES:
                if table.fact:
                    self._connection.execute(f"DELETE FROM {_q(table.name)} WHERE load_id IN ({numbers})")

    def rewrite(self) -> None:
        """Rows in force go into a fresh file, which takes the old one's name: free pages hold what was removed."""
        assert not self._inside_transaction, "a file is written anew between transactions"
        self.drop_scratch()
        fresh = self.path.with_name(self.path.name + ".fresh")
        self._connection.close()  # checkpoints, so that no log is left that the new file could meet
        try:
            _copy(self.path, fresh, self._spill, self._memory)
            os.replace(fresh, self.path)
            sync_folder(self.path.parent)
        finally:
            fresh.unlink(missing_ok=True)
            self._opened = _connect(self.path, self._spill, self._memory, self._threads)
            self._in_use = self._threads
            _prepare(self._connection, self.path)

    def checkpoint(self) -> None:
        self._connection.execute("CHECKPOINT")

    def load_ids(self) -> set[int]:
        union = " UNION ".join(f"SELECT DISTINCT load_id FROM {_q(t.name)}" for t in TABLES if t.fact)
        return {row[0] for row in self._connection.execute(union).fetchall()}

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        if self._inside_transaction:
            yield
            return
        self._connection.execute("BEGIN TRANSACTION")
        self._inside_transaction = True
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
        finally:
            self._inside_transaction = False
            self._replaced.clear()
            self._told.clear()  # it may have failed

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
        self._connection.execute(f"ALTER TABLE temp.{_q(fresh)} RENAME TO {_q(name)}")
        self._scratch[name] = self._scratch.pop(fresh)
        return unbound(schema, name)

    def append_scratch(self, name: str, rows: Rows) -> None:
        self._insert(f"temp.{_q(name)}", rows, self._scratch[name])

    def drop_scratch(self, *names: str) -> None:
        for name in names or tuple(self._scratch):
            self._connection.execute(f"DROP TABLE IF EXISTS temp.{_q(name)}")
            self._scratch.pop(name, None)

    def close(self) -> None:
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    # -- inside

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
        columns = ", ".join(f"{_q(f.name)} {_duck_type(f.type)}" for f in schema)
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {_q(name)} ({columns})")
        self._scratch[name] = schema
        self.append_scratch(name, rows)

    def _reads_scratch(self, expression: ir.Table) -> bool:
        return any(getattr(node, "name", "") in self._scratch for node in expression.op().find(ops.UnboundTable))

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
            columns = ", ".join(_q(name) for name in schema.names)
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


def readable(table: Table, zone: str, catalogue: str) -> str:
    """SELECT of a table as people read it: facts in force, local timestamps, dates, open ends as NULL."""
    columns = ", ".join(f"{_readable_column(c, zone)} AS {_q(c.name)}" for c in table.columns)
    text = f"SELECT {columns} FROM {catalogue}.{_q(table.name)}"
    if table.fact and "source_ref" in table.column_names:
        text += f" WHERE fact_id NOT IN (SELECT fact_id FROM {catalogue}.superseded WHERE kind = '{table.name}')"
    return text


def _readable_column(column: Column, zone: str) -> str:
    name = _q(column.name)
    if column.type == "instant":
        return f"CASE WHEN {name} < {2**62} THEN timezone('{zone}', timezone('UTC', make_timestamp({name}))) END"
    if column.type == "day":
        return f"CASE WHEN {name} < {2**30} THEN DATE '1970-01-01' + {name} END"
    return name


def _connect(path: Path, spill: Path, memory: str, threads: int) -> duckdb.DuckDBPyConnection:
    """Open the file; what DuckDB spilled before (plain rows) is wiped first."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": str(spill),
        "preserve_insertion_order": "false",
        "allocator_background_threads": True,  # memory that lies unused goes back to the system
        "threads": threads,
        "max_vacuum_tasks": 0,  # see MOST_REMOVED
        "storage_compatibility_version": STORAGE,
    }
    try:
        connection = duckdb.connect(str(path), config=config)
    except duckdb.Error as error:
        raise _open_error(path, str(error)) from None
    return connection


def _copy(path: Path, fresh: Path, spill: Path, memory: str) -> None:
    """All rows of a file into a new one, on disk when this returns."""
    fresh.unlink(missing_ok=True)
    config: dict[str, Any] = {"memory_limit": memory, "temp_directory": str(spill),
                              "storage_compatibility_version": STORAGE}  # fmt: skip
    with duckdb.connect(":memory:", config=config) as connection:
        for name, file, mode in (("old", path, " (READ_ONLY)"), ("new", fresh, "")):
            connection.execute(f"ATTACH {_text(str(file))} AS {name}{mode}")
        connection.execute("COPY FROM DATABASE old TO new")
        connection.execute("CHECKPOINT new")
        connection.execute("DETACH new")
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())


def _open_error(path: Path, text: str) -> SiyuError:
    first = text.splitlines()[0]
    held = re.search(r"Conflicting lock is held in (.*?) \(PID (\d+)\)|used by another process", text)
    if held:
        who = f"process {held[2]} ({held[1]})" if held[2] else "another process"
        return HeldError(f"{path.name} is held by {who}.",
                         remedy="Wait until it ends, or stop it (`siyu serve` stops with Ctrl-C), then try again.")
    if "newer version of DuckDB" in text:
        return NewerVersionError(f"{path.name} was written by a newer DuckDB: {first}",
                                 remedy="Install the newer siyu that wrote it (its DuckDB comes with it).")
    if "Permission denied" in text or "No such file or directory" in text:
        return WorkspaceError(f"{path.name} cannot be opened: {first}", remedy="Check the folder and its permissions.")
    return DamagedError(f"{path.name} will not open: {first}",
                        remedy="The file stays as it is; it can be set aside and rebuilt from the landed raw files.")


def _prepare(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_external_access = false")  # no query reads or writes other files
    connection.execute("CREATE TABLE IF NOT EXISTS _siyu (warehouse_version INTEGER)")
    [(version,)] = connection.execute("SELECT max(warehouse_version) FROM _siyu").fetchall()
    if version is not None and version > WAREHOUSE_VERSION:
        connection.close()
        raise NewerVersionError(
            f"{path.name} was written with warehouse version {version}; this siyu reads up to {WAREHOUSE_VERSION}.",
            remedy="Install the newer siyu that wrote it, or restore a backup made by this one.")
    connection.execute("ALTER TABLE _siyu ADD COLUMN IF NOT EXISTS declared VARCHAR")
    if connection.execute("SELECT max(declared) FROM _siyu").fetchall() != [(_declared(),)]:
        _make_tables(connection, path)


@functools.cache
def _declared() -> str:
    """Tells one declaration of all tables from another: a file that was prepared for this one is not searched again."""
    return hashlib.sha256(f"{WAREHOUSE_VERSION}; {_creating()}".encode()).hexdigest()


def _make_tables(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """All tables, or a refusal of a file whose tables lack a column."""
    connection.execute(f"BEGIN TRANSACTION; {_creating()}")
    if lacking := _lacking(connection):
        connection.close()
        raise DamagedError(f"{path.name} was made by an older siyu: {', '.join(lacking)} is not in it.")
    connection.execute("DELETE FROM _siyu")
    connection.execute("INSERT INTO _siyu VALUES (?, ?)", [WAREHOUSE_VERSION, _declared()])
    connection.execute("COMMIT")


def _creating() -> str:
    return "; ".join(map(_create, TABLES))


def _lacking(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Declared columns that the file's tables do not have."""
    text = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
    found = set(connection.execute(text).fetchall())
    return [f"{t.name}.{name}" for t in TABLES for name in t.column_names if (t.name, name) not in found]


def _create(table: Table, name: str | None = None) -> str:
    columns = ", ".join(f"{_q(c.name)} {DUCK[c.type]}" for c in table.columns)
    return f"CREATE TABLE IF NOT EXISTS {_q(name or table.name)} ({columns})"


def _only_reads(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    statements = connection.extract_statements(text)
    if len(statements) != 1 or statements[0].type not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        raise QueryError("`siyu query` takes one SELECT.", remedy="Facts are changed by loads, not by queries.")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _duck_type(type_: pa.DataType) -> str:
    return ARROW_DUCK[type_]
