"""The worked brands the whole way, load to document, on both engines: all the figures that are expected."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from siyu.core import settings
from siyu.core.time import day_of
from siyu.identity.resolve import resolve
from siyu.measures import build
from siyu.measures.asked import Asked
from siyu.measures.clv.backtest import backtest
from siyu.measures.clv.histories import summary
from siyu.measures.clv.scores import score
from siyu.measures.clv.summary import Summary
from siyu.measures.measure import measure
from siyu.sources.load import load
from siyu.store import workspace as workspaces
from siyu.store.tables import CLV_SCORE, ORDER_REFUND, PURCHASE
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


def test_a_brand_that_comes_in_two_parts_gives_the_same_document_and_histories(brand: Workspace, shared: Path):
    files = kinds_of(shared, "brand_13")
    bring(brand, files[::2])
    assert build.refresh(brand).how == "full"
    bring(brand, files[1::2])
    assert_as_expected(brand, shared, "brand_13", *MID_2026)
    assert_histories_are_those_of_the_purchases(brand, dt.date.fromisoformat(MID_2026[0]))


def assert_histories_are_those_of_the_purchases(workspace: Workspace, as_of: dt.date) -> None:
    """Buyers' histories by the engine are those of its rows taken one by one, and every buyer gets a score."""
    day, warehouse = day_of(as_of), workspace.warehouse
    back: Counter[int] = Counter()
    for row in warehouse.rows(ORDER_REFUND.expr()):
        back[row["fact_id"]] += row["refund_amount"] if row["refunded_day"] <= day else 0
    bought = [row for row in warehouse.rows(PURCHASE.expr())
              if row["consumer_id"] is not None and row["paid_day"] <= day < row["void_day"]]
    columns = zip(*((row["consumer_id"], row["paid_day"], row["paid_amount"] - back[row["fact_id"]]) for row in bought))
    wanted = Summary.of_purchases(*map(np.array, columns), end_day=day)
    asked = Asked(day, 30, workspace.settings)
    found = summary(warehouse, asked)
    for name in ("buyer", "frequency", "recency", "T", "monetary_value"):
        np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), rtol=1e-12, err_msg=name)
    assert score(warehouse, asked, days=90).buyers == len(wanted.frequency) < warehouse.count(CLV_SCORE)
    assert backtest(warehouse, asked, days=90).actual.sum() > 0


def kinds_of(shared: Path, name: str) -> list[Path]:
    """The files of a worked brand that hold facts; `trace_*.csv` is part of the answer."""
    return sorted(path for path in (shared / "oracles" / name).glob("*.csv") if not path.name.startswith("trace"))
