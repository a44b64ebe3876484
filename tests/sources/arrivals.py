"""Small files and short questions for the tests of loading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from siyu.sources.load import load
from siyu.sources.loading import keep
from siyu.sources.loading.loadreport import LoadReport
from siyu.sources.readers.ahead import joined
from siyu.store import tables
from siyu.store.workspace import Workspace

NOW = dt.datetime(2027, 1, 1, 12, tzinfo=dt.UTC)
LATER = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)
#: What differs between two loads of the same rows, or says where a row came from.
LINEAGE = {"fact_id", "load_id", "source_ref", "loaded_at", "source", "by_fact_id", "first_ref", "cipher"}


def csv(folder: Path, name: str, text: str) -> Path:
    """A file of lines; blanks around cells are the reader's to remove."""
    path = folder / name
    path.write_text("\n".join(line.strip() for line in text.strip().splitlines()) + "\n", encoding="utf-8")
    return path


def take(workspace: Workspace, folder: Path, name: str, text: str, **options: Any) -> LoadReport:
    """Write a file and load it."""
    return load(workspace, [csv(folder, name, text)], **{"now": NOW, **options})


def batches_of(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on files are loaded in batches of so many rows."""

    def cut(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in joined(batches):
            for start in range(0, batch.num_rows, rows):
                yield batch.slice(start, rows)

    monkeypatch.setattr(keep, "joined", cut)


def in_force(workspace: Workspace, kind: str, *columns: str) -> list[tuple]:
    """Values of the facts in force, sorted."""
    rows = workspace.warehouse.rows(workspace.warehouse.in_force(kind).select(*columns))
    return sorted((tuple(row[c] for c in columns) for row in rows), key=repr)


def kept(workspace: Workspace, name: str, *less: str) -> list[tuple]:
    """All rows of a table without what differs between loads, and less of some columns; sorted."""
    table = tables.BY_NAME[name]
    columns = [c for c in table.column_names if c not in LINEAGE and c not in less]
    return sorted((tuple(row[c] for c in columns) for row in workspace.warehouse.rows(table.expr())), key=repr)


def everything(workspace: Workspace, *less: str) -> dict[str, list[tuple]]:
    """All fact tables, less of some columns, comparable between workspaces with the same keys."""
    return {table.name: kept(workspace, table.name, *less) for table in tables.TABLES if table.fact}
