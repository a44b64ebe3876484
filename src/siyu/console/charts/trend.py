"""Trends: a stack of days by member, and a line of one figure."""

from __future__ import annotations

import datetime as dt
from typing import Any

import altair as alt

from siyu.console.charts import theme

HEIGHT = 250


def stack(values: list[dict[str, Any]], colours: dict[str, str], lang: str) -> dict[str, Any]:
    """A stacked area. Rows hold `day`, `member`, `value`, `text`, `label`; members from the bottom up in `colours`."""
    order = list(colours)
    data = [{**v, "day": v["day"].isoformat(), "place": order.index(v["member"])} for v in values]
    base = alt.Chart(theme.rows()).encode(x=_days(lang))
    area = base.mark_area(line=False, opacity=0.95).encode(
        y=alt.Y("value:Q", stack="zero", axis=theme.count_axis(lang)),
        color=alt.Color("member:N", scale=alt.Scale(domain=order, range=list(colours.values())), legend=None),
        order=alt.Order("place:O"),
        tooltip=theme.tooltip(date=" ", label="  ", text="   "),
    )
    return theme.chart(area, height=HEIGHT, rows=data)


def line(values: list[dict[str, Any]], colour: str, axis: alt.Axis, lang: str) -> dict[str, Any]:
    """One line with its last point marked. Rows hold `day`, `value` (None breaks the line), `text`, `date`."""
    data = [{**v, "day": v["day"].isoformat()} for v in values]
    known = [v for v in data if v["value"] is not None]
    base = alt.Chart(theme.rows()).encode(x=_days(lang), y=alt.Y("value:Q", axis=axis))
    shade = base.mark_area(color=colour, opacity=0.08, interpolate="monotone")
    drawn = base.mark_line(color=colour, strokeWidth=2.2, interpolate="monotone")
    touch = base.mark_point(opacity=0, size=160).encode(tooltip=theme.tooltip(date=" ", text="  "))
    last = alt.Chart(theme.rows("last")).encode(x=_days(lang), y=alt.Y("value:Q"))
    dot = last.mark_point(filled=True, size=70, color=colour, opacity=1)
    return theme.chart(shade, drawn, touch, dot, height=HEIGHT, rows=data, last=known[-1:])


def columns(values: list[dict[str, Any]], colour: str, lang: str) -> dict[str, Any]:
    """One column per window, the figure above it. Rows hold `label`, `value`, `text`; the last one stands out."""
    data = [{**v, "place": i, "last": i == len(values) - 1} for i, v in enumerate(values)]
    largest = max((v["value"] or 0 for v in values), default=0) or 1
    base = alt.Chart(theme.rows()).encode(
        x=alt.X(
            "label:N",
            sort=[v["label"] for v in values],
            axis=alt.Axis(title=None, labelAngle=0, ticks=False, labelOverlap=True),
            scale=alt.Scale(paddingInner=0.45, paddingOuter=0.25),
        ),
        tooltip=theme.tooltip(label=" ", text="  "),
    )
    y = alt.Y("value:Q", axis=None, scale=alt.Scale(domain=[0, largest * 1.15], nice=False))
    shade: Any = alt.condition("datum.last", alt.value(1), alt.value(0.42))
    drawn = base.mark_bar(color=colour).encode(y=y, opacity=shade)
    size: Any = alt.ExprRef("width < 380 ? 11 : 13")
    figure = base.mark_text(dy=-9, fontSize=size).encode(y=y, text=alt.Text("text:N"))
    return theme.chart(drawn, figure, height=HEIGHT, rows=data)


def _days(lang: str) -> alt.X:
    return alt.X("day:T", axis=theme.date_axis(lang), scale=alt.Scale(type="utc"))


def polyline(values: list[float | None], width: int = 120, height: int = 36) -> str:
    """Points of an SVG polyline for the small trend in an indicator's card; '' with fewer than two figures."""
    known = [(i, v) for i, v in enumerate(values) if v is not None]
    if len(known) < 2:
        return ""
    low, high = min(v for _, v in known), max(v for _, v in known)
    span = (high - low) or 1
    step = width / (len(values) - 1)
    return " ".join(f"{i * step:.1f},{height - 3 - (v - low) / span * (height - 6):.1f}" for i, v in known)


def thinned(days: list[dt.date], most: int) -> set[dt.date]:
    """At most about `most` of the days, evenly spaced, always with the last one."""
    step = max(1, -(-len(days) // most))
    return set(sorted(days)[::-1][::step])
