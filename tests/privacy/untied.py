"""An embedded warehouse that ties no more together than Spark's: each table changes on its own, and the power may go
between two changes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from siyu.store import workspace as workspaces
from siyu.store.engines.duck import DuckWarehouse


class PowerLoss(BaseException):
    """Nobody catches this."""


class Untied(DuckWarehouse):
    """A warehouse whose transactions tie nothing. changes: how many there are before the power goes; None = any."""

    changes: int | None = None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        yield

    def append(self, table, rows) -> None:
        self._change(super().append, table, rows)

    def replace(self, table, rows) -> None:
        self._change(super().replace, table, rows)

    def replace_where(self, table, column, keys, rows) -> None:
        self._change(super().replace_where, table, column, keys, rows)

    def _change(self, write: Callable[..., None], *arguments) -> None:
        if Untied.changes == 0:
            raise PowerLoss
        if Untied.changes is not None:
            Untied.changes -= 1
        with super().transaction():
            write(*arguments)


@contextlib.contextmanager
def power_lost_after(changes: int) -> Iterator[None]:
    """Until its end workspaces open untied, and the power goes after so many changes of tables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workspaces, "DuckWarehouse", Untied)
        patch.setattr(Untied, "changes", changes)
        with pytest.raises(PowerLoss):
            yield
