"""The file of an embedded warehouse: opened or refused, prepared for the declared tables, copied without dead rows."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import duckdb

from siyu.core.errors import DamagedError, HeldError, NewerVersionError, SiyuError, WorkspaceError
from siyu.store.engines.duck_sql import creating
from siyu.store.tables import TABLES
from siyu.store.warehouse import WAREHOUSE_VERSION

try:
    import fcntl
except ImportError:  # Windows, where a file that somebody has open cannot be put aside
    fcntl = None

#: The form of new files: since then one method serves texts for which two were tried before, so that a load writes them
#: sooner. Older files stay as they are until they are written anew.
STORAGE = "v1.4.0"
#: A log grows so large before its rows go to their places in the file; closing puts them there in any case. What a day
#: changes is less, so that it is put there once, not at every commit; after a crash so much is read again at most.
LOG_SIZE = "256MB"


def opened(path: Path, spill: Path, memory: str, threads: int) -> duckdb.DuckDBPyConnection:
    """The file, with every declared table in it; what DuckDB had spilled (plain rows) is wiped.

    Refuses a file that another process holds, that a newer siyu or DuckDB wrote, that lacks columns, that is damaged.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": str(spill),
        "preserve_insertion_order": "false",
        "allocator_background_threads": True,  # memory that lies unused goes back to the system
        "threads": threads,
        "checkpoint_threshold": LOG_SIZE,
        "max_vacuum_tasks": 0,  # see duck.MOST_REMOVED
        "storage_compatibility_version": STORAGE,
    }
    try:
        connection = duckdb.connect(str(path.absolute()), config=config)  # a ~ at its beginning would be a home
    except duckdb.Error as error:
        raise _refused(path, str(error)) from None
    shutil.rmtree(spill, ignore_errors=True)  # not before the file is ours: who holds it may be reading there
    _prepare(connection, path)
    return connection


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """While in it no other process opens this file, whether it would open, is damaged or was not there (then it is
    made, empty). HeldError if another has it open. What is no file, or may not be written here, is not held.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(PermissionError, IsADirectoryError):
            made = not path.exists()
            file = stack.enter_context(path.open("ab+"))
            if made:
                stack.callback(_drop_empty, path)
            _lock(file, path)
        yield


def _lock(file: IO[bytes], path: Path) -> None:
    """Take the lock that the engine takes."""
    if fcntl is None:
        return
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise _holder(path) from None


def _drop_empty(path: Path) -> None:
    """A file that was only made to be held is none."""
    if path.is_file() and not path.stat().st_size:
        path.unlink()


def _holder(path: Path) -> SiyuError:
    """What opening a held file is told."""
    try:
        duckdb.connect(str(path.absolute())).close()
    except duckdb.Error as error:
        return _refused(path, str(error))
    return HeldError(f"{path.name} was held by another process.", remedy="Try again.")  # which ended meanwhile


def copy(path: Path, fresh: Path, spill: Path, memory: str) -> None:
    """All rows of a file into a new one, on disk when this returns."""
    fresh.unlink(missing_ok=True)
    config: dict[str, Any] = {"memory_limit": memory, "temp_directory": str(spill),
                              "storage_compatibility_version": STORAGE}  # fmt: skip
    with duckdb.connect(":memory:", config=config) as connection:
        for name, file, mode in (("old", path, " (READ_ONLY)"), ("new", fresh, "")):
            connection.execute(f"ATTACH {_literal(str(file.absolute()))} AS {name}{mode}")
        connection.execute("COPY FROM DATABASE old TO new")
        connection.execute("CHECKPOINT new")
        connection.execute("DETACH new")
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())


def _refused(path: Path, text: str) -> SiyuError:
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
    connection.execute("SET autoinstall_known_extensions = false")  # nor asks the network for more
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
    return hashlib.sha256(f"{WAREHOUSE_VERSION}; {_all_tables()}".encode()).hexdigest()


def _make_tables(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """All tables, or a refusal of a file whose tables lack a column."""
    connection.execute(f"BEGIN TRANSACTION; {_all_tables()}")
    if lacking := _lacking(connection):
        connection.close()
        raise DamagedError(f"{path.name} was made by an older siyu: {', '.join(lacking)} is not in it.")
    connection.execute("DELETE FROM _siyu")
    connection.execute("INSERT INTO _siyu VALUES (?, ?)", [WAREHOUSE_VERSION, _declared()])
    connection.execute("COMMIT")


def _all_tables() -> str:
    return "; ".join(map(creating, TABLES))


def _lacking(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Declared columns that the file's tables do not have."""
    text = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
    found = set(connection.execute(text).fetchall())
    return [f"{t.name}.{name}" for t in TABLES for name in t.column_names if (t.name, name) not in found]


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
