"""Changes that add up: one bar per part, to the right where it added and to the left where it took away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt

from siyu.console.charts import theme

ROW = 46


@dataclass(frozen=True)
class Change:
    """One part of a change: its name, how much it added (negative: took away), and that as written."""

    label: str
    value: float
    text: str


def changes(items: list[Change]) -> dict[str, Any]:
    """Bars from a common zero, in the order given; the name and the figure stand above each."""
    values = [{"place": i, "label": c.label, "value": c.value, "text": c.text, "up": c.value >= 0}
              for i, c in enumerate(items)]  # fmt: skip
    most = max((abs(c.value) for c in items), default=0) or 1
    base = alt.Chart(theme.rows()).encode(
        y=alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0.72, paddingOuter=0.4)),
        tooltip=theme.tooltip(label=" ", text="  "),
    )
    x = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[-most, most], nice=False))
    colour: Any = alt.condition("datum.up", alt.value(theme.UP), alt.value(theme.LEFT))
    drawn = base.mark_bar().encode(x=x, color=colour)
    zero = alt.Chart(theme.rows()).mark_rule(color=theme.MUTED).encode(x=alt.XDatum(0))
    name = base.mark_text(align="left", baseline="bottom", dy=-9).encode(x=alt.XValue(0), text=alt.Text("label:N"))
    figure = base.mark_text(align="right", baseline="bottom", dy=-9, fontWeight=600)
    return theme.chart(drawn, zero, name, figure.encode(x=alt.XValue("width"), text=alt.Text("text:N")),
                       height=ROW * max(len(items), 1), rows=values)  # fmt: skip
