"""Touchpoints: how many came against how strongly the place pulls, and its three rates side by side."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import altair as alt

from siyu.console.charts import theme
from siyu.console.charts.labels import Dot, places

ROW = 40
#: Smallest and largest point, in square pixels.
AREAS = (90, 1100)


def gravity(
    values: list[dict[str, Any]], middle: float, brand: float | None, words: dict[str, str], lang: str
) -> dict[str, Any]:
    """Points at (visitors, value), as large as the people who progressed; lines at the middle visitors and at brand T.

    Rows hold `name`, `visitors`, `value`, `progressed`, `weak` and texts for the tooltip.
    """
    right = (max((v["visitors"] for v in values), default=0) or 1) * 1.12
    top = (max((v["value"] for v in values), default=0) or 1) * 1.2
    axis = theme.count_axis(lang, title=words["x"], grid=False)
    x = alt.X("visitors:Q", axis=axis, scale=alt.Scale(domain=[0, right], nice=False))
    y = alt.Y("value:Q", axis=theme.percent_axis(title=words["y"]), scale=alt.Scale(domain=[0, top], nice=False))
    base = alt.Chart(theme.rows()).encode(x=x, y=y)
    colour: Any = alt.condition("datum.weak", alt.value(theme.LEFT), alt.value(theme.T_PLUM))
    area = alt.Size("area:Q", scale=None)
    hints = theme.tooltip(name=" ", visitors_text=words["x"], value_text=words["y"], progressed_text=words["size"])
    points = base.mark_circle(opacity=0.72).encode(color=colour, size=area, tooltip=hints)
    beside: dict[str, Any] = {key: alt.ExprRef(f"datum.{key}") for key in ("align", "dx", "dy")}
    names = base.mark_text(fontSize=12, baseline="middle", **beside).encode(text=alt.Text("name:N"))
    placed, guide = _placed(values, right, top), [{"visitors": middle, "value": brand}]
    return theme.chart(*_guides(brand, x, y), points, names, height=330, rows=placed, guide=guide)


def _placed(values: list[dict[str, Any]], right: float, top: float) -> list[dict[str, Any]]:
    """The rows with the area of each point (pixels) and the place of its name."""
    most = max((v["progressed"] for v in values), default=0) or 1
    areas = [AREAS[0] + (AREAS[1] - AREAS[0]) * v["progressed"] / most for v in values]
    dots = [
        Dot(v["visitors"] / right, v["value"] / top, math.sqrt(area / math.pi), v["name"])
        for v, area in zip(values, areas)
    ]
    return [{**v, "area": area, **asdict(place)} for v, area, place in zip(values, areas, places(dots))]


def _guides(brand: float | None, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    look: dict[str, Any] = {"color": theme.MUTED, "strokeDash": [3, 4], "opacity": 0.6}
    lines = [alt.Chart(theme.rows("guide")).mark_rule(**look).encode(x=x)]
    if brand is not None:
        lines.append(alt.Chart(theme.rows("guide")).mark_rule(**look).encode(y=y))
    return lines


def rates(values: list[dict[str, Any]], colours: dict[str, str]) -> dict[str, Any]:
    """A row per touchpoint, a dot per rate. Rows hold `name`, `place`, `kind`, `value`, `text`."""
    names = list(dict.fromkeys(v["name"] for v in values))
    known = [v for v in values if v["value"] is not None]
    y = alt.Y(
        "name:N",
        sort=names,
        axis=alt.Axis(
            title=None, domain=False, ticks=False, grid=True, labelLimit=130, labelColor=theme.INK, labelFontSize=12.5
        ),
    )
    x = alt.X("value:Q", axis=theme.percent_axis(orient="top"), scale=alt.Scale(nice=False, padding=9))
    base = alt.Chart(theme.rows()).encode(y=y, x=x)
    dots = base.mark_circle(size=150, opacity=0.9).encode(
        color=alt.Color("kind:N", scale=alt.Scale(domain=list(colours), range=list(colours.values())), legend=None),
        tooltip=theme.tooltip(name=" ", kind="  ", text="   "),
    )
    return theme.chart(dots, height=ROW * max(len(names), 1) + 30, rows=known)
