"""Who loads by operations that several processes reach: one, or two warehouses would share the loads out among them."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from siyu.core.errors import HeldError, TakenError
from siyu.store.schema import STATE
from siyu.store.states import OWNED_BY

#: Where the last one to own them has put its mark.
MINE = STATE.c.name == OWNED_BY


class Owner:
    """A lock on PostgreSQL, held for as long as a warehouse is open, with a mark of who took it last: the lock goes
    with its connection, which may be cut. A file of SQLite belongs to its folder, whose warehouse has one owner by
    itself.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._held: sa.Connection | None = None
        self._key = 0
        self._mark = ""  # nothing as long as no warehouse is open

    def hold(self, key: int) -> None:
        """Be the one that loads, until `let_go`. HeldError if another is."""
        if self._engine.dialect.name != "postgresql" or self._mark:
            return
        mark = uuid.uuid4().hex
        with self._locking(key), self._engine.begin() as connection:
            connection.execute(sa.delete(STATE).where(MINE))
            connection.execute(sa.insert(STATE).values(name=OWNED_BY, value=mark))
        self._key, self._mark = key, mark

    def hold_on(self) -> None:
        """Take the lock again if its connection was cut. HeldError if another holds it, or held it meanwhile."""
        if not self._mark or _alive(self._held):
            return
        self._drop()
        with self._engine.begin() as connection:
            self.check(connection)  # first: the lock may be another's by right
        with self._locking(self._key), self._engine.begin() as connection:
            self.check(connection)

    def check(self, connection: sa.Connection) -> None:
        """Nobody has taken over, and nobody does before the transaction of this connection ends. HeldError."""
        if not self._mark:
            return
        query = sa.select(STATE.c.value).where(MINE).with_for_update(read=True)
        if connection.execute(query).scalar() != self._mark:
            raise TakenError("Another process took over the operations of this workspace while their database was out "
                             "of reach. Nothing was loaded.",
                             remedy="One folder owns the warehouse: stop the other process, then start this one again.")

    def let_go(self) -> None:
        """Another may load."""
        self._mark = ""
        self._drop()

    @contextlib.contextmanager
    def _locking(self, key: int) -> Iterator[None]:
        """With the lock, which is let go of if what is done with it fails."""
        self._lock(key)
        try:
            yield
        except BaseException:
            self._drop()
            raise

    def _lock(self, key: int) -> None:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if not connection.execute(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar():
            connection.close()
            raise HeldError("Another process loads by the operations of this workspace, into a warehouse of its own.",
                            remedy="One folder owns the warehouse: run `siyu` there, or stop that process.")
        self._held = connection

    def _drop(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            with contextlib.suppress(DBAPIError):
                held.invalidate()  # its end is the end of the lock
            held.close()


def _alive(connection: sa.Connection | None) -> bool:
    if connection is None:
        return False
    try:
        connection.execute(sa.text("SELECT 1"))
    except DBAPIError:
        return False
    return True
