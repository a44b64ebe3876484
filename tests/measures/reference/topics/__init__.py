"""The second definition of topics and sheets: plain DuckDB SQL from the definitions alone, over facts and identity.

`database(workspace, as_of, window)` holds every table of the warehouse as `main_<table>`, those of `facts.sql`
(paid_order, refunded, relation, consent, event, content, referral, person), `standing` (purchases that hold at the end
of the day, with net_amount), and the variables first_day, last_day, opening, closing, zone. It works for any engine.

Each topic has `<topic>.sql`: one SELECT in which `{by}` stands for the dimensions with a comma after each (or for
nothing) and which ends in GROUP BY ALL or the like; each sheet `sheet_<code with _>.sql`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb

from siyu.core.time import day_of
from siyu.store.tables import TABLES
from siyu.store.workspace import Workspace
from tests.measures.reference import document

HERE = Path(__file__).parent
Row = dict[str, Any]


def database(workspace: Workspace, as_of: dt.date, window_days: int) -> duckdb.DuckDBPyConnection:
    """All tables of a workspace in a database of our own, ready for the SQL of topics and sheets."""
    own = duckdb.connect(config={"threads": 1})
    for table in TABLES:
        own.register("rows", workspace.warehouse.arrow(table.expr()))
        own.execute(f"CREATE TABLE main_{table.name} AS FROM rows")
        own.unregister("rows")
    document._set_variables(own, workspace.settings)
    document._set_tables(own, workspace.settings)
    document._set_days(own, workspace.settings, day_of(as_of), window_days)
    document._run(own, ("ends", "facts"))
    own.execute((HERE / "base.sql").read_text(encoding="utf-8"))
    own.execute((HERE / "people.sql").read_text(encoding="utf-8"))
    return own


def topic(own: duckdb.DuckDBPyConnection, name: str, by: tuple[str, ...]) -> list[Row]:
    """The counts of a topic by dimensions, in any order."""
    text = (HERE / f"{name}.sql").read_text(encoding="utf-8")
    return own.execute(text.replace("{by}", "".join(f"{d}, " for d in by))).to_arrow_table().to_pylist()


def sheet(own: duckdb.DuckDBPyConnection, code: str) -> list[Row]:
    """The rows of a sheet, in any order."""
    text = (HERE / f"sheet_{code.replace('.', '_')}.sql").read_text(encoding="utf-8")
    return own.execute(text).to_arrow_table().to_pylist()
