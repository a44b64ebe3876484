"""Charts as data: what is drawn is what the rows say, and Vega-Lite can compile every one."""

from __future__ import annotations

import datetime as dt

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from siyu.console.charts.bars import Bar, bars
from siyu.console.charts.labels import Dot, _box, _meet, places
from siyu.console.charts.moves import Move, Node, _column, _thick
from siyu.console.charts.trend import polyline, thinned
from siyu.console.page import page
from siyu.console.panels.ladder import LEFT, NEW, transitions
from siyu.console.view import View
from siyu.console.words import Words
from tests.console.sample import BY_ROLE, material

CHARTS = {p.name: p.chart for s in page(material(), "zh").sections for p in s.panels if p.chart}


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_every_chart_is_one_vega_lite_draws(name: str):
    assert "<svg" in vl_convert.vegalite_to_svg({**CHARTS[name], "width": 400})


def test_who_came_into_f_is_worked_out_so_that_the_rungs_add_up():
    found = transitions(View(material(), Words("en")))
    for role, people in BY_ROLE.items():
        assert sum(n for (_, end), n in found.items() if end == role) == people
    assert {start for start, _ in found} >= {NEW, "basic"}
    assert {end for _, end in found} >= {LEFT, "basic"}


def test_nodes_are_as_tall_as_their_ribbons_and_do_not_touch():
    moves = [Move("a", "c", 30, "", "", ""), Move("b", "c", 10, "", "", "")]
    nodes = [Node("a", ""), Node("b", "")]
    column = _column(nodes, {n.key: sum(_thick(m, moves) for m in moves if m.start == n.key) for n in nodes})
    (_, top_a, bottom_a), (_, top_b, bottom_b) = column["a"], column["b"]
    assert top_a - bottom_a == pytest.approx(3 * (top_b - bottom_b))
    assert bottom_a > top_b


def test_a_name_is_moved_away_from_the_name_beside_it():
    dots = [Dot(0.5, 0.5, 6, "official_account"), Dot(0.45, 0.5, 6, "live_room")]
    boxes = [_box(dot, place) for dot, place in zip(dots, places(dots))]
    assert not _meet(*boxes)


def test_a_trend_line_spans_its_picture_and_leaves_out_what_is_not_known():
    assert polyline([1.0, None, 3.0]) == "0.0,33.0 120.0,3.0"
    assert polyline([None, 2.0]) == ""


@given(st.integers(1, 400), st.integers(2, 100))
def test_thinned_days_keep_the_last_and_stay_few(count: int, most: int):
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=i) for i in range(count)]
    kept = thinned(days, most)
    assert max(days) in kept
    assert len(kept) <= most


def test_a_name_is_cut_before_it_meets_its_figure():
    short, long = (bars([Bar("a name", 1, text, "#000")]) for text in ("¥9", "¥113.4K in 365 d"))
    layers = [layer["mark"] for spec in (short, long) for layer in spec["layer"]]
    limits = [mark["limit"] for mark in layers if "limit" in mark]
    assert [limit["expr"].startswith("width - ") for limit in limits] == [True, True]
    assert float(limits[0]["expr"][8:]) < float(limits[1]["expr"][8:])
