"""Both engines behind one fixture: every test here runs on DuckDB and on Spark."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from siyu.core.settings import defaults
from siyu.store import workspace as workspaces
from siyu.store.engines.duck import DuckWarehouse
from siyu.store.engines.spark import SparkWarehouse
from siyu.store.engines.spark_session import missing
from siyu.store.warehouse import Warehouse

ZONE = "Asia/Shanghai"
ENGINES = ("spark", "duckdb")
#: For a few rows, compiling code and planning again cost more than they save: a quarter less time for the same answers.
SHORT_RUNS = (
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    " -Dspark.sql.codegen.wholeStage=false -Dspark.sql.adaptive.enabled=false"
)
Opener = Callable[[], Warehouse]


@pytest.fixture(scope="session")
def spark_ready() -> None:
    """Spark can start here; where CI is set it must."""
    os.environ.setdefault("JDK_JAVA_OPTIONS", SHORT_RUNS)
    lacking = missing()
    if lacking and os.environ.get("CI"):
        pytest.fail(lacking)
    if lacking:
        pytest.skip(lacking)


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> str:
    """The engine's name."""
    if request.param == "spark":
        request.getfixturevalue("spark_ready")
    return request.param


@pytest.fixture
def opener(engine: str, tmp_path: Path) -> Opener:
    """Opens the one warehouse of this test, again and again."""
    if engine == "spark":
        return lambda: SparkWarehouse(tmp_path / "warehouse", master="local[2]", zone=ZONE)
    return lambda: DuckWarehouse(tmp_path / "warehouse.duckdb", zone=ZONE)


@pytest.fixture
def warehouse(opener: Opener) -> Iterator[Warehouse]:
    """An empty warehouse."""
    opened = opener()
    yield opened
    opened.close()


def same_keys(folder: Path) -> list[tuple[str, Path]]:
    """An empty workspace on each engine, both with the same keys: ties go by identifier, and those by the keys."""
    made = [(engine, folder / engine) for engine in ENGINES]
    for engine, directory in made:
        workspaces.create(directory, defaults().with_values(warehouse__engine=engine)).close()
    (_, first), (_, second) = made
    shutil.copyfile(first / workspaces.KEYS_FILE, second / workspaces.KEYS_FILE)
    return made
