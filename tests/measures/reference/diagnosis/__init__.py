"""The second definition of what diagnosis adds to A, in plain DuckDB SQL written from the definitions alone.

Readings taken (definitions.md section 3.2): the reference mix is that of the ladder's first 365 days, in people's
days on each rung up to the opening; a rung nobody stood on at the opening drops out. A newcomer comes into F for the
first time ever; n days end with the n-th business day after that day; a purchase at the very instant of coming counts.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from siyu.core.settings import Settings
from siyu.core.time import day_of
from tests.measures.reference.document import FACTS, _own, _row, _rows, _run, _set_days

NOUNS = ("facts", "referral", "change", "diagnosis/ask_daily", "role", "diagnosis/daily_state", "diagnosis/standard",
         "diagnosis/cohort")  # fmt: skip


def a_standard_and_cohorts(
    connection: duckdb.DuckDBPyConnection, settings: Settings, as_of: dt.date, window: int
) -> tuple[float | None, list[dict[str, Any]]]:
    """A_std of the window, and A_cohort of every month that has newcomers, at 30, 60 and 90 days."""
    with _own(connection, settings, FACTS) as own:
        _set_days(own, settings, day_of(as_of), window)
        _run(own, NOUNS)
        return _row(own, "a_standard")["value"], _rows(own, "a_cohort")


def groups(
    connection: duckdb.DuckDBPyConnection, settings: Settings, as_of: dt.date, window: int
) -> dict[str, list[dict[str, Any]]]:
    """The groups behind the decompositions of revenue, S and A: group, people, active, amount."""
    nouns = ("facts", "referral", "entry", "change", "ask", "role", "midnights", "conversion", "value",
             "diagnosis/decomposition")  # fmt: skip
    with _own(connection, settings, FACTS) as own:
        _set_days(own, settings, day_of(as_of), window)
        _run(own, nouns)
        return {name: _rows(own, f"{name}_group") for name in ("revenue", "value", "step")}


def flows(
    connection: duckdb.DuckDBPyConnection, settings: Settings, as_of: dt.date, window: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows that arrived by kind, source, platform and day in the window, and the daily figures of all days."""
    nouns = ("facts", "referral", "change", "diagnosis/ask_daily", "role", "diagnosis/daily_state", "diagnosis/flows")
    with _own(connection, settings, (*FACTS, "touchpoint_daily")) as own:
        _set_days(own, settings, day_of(as_of), window)
        _run(own, nouns)
        return _rows(own, "arrival"), _rows(own, "figure")


def people(
    connection: duckdb.DuckDBPyConnection, settings: Settings, as_of: dt.date, window: int
) -> dict[str, set[int]]:
    """Whom each sub-scenario concerns as of a day (but those who stand on a rung since some days)."""
    nouns = ("facts", "referral", "entry", "change", "ask", "role", "midnights", "value", "diagnosis/people")
    with _own(connection, settings, (*FACTS, "order_lines")) as own:
        _set_days(own, settings, day_of(as_of), window)
        _run(own, nouns)
        found: dict[str, set[int]] = {}
        for row in _rows(own, "concerned"):
            found.setdefault(row["name"], set()).add(row["consumer_id"])
        return found
