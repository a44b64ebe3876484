"""How topics and sheets are held against their hand-written SQL: the same rows, whatever the order."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import duckdb

from siyu.core.time import day_of
from siyu.measures import build
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.metric import Sheet, Topic
from siyu.store.workspace import Workspace
from tests.measures.reference import topics as reference

Row = dict[str, Any]


class Brand:
    """A workspace whose spans stand, and the same facts in a database of the reference."""

    def __init__(self, workspace: Workspace, as_of: dt.date, window: int) -> None:
        build.refresh(workspace)
        self.facts = Facts(workspace.warehouse)
        self.asked = Asked(day_of(as_of), window, workspace.settings)
        self.own: duckdb.DuckDBPyConnection = reference.database(workspace, as_of, window)

    def disagreements(self, topic: Topic, by: tuple[str, ...]) -> list[str]:
        """Rows of a topic that siyu and the reference do not both have."""
        wanted = reference.topic(self.own, topic.name, by)
        warehouse = self.facts.warehouse
        found = warehouse.rows(topic.counts(self.facts, self.asked, by))
        warehouse.drop_scratch()
        return differing(wanted, found, by)

    def sheet_disagreements(self, sheet: Sheet) -> list[str]:
        """Rows of a sheet that siyu and the reference do not both have."""
        found = sheet.rows(self.facts, self.asked)
        self.facts.warehouse.drop_scratch()
        assert all(set(row) == {c.name for c in sheet.columns} for row in found)
        keys = tuple(c.name for c in sheet.columns if c.unit in ("text", "day"))
        return differing(reference.sheet(self.own, sheet.code), found, keys)


def differing(wanted: list[Row], found: list[Row], keys: tuple[str, ...]) -> list[str]:
    """Every difference of two lists of rows that are told apart by keys: floats to 1e-9, all else exactly."""

    def keyed(rows: list[Row]) -> dict[tuple, Row]:
        named = {tuple(row[key] for key in keys): row for row in rows}
        assert len(named) == len(rows), f"the keys {keys} do not tell the rows apart"
        return named

    ours, theirs = keyed(found), keyed(wanted)
    alone = [f"only siyu has {key}: {ours[key]}" for key in ours.keys() - theirs.keys()]
    alone += [f"only the reference has {key}: {theirs[key]}" for key in theirs.keys() - ours.keys()]
    return alone + [
        f"{key} {name}: {ours[key].get(name)!r}, wanted {value!r}"
        for key in ours.keys() & theirs.keys()
        for name, value in theirs[key].items()
        if not same(value, ours[key].get(name))
    ]


def same(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, float) and isinstance(found, (int, float)):
        return math.isclose(wanted, found, rel_tol=1e-9, abs_tol=1e-12)
    return wanted == found
