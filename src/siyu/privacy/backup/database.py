"""Rows of operations and of the inbox put into an empty SQLite file or PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import IO

import sqlalchemy as sa

from siyu.core.errors import PrivacyError
from siyu.core.identifiers import Keys
from siyu.privacy.backup import rows
from siyu.store import inbox, migrating, schema
from siyu.store.database import connect
from siyu.store.inbox import ARRIVAL, Inbox
from siyu.store.migrating import VERSION
from siyu.store.schema import STATE

#: State of a database that a restore has begun to fill: the next one may begin anew.
BEGUN = "restoring"
#: State of one that is full: the name of the hidden folder that the rest was built in. While a folder of this name is
#: there and not in place, nobody has used the database yet.
BUILT_IN = "restored_in"
OURS = (*schema.METADATA.tables.values(), *inbox.METADATA.tables.values())


def clear(url: str, hidden: Iterable[str]) -> None:
    """Empty a database of what a killed restore left, by its state or by the names of the hidden folders it left too.
    Raises PrivacyError if it holds a workspace.
    """
    engine = connect(url)
    there = set(sa.inspect(engine).get_table_names()) & {table.name for table in OURS}
    with engine.begin() as connection:
        unused = (STATE.c.name == BEGUN) | ((STATE.c.name == BUILT_IN) & STATE.c.value.in_(hidden))
        if there and (STATE.name not in there or connection.execute(sa.select(STATE).where(unused)).first() is None):
            raise PrivacyError("The database of --operations holds a workspace already; nothing in it was touched.",
                               remedy="Give an empty one.")
        for metadata in (schema.METADATA, inbox.METADATA):
            metadata.drop_all(connection)
        connection.execute(sa.text(f"DROP TABLE IF EXISTS {VERSION.name}"))
    engine.dispose()


def fill(url: str, revision: str, members: Iterator[tuple[str, IO[bytes]]]) -> None:
    """Make operations as they were at a revision, with the rows of then; all of it or nothing."""
    with migrating.created(url, revision) as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        for name, parts in groupby(members, lambda member: member[0].split("/")[1]):
            for _, content in parts:
                rows.into_database(connection, tables.tables[name], rows.read(content.read()))
        rows.count_on(connection, list(tables.tables.values()))
        connection.execute(sa.insert(tables.tables[STATE.name]).values(name=BEGUN, value="1"))


def fill_inbox(url: str, keys: Keys, members: Iterator[tuple[str, IO[bytes]]]) -> None:
    """What was waiting waits again, and what a load had claimed is claimed."""
    waiting = Inbox(url, keys)
    with waiting.engine.begin() as connection:
        for name, content in members:
            table = inbox.METADATA.tables[name.split("/")[1]]
            rows.into_database(connection, table, rows.read(content.read()).select(table.columns.keys()))
        rows.count_on(connection, [ARRIVAL])
    waiting.close()


def finished(connection: sa.Connection, hidden: str) -> None:
    """All is in it, in the caller's transaction; what was built in the hidden folder is to be put in place."""
    connection.execute(sa.delete(STATE).where(STATE.c.name.in_((BEGUN, BUILT_IN))))  # of the archive there may be one
    connection.execute(sa.insert(STATE).values(name=BUILT_IN, value=hidden))
