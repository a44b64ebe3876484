"""Connections to SQLite or PostgreSQL, so that a commit is on disk when it returns."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError

from siyu.core.errors import WorkspaceError

#: Pages of indexes that many rows go to in no order; SQLite's own 2 MB would write each many times.
CACHE_KB = 65_536


def connect(url: str) -> sa.Engine:
    """An engine of SQLite or PostgreSQL (psycopg 3 unless the URL names another driver)."""
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    try:
        engine = sa.create_engine(url, **_far(url))
    except ModuleNotFoundError as error:
        raise WorkspaceError(f"operations.url needs {error.name}, which is not installed.",
                             remedy='For PostgreSQL: pip install "siyu[postgres]".') from None
    except (ArgumentError, ValueError):  # its message would show the URL, and with it a password
        raise WorkspaceError("operations.url in siyu.toml is not a database URL.",
                             remedy="For example postgresql://user:password@host/database, where @ : / ? # % of the "
                                    "password are written %40 %3A %2F %3F %23 %25; empty = SQLite.") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _durable_sqlite)
        event.listen(engine, "begin", _begin)
    elif engine.driver == "psycopg":
        event.listen(engine, "connect", _utf8)
    return engine


def out_of_reach(error: BaseException) -> bool:
    """Whether a database was lost in mid-work, or cannot be connected to: nothing that was asked of it is to blame. A
    file has troubles of its own.
    """
    if not isinstance(error, DBAPIError) or isinstance(error.orig, sqlite3.Error):
        return False
    return error.connection_invalidated or error.statement is None


def will_not_open(store: str, error: DBAPIError) -> WorkspaceError:
    """What to say of a store that cannot be reached or written to."""
    return WorkspaceError(f"The {store} will not open: {str(error.orig).splitlines()[0]}",
                          remedy="Check operations.url in siyu.toml; of a file, its permissions and the disk's room.")


def checkpoint(engine: sa.Engine) -> None:
    """Bring SQLite's log into its file, as far as nobody reads it; PostgreSQL does so by itself."""
    if engine.dialect.name == "sqlite":
        with contextlib.closing(engine.raw_connection()) as raw, contextlib.closing(raw.cursor()) as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def scour(engine: sa.Engine, tables: Iterable[sa.Table]) -> None:
    """Leave no bytes on disk of rows that were deleted or changed in some tables. Not inside a transaction.

    SQLite overwrites them as it deletes (secure_delete): its log is emptied. PostgreSQL writes the tables anew; its own
    log and backups are kept as long as the server is told to.
    """
    if engine.dialect.name == "sqlite":
        checkpoint(engine)
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.execute(sa.text(f"VACUUM FULL {engine.dialect.identifier_preparer.format_table(table)}"))


def _far(url: str) -> dict[str, Any]:
    """How to reach a database over a line, which may break between two questions. ArgumentError for a URL of which a
    piece of the password would be taken for the host, and told.
    """
    parsed = sa.make_url(url)
    if parsed.drivername != "postgresql+psycopg":
        return {}
    if "@" in f"{parsed.host}{parsed.database}":
        raise ArgumentError
    return {"pool_pre_ping": True, "connect_args": {"client_encoding": "utf8"}}


def _utf8(connection, _record) -> None:
    """A database that holds no Chinese, or holds bytes of no known characters, is refused before anything is in it."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise WorkspaceError(f"The database of operations.url holds text as {encoding}; expected UTF8.",
                             remedy="Make one with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.")


def _durable_sqlite(connection, _record) -> None:
    """A commit is on disk when it returns; deleted values leave no bytes in free pages."""
    connection.isolation_level = None  # Python would run schema changes outside the transaction; see _begin
    cursor = connection.cursor()
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON",
                   f"cache_size=-{CACHE_KB}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")
