"""The registry and the document say the same: no figure without an entry, no entry without a figure."""

from __future__ import annotations

import datetime as dt

from siyu.measures.measure import measure
from siyu.measures.registry import BUILT_IN
from tests.plain import load_plain

NOW = dt.datetime(2026, 7, 2, 4, tzinfo=dt.UTC)


def test_every_figure_has_an_entry_and_every_entry_a_figure(workspace, shared):
    load_plain(workspace, shared / "oracles" / "brand_11")
    document = measure(workspace, as_of=dt.date(2026, 6, 30), now=NOW)
    drivers = {f"fast_plus.{driver}.{name}" for driver, part in document["fast_plus"].items() for name in part}
    figures = drivers | {f"fast.{name}" for name in document["fast"]}
    assert {figure.code for figure in BUILT_IN.figures} == figures
