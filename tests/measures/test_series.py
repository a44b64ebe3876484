"""Daily series: each day equals the document of that day."""

from __future__ import annotations

import datetime as dt

from siyu.core.time import day_of
from siyu.measures.measure import measure
from siyu.measures.series import daily, series
from tests.plain import load_plain

NOW = dt.datetime(2026, 7, 2, 4, tzinfo=dt.UTC)
DAYS = (dt.date(2026, 5, 1), dt.date(2026, 5, 17), dt.date(2026, 6, 30))


def _value(rows, metric, member, day):
    return next(r["value"] for r in rows if (r["metric"], r["member"], r["day"]) == (metric, member, day_of(day)))


def test_each_day_of_the_series_equals_the_document_of_that_day(workspace, shared):
    load_plain(workspace, shared / "oracles" / "brand_12")
    daily(workspace, day_of(DAYS[0]), day_of(DAYS[-1]))
    rows = series(workspace.warehouse, day_of(DAYS[0]), day_of(DAYS[-1]))
    for day in DAYS:
        found = measure(workspace, as_of=day, now=NOW)["fast_plus"]
        assert _value(rows, "A", "30", day) == found["A"]["value"]
        assert _value(rows, "F", "all", day) == found["F"]["sustainable_relationships"]
        assert _value(rows, "F", "basic", day) == found["F"]["by_role"]["basic"]


def test_filling_the_same_days_twice_keeps_one_row_a_day(workspace, shared):
    load_plain(workspace, shared / "oracles" / "brand_12")
    written = [daily(workspace, day_of(DAYS[0]), day_of(DAYS[-1])) for _ in range(2)]
    assert len(series(workspace.warehouse, day_of(DAYS[0]), day_of(DAYS[-1]))) == written[0] == written[1]
