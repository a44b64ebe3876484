"""One set of stores for all identity tests; every test and every example starts from empty tables."""

from __future__ import annotations

import pytest

from siyu.store import workspace as workspaces
from tests.identity.history import History, emptied


@pytest.fixture(scope="session")
def stores(tmp_path_factory):
    """A workspace whose tables `emptied` clears."""
    with workspaces.create(tmp_path_factory.mktemp("identity") / "brand") as fresh:
        fresh.warehouse.sql = _remembered(fresh.warehouse.sql)
        yield fresh


def _remembered(sql):
    """Compiling an expression costs more than running it on a dozen rows, and histories ask the same ones."""
    known = {}

    def remembered(expression):
        operation = expression.op()
        if operation not in known:
            known[operation] = sql(expression)
        return known[operation]

    return remembered


@pytest.fixture
def history(stores) -> History:
    """An empty history with default settings."""
    return History(emptied(stores))
