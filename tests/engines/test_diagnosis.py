"""The whole diagnosis on Spark is that of DuckDB: lights, gains, decompositions, newcomers, alerts."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from siyu.core.time import day_of
from siyu.measures.asked import Asked
from siyu.measures.diagnosis.diagnose import diagnose
from siyu.store import workspace as workspaces
from tests.engines.conftest import same_keys
from tests.measures.random_brand import random_brand
from tests.plain import load_plain

AS_OF = dt.date(2026, 6, 30)
NOW = dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)
TARGETS = [{"metric": "F", "period": "2026-Q2", "value": "40"}, {"metric": "T", "period": "2026", "value": "0.9"}]


@pytest.mark.slow
@pytest.mark.timeout(3600)  # hundreds of statements, a third of a second each on Spark
def test_the_diagnosis_is_the_same_on_both_engines(spark_ready: None, tmp_path: Path):
    on_spark, on_duck = (diagnosed(folder, engine) for engine, folder in same_keys(tmp_path))
    assert on_spark == on_duck
    assert sum(action["moved"] is not None for action in actions(on_duck)) > 5


def diagnosed(folder: Path, engine: str) -> dict[str, Any]:
    """The document of a random brand, its floats to nine digits."""
    with workspaces.open_workspace(folder) as workspace:
        assert workspace.settings["warehouse.engine"] == engine
        load_plain(workspace, {**random_brand(9, consumers=150), "targets": TARGETS}, now=NOW)
        document = diagnose(workspace, Asked(day_of(AS_OF), 30, workspace.settings), NOW).as_json()
    return json.loads(json.dumps(document), parse_float=lambda text: f"{float(text):.9g}")


def actions(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [action for c in document["campaigns"] for s in c["scenarios"] for action in s["actions"]]
