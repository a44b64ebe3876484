"""Who loads by operations that several processes reach: one, or two warehouses would share the loads out among them."""

from __future__ import annotations

import sqlalchemy as sa

from siyu.core.errors import HeldError


class Owner:
    """A lock on PostgreSQL, held for as long as a warehouse is open. A file of SQLite belongs to its folder, whose
    warehouse has one owner by itself.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._held: sa.Connection | None = None

    def hold(self, key: int) -> None:
        """Be the one that loads, until `let_go`. HeldError if another is."""
        if self._engine.dialect.name != "postgresql" or self._held is not None:
            return
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if not connection.execute(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar():
            connection.close()
            raise HeldError("Another process loads by the operations of this workspace, into a warehouse of its own.",
                            remedy="One folder owns the warehouse: run `siyu` there, or stop that process.")
        self._held = connection

    def let_go(self) -> None:
        """Another may load."""
        if self._held is not None:
            self._held.invalidate()  # its end is the end of the lock
            self._held.close()
            self._held = None
