"""Forecast against what came: two lines over the tenths of the forecast."""

from __future__ import annotations

from typing import Any

import altair as alt

from siyu.console.charts import theme

HEIGHT = 250


def deciles(values: list[dict[str, Any]], colours: dict[str, str], axis: alt.Axis) -> dict[str, Any]:
    """A line per kind. Rows hold `label` (the tenth), `kind`, `value` and `text`; kinds by colour."""
    x = alt.X("label:N", sort=list(dict.fromkeys(v["label"] for v in values)),
              axis=alt.Axis(title=None, labelAngle=0, ticks=False, labelOverlap=True))  # fmt: skip
    colour = alt.Color("kind:N", scale=alt.Scale(domain=list(colours), range=list(colours.values())), legend=None)
    base = alt.Chart(theme.rows()).encode(x=x, y=alt.Y("value:Q", axis=axis), color=colour)
    drawn = base.mark_line(strokeWidth=2.2)
    dots = base.mark_circle(size=60, opacity=1).encode(tooltip=theme.tooltip(label=" ", kind="  ", text="   "))
    return theme.chart(drawn, dots, height=HEIGHT, rows=values)
