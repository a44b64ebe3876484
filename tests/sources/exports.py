"""Writes sample exports of the platforms: their real headers and quirks, invented people."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

from siyu.simulate.headers import HEADER_ROWS
from siyu.sources.load import load
from siyu.sources.loading.loadreport import FileReport
from siyu.store.workspace import Workspace

HEADERS = {name: row.split(",") for name, row in HEADER_ROWS.items()}
NOW = dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)

Row = dict[str, str]


def write(path: Path, header: str, rows: list[Row], encoding: str = "utf-8-sig") -> Path:
    """An export with the header of that name; cells by cleaned column name (the second 分销员 is 分销员#2)."""
    names = _distinct(HEADERS[header])
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(HEADERS[header])
        for row in rows:
            unknown = row.keys() - set(names)
            assert not unknown, f"not in the header: {unknown}"
            writer.writerow([row.get(name, "") for name in names])
    return path


def _distinct(header: list[str]) -> list[str]:
    names = [name.strip() for name in header]
    return [name if name not in names[:i] else f"{name}#2" for i, name in enumerate(names)]


def load_one(workspace: Workspace, path: Path, **options: Any) -> FileReport:
    """Load one file and give its report."""
    return load(workspace, [path], **{"now": NOW, **options}).files[0]


def facts(workspace: Workspace, kind: str) -> list[dict[str, Any]]:
    """The facts of a kind in force, in the order of their files."""
    table = workspace.warehouse.in_force(kind)
    return workspace.warehouse.rows(table.order_by("fact_id"))


def gmv(workspace: Workspace) -> int:
    """What was paid, in minor units."""
    return sum(order["paid_amount"] for order in facts(workspace, "orders") if order["paid_at"] is not None)


def namespaces(workspace: Workspace) -> list[str]:
    """The namespaces of all identifiers known, sorted."""
    return sorted(row["namespace"] for row in workspace.warehouse.rows(workspace.warehouse.table("identifier")))


def links(workspace: Workspace) -> int:
    """Pairs of identifiers that records link."""
    return workspace.warehouse.count(workspace.warehouse.table("link_record"))
