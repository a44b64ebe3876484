"""The worked brands the whole way, load to document, on both engines: all the figures that are expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from siyu.core import settings
from siyu.identity.resolve import resolve
from siyu.measures import build
from siyu.measures.measure import measure
from siyu.sources.load import load
from siyu.store import workspace as workspaces
from siyu.store.workspace import Workspace
from tests.measures.worked import differences, expected

NOW = dt.datetime(2026, 7, 2, 4, tzinfo=dt.UTC)
MID_2026, END_2025 = ("2026-06-30", 30), ("2025-12-31", 90)


@pytest.fixture
def brand(engine: str, tmp_path: Path) -> Iterator[Workspace]:
    """An empty workspace on the engine."""
    chosen = settings.defaults().with_values(warehouse__engine=engine)
    with workspaces.create(tmp_path / "brand", chosen) as workspace:
        yield workspace


def bring(workspace: Workspace, files: list[Path]) -> None:
    """Load files without refusals, and resolve."""
    report = load(workspace, files, now=NOW)
    assert not report.files_refused
    resolve(workspace)


def assert_as_expected(workspace: Workspace, shared: Path, name: str, day: str, window: int) -> None:
    found = measure(workspace, as_of=dt.date.fromisoformat(day), window=window, now=NOW)
    assert differences(expected(shared, name, day, window), found) == []


@pytest.mark.parametrize(("name", "day", "window"), [("brand_11", *MID_2026), ("brand_12", *END_2025)])
def test_a_worked_brand_gives_its_document(brand: Workspace, shared: Path, name: str, day: str, window: int):
    bring(brand, kinds_of(shared, name))
    assert_as_expected(brand, shared, name, day, window)


def test_a_brand_that_comes_in_two_parts_gives_the_same_document(brand: Workspace, shared: Path):
    files = kinds_of(shared, "brand_13")
    bring(brand, files[::2])
    assert build.refresh(brand).how == "full"
    bring(brand, files[1::2])
    assert_as_expected(brand, shared, "brand_13", *MID_2026)


def kinds_of(shared: Path, name: str) -> list[Path]:
    """The files of a worked brand that hold facts; `trace_*.csv` is part of the answer."""
    return sorted(path for path in (shared / "oracles" / name).glob("*.csv") if not path.name.startswith("trace"))
