"""Erasure, retention and backup on Spark: what the law asks for does not depend on the engine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from siyu.measures.measure import measure
from siyu.privacy import purge as purging
from siyu.privacy.backup.make import make
from siyu.privacy.backup.restore import Asked, restore
from siyu.privacy.docket import DONE
from siyu.store.workspace import Workspace, open_workspace
from tests.engines.conftest import ENGINES, same_keys
from tests.privacy import test_purge as aged
from tests.privacy.planted import AFTER, DAY, VALUES, bytes_of, marks, plant, sealed
from tests.privacy.test_erase import erased
from tests.sources.arrivals import everything

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def made(folder: Path, fill: Callable[[Workspace, Path], object]) -> Path:
    """A folder with the same brand on each engine: same files, same keys."""
    folder.mkdir(exist_ok=True)
    for engine, directory in same_keys(folder):
        with open_workspace(directory) as workspace:
            fill(workspace, folder / f"files-{engine}")
    return folder


@pytest.fixture(scope="module")
def planted(spark_ready: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The brand in which Lin is everywhere; not to be changed."""
    return made(tmp_path_factory.mktemp("law"), plant)


@pytest.fixture
def brands(planted: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(planted, tmp_path / "law")


def both(brands: Path, ask: Callable[[Workspace], Any]) -> tuple[Any, Any]:
    """What is answered on each engine."""
    answers = []
    for engine in ENGINES:
        with open_workspace(brands / engine) as workspace:
            assert workspace.settings["warehouse.engine"] == engine
            answers.append(ask(workspace))
    return answers[0], answers[1]


def all_of(workspace: Workspace) -> dict[str, Any]:
    """Facts, landed rows and the document."""
    return {**everything(workspace), "landed": sealed(workspace), "document": measure(workspace, as_of=DAY, now=AFTER)}


def cells(folder: Path) -> set[Any]:
    """Every value in every Parquet file of a warehouse, whether a table still reads the file or not."""
    files = sorted((folder / "warehouse").rglob("*.parquet"))
    assert files
    return {cell for file in files for column in pq.read_table(file).columns for cell in column.to_pylist()}


def as_cell(name: str, mark: bytes) -> int | str | bytes:
    """A mark as it stands in a column."""
    return int.from_bytes(mark, "little") if name.endswith(" id") else mark.decode() if name.endswith(" key") else mark


def test_an_erasure_leaves_nothing_of_the_person_and_the_same_brand(brands: Path):
    with open_workspace(brands / "spark") as workspace:
        hers = {as_cell(name, mark) for name, mark in marks(workspace).items()}
    assert hers <= cells(brands / "spark")

    def forget(workspace: Workspace) -> dict[str, Any]:
        (done,) = erased(workspace).done
        assert done.status == DONE
        return all_of(workspace)

    on_spark, on_duck = both(brands, forget)
    assert on_spark == on_duck
    assert hers.isdisjoint(cells(brands / "spark"))
    assert [name for name, data in bytes_of(brands / "spark").items() if any(v.encode() in data for v in VALUES)] == []


def test_a_purge_leaves_nothing_of_what_is_past_its_time_and_the_same_brand(spark_ready: None, tmp_path: Path):
    brands = made(tmp_path / "aged", aged.filled)
    assert "old-shop" in cells(brands / "spark")

    def clear(workspace: Workspace) -> tuple[dict[str, int], dict[str, Any]]:
        return purging.run(workspace, actor="cli", now=aged.NOW).rows, everything(workspace)

    on_spark, on_duck = both(brands, clear)
    assert on_spark == on_duck
    assert on_spark[0]["events"] == 3
    assert cells(brands / "spark").isdisjoint(aged.GONE)


def test_a_backup_comes_back_as_it_was(brands: Path, tmp_path: Path):
    with open_workspace(brands / "spark") as workspace:
        before, keys = all_of(workspace), workspace.keys
        make(workspace, tmp_path / "archive", actor="cli", now=AFTER)
    restore(Asked(tmp_path / "archive", tmp_path / "again", keys), actor="cli", now=AFTER)
    with open_workspace(tmp_path / "again") as again:
        assert again.settings["warehouse.engine"] == "spark"
        assert all_of(again) == before
