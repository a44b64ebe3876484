"""The schema of operations is brought to this version at open: all migrations or none, one process at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from siyu.core.errors import NewerVersionError
from siyu.store.database import connect, will_not_open

if TYPE_CHECKING:
    from alembic.config import Config

#: Where Alembic notes the revision of the schema.
VERSION = sa.table("alembic_version", sa.column("version_num", sa.Text))
MIGRATIONS = Path(__file__).parent / "migrations"
#: Number of the lock PostgreSQL keeps while one process migrates ("siyu" in ASCII).
MIGRATION_LOCK = 0x73697975


def migrate(engine: sa.Engine) -> None:
    """Bring the schema to this version, all or nothing; refuse one that is newer."""
    try:
        with engine.connect() as connection:
            if _is_current(connection):
                return
        with engine.begin() as connection:
            _one_at_a_time(connection)
            if not _is_current(connection):
                _upgrade(connection)
    except DBAPIError as error:
        engine.dispose()
        raise will_not_open("operations store", error) from None
    except NewerVersionError:
        engine.dispose()
        raise


@contextlib.contextmanager
def created(url: str, revision: str) -> Iterator[sa.Connection]:
    """The transaction in which an empty store is made as it was at a revision, to be filled with rows of that time."""
    engine = connect(url)
    try:
        with engine.begin() as connection:
            _one_at_a_time(connection)
            _upgrade(connection, revision)
            yield connection
    finally:
        engine.dispose()


def revisions() -> list[str]:
    """The revisions this siyu knows, oldest first: they head the names of their files."""
    return sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _is_current(connection: sa.Connection) -> bool:
    """Whether the schema is this siyu's; NewerVersionError if it comes from a later one."""
    known = revisions()
    there = sa.inspect(connection).has_table(VERSION.name)
    current = connection.execute(sa.select(VERSION.c.version_num)).scalar() if there else None
    if current is not None and current not in known:
        raise NewerVersionError(f"The operations store is at revision {current}; this siyu knows up to {known[-1]}.",
                                remedy="Install the newer siyu that wrote it.")
    return current == known[-1]


def _upgrade(connection: sa.Connection, revision: str = "head") -> None:
    from alembic import command  # here: of a hundred commands, one has something to migrate

    config = migration_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def migration_config() -> Config:
    """Alembic's configuration; `attributes["connection"]` is the connection to work on."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _one_at_a_time(connection: sa.Connection) -> None:
    """Processes that start together do not migrate together."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    else:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
