"""Touchpoints: how many came against how strongly the place pulls, and its three rates side by side."""

from __future__ import annotations

from typing import Any

import altair as alt

from siyu.console.charts import theme

ROW = 40


def gravity(
    values: list[dict[str, Any]], middle: float, brand: float | None, words: dict[str, str], lang: str
) -> dict[str, Any]:
    """Points at (visitors, value), as large as the people who progressed; lines at the middle visitors and at brand T.

    Rows hold `name`, `visitors`, `value`, `progressed`, `weak` and texts for the tooltip.
    """
    most = max((v["visitors"] for v in values), default=0) or 1
    high = max((v["value"] for v in values), default=0) or 1
    x = alt.X(
        "visitors:Q",
        axis=theme.count_axis(lang, title=words["x"], grid=False),
        scale=alt.Scale(domain=[0, most * 1.12], nice=False),
    )
    y = alt.Y("value:Q", axis=theme.percent_axis(title=words["y"]), scale=alt.Scale(domain=[0, high * 1.2], nice=False))
    base = alt.Chart(theme.rows(values)).encode(x=x, y=y)
    colour: Any = alt.condition("datum.weak", alt.value(theme.LEFT), alt.value(theme.T_PLUM))
    size = alt.Size("progressed:Q", scale=alt.Scale(range=[90, 1100], zero=True), legend=None)
    hints = theme.tooltip(name=" ", visitors_text=words["x"], value_text=words["y"], progressed_text=words["size"])
    points = base.mark_circle(opacity=0.72).encode(color=colour, size=size, tooltip=hints)
    flip: Any = alt.ExprRef(
        f"datum.visitors > {most * 0.62} ? 'right' : datum.visitors < {most * 0.15} ? 'left' : 'center'"
    )
    names = base.mark_text(dy=-21, align=flip, fontSize=12).encode(text="name:N")
    return theme.chart(*_guides(middle, brand, x, y), points, names, height=330)


def _guides(middle: float, brand: float | None, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    look: dict[str, Any] = {"color": theme.MUTED, "strokeDash": [3, 4], "opacity": 0.6}
    lines = [alt.Chart(theme.rows([{"visitors": middle}])).mark_rule(**look).encode(x=x)]
    if brand is not None:
        lines.append(alt.Chart(theme.rows([{"value": brand}])).mark_rule(**look).encode(y=y))
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
    base = alt.Chart(theme.rows(known)).encode(y=y, x=alt.X("value:Q", axis=theme.percent_axis(orient="top")))
    dots = base.mark_circle(size=150, opacity=0.9).encode(
        color=alt.Color("kind:N", scale=alt.Scale(domain=list(colours), range=list(colours.values())), legend=None),
        tooltip=theme.tooltip(name=" ", kind="  ", text="   "),
    )
    return theme.chart(dots, height=ROW * max(len(names), 1) + 30)
