"""Run the SQL files in order and gather their tables into the document of `siyu measure --json`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb

from siyu.core.settings import Settings
from siyu.core.time import DAY, HOUR, day_ends, day_of
from siyu.store.engines.duck import DuckWarehouse
from siyu.store.workspace import Workspace

HERE = Path(__file__).parent
#: The SQL files of a document, in order.
NOUNS = ("facts", "referral", "entry", "change", "ask", "role", "midnights", "capital", "conversion", "connection",
         "value", "fast")  # fmt: skip
#: Those of everybody's state around every change.
STATES = ("facts", "referral", "change", "ask_always", "role")
FACTS = ("orders", "refunds", "derived_refund", "relations", "relation_ends", "members", "consents", "events",
         "contents", "referrals", "identity", "identifier", "superseded")  # fmt: skip
DERIVED = ("purchase", "valid_referral", "relation_span", "reach_span", "role_span")
FAST_DAYS = 7
Document = dict[str, Any]


def cursor_of(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    """A connection of its own to the workspace's DuckDB warehouse."""
    assert isinstance(workspace.warehouse, DuckWarehouse)
    return workspace.warehouse._connection.cursor()


def reference(connection: duckdb.DuckDBPyConnection, settings: Settings, as_of: dt.date, window_days: int) -> Document:
    """The figures of a day and window, from the facts and identity that `connection` (a warehouse cursor) reads."""
    with _own(connection, settings, FACTS) as own:
        _set_days(own, settings, day_of(as_of), window_days)
        _run(own, NOUNS)
        return {"fast_plus": {"F": _capital(own), "A": _conversion(own), "T": _connection(own), "S": _value(own)},
                "fast": {**_row(own, "fast_total"), "aipl": _counts(own, "fast_aipl")}}  # fmt: skip


def states(connection: duckdb.DuckDBPyConnection, settings: Settings) -> duckdb.DuckDBPyConnection:
    """A database with everybody's `held`, `open_channel`, `bought` and `state` around every change (`ask`), beside the
    warehouse's derived tables as `main_<table>`."""
    own = _own(connection, settings, (*FACTS, *DERIVED))
    _run(own, STATES)
    return own


def occasions(connection: duckdb.DuckDBPyConnection, settings: Settings, as_of: dt.date) -> duckdb.DuckDBPyConnection:
    """A database with `occasion`: every purchase of a known consumer that stands on a day, with its net amount."""
    own = _own(connection, settings, FACTS)
    _set_days(own, settings, day_of(as_of), 1)
    _run(own, ("facts", "occasion"))
    return own


def _own(
    connection: duckdb.DuckDBPyConnection, settings: Settings, tables: tuple[str, ...]
) -> duckdb.DuckDBPyConnection:
    """A database of our own in memory with the tables as `main_<table>`, so that the warehouse stays untouched."""
    own = duckdb.connect(config={"threads": 1})
    for table in tables:
        own.register("rows", connection.execute(f"SELECT * FROM {table}").to_arrow_table())
        own.execute(f"CREATE TABLE main_{table} AS FROM rows")
        own.unregister("rows")
    _set_variables(own, settings)
    _set_tables(own, settings)
    _run(own, ("ends",))
    return own


def _run(own: duckdb.DuckDBPyConnection, nouns: tuple[str, ...]) -> None:
    for noun in nouns:
        own.execute((HERE / f"{noun}.sql").read_text(encoding="utf-8"))


def _set_days(own: duckdb.DuckDBPyConnection, settings: Settings, last_day: int, window_days: int) -> None:
    """The days a document is about, and the midnights that end them."""
    days = {"closing": last_day, "opening": last_day - window_days, "fast_opening": last_day - FAST_DAYS}
    values = {name: day_ends(day, settings.zone) for name, day in days.items()}
    for name, value in {**values, "last_day": last_day, "first_day": last_day - window_days + 1}.items():
        own.execute(f"SET VARIABLE {name} = {value}")


def _set_variables(own: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    values = {
        "zone": settings["brand.zone"],
        "purchase_window": settings["roles.purchase_window_days"],
        "spreading_days": settings["roles.spreading_days"],
        "spreading_referrals": settings["roles.spreading_referrals"],
        "spreading_contents": settings["roles.spreading_contents"],
        "grace_days": settings["roles.spreading_grace_days"],
        "value_days": settings["value.days"],
        "rfm_days": settings["rfm.days"],
        "credit_within": settings["value.referral_days"] * DAY,
        "click_within": settings["value.click_days"] * DAY,
    }
    for name, value in values.items():
        own.execute(f"SET VARIABLE {name} = {value!r}")


def _set_tables(own: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Settings that are tables: the channels a relation opens, the windows of each touchpoint."""
    own.execute("CREATE TABLE relation_channel (relation_type VARCHAR, channel VARCHAR)")
    for type_, channels in settings.channels_of_relation.items():
        for channel in channels:
            own.execute("INSERT INTO relation_channel VALUES (?, ?)", [type_, channel])
    for window, unit in (("settle_hours", HOUR), ("deepen_days", DAY), ("convert_days", DAY)):
        special = "".join(
            f" WHEN touchpoint = '{name}' THEN {windows[window] * unit}"
            for name, windows in settings["touchpoints.windows"].items() if window in windows)  # fmt: skip
        usual = settings[f"touchpoints.{window}"] * unit
        own.execute(f"CREATE MACRO {window.split('_')[0]}_within(touchpoint) AS CASE{special or ' WHEN false THEN 0'} "
                    f"ELSE {usual} END")  # fmt: skip


def _capital(own: duckdb.DuckDBPyConnection) -> Document:
    parts = {by: _counts(own, f"f_{by}") for by in ("by_role", "by_relation_type", "by_channel")}
    return {**_row(own, "f_total"), **parts}


def _conversion(own: duckdb.DuckDBPyConnection) -> Document:
    total = _row(own, "a_total")
    steps = {name: total.pop(name) for name in list(total) if name.endswith("_up")}
    return {**total, "steps": steps, "transitions": _rows(own, "a_transition")}


def _connection(own: duckdb.DuckDBPyConnection) -> Document:
    found = _rows(own, "t_total")
    brand = next((row for row in found if row["scope"] == "brand"), {"value": None, "visitors": 0})
    touchpoints = {row.pop("name"): row for row in found if row.pop("scope") == "touchpoint"}
    return {"value": brand["value"], "visitors": brand["visitors"], "by_touchpoint": touchpoints}


def _value(own: duckdb.DuckDBPyConnection) -> Document:
    by_role = {row.pop("name"): row for row in _rows(own, "s_by_role")}
    return {**_row(own, "s_total"), "by_role": by_role}


def _rows(own: duckdb.DuckDBPyConnection, table: str) -> list[Document]:
    return own.execute(f"FROM {table}").to_arrow_table().to_pylist()


def _row(own: duckdb.DuckDBPyConnection, table: str) -> Document:
    (row,) = _rows(own, table)
    return row


def _counts(own: duckdb.DuckDBPyConnection, table: str) -> dict[str, int]:
    return {row["name"]: row["n"] for row in _rows(own, table)}
