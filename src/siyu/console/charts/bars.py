"""Labelled bars: one row per thing, its name above the bar, its figure at the right edge.

The name stands above instead of beside the bar, so that the same chart reads on a phone; where it would meet the figure
it is cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt

from siyu.console.charts import labels, theme

ROW_HEIGHT = 46


@dataclass(frozen=True)
class Bar:
    """One bar: name, length, the figure as written, and optionally a second length behind it."""

    label: str
    value: float
    text: str
    colour: str
    hint: str = ""


def bars(items: list[Bar]) -> dict[str, Any]:
    """Horizontal bars in the order given."""
    values = [
        {"place": i, "label": b.label, "value": b.value, "text": b.text, "colour": b.colour, "hint": b.hint or b.text}
        for i, b in enumerate(items)
    ]
    largest = max((b.value for b in items), default=0) or 1
    base = alt.Chart(theme.rows()).encode(
        y=alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0.72, paddingOuter=0.4)),
        tooltip=theme.tooltip(label=" ", hint="  "),
    )
    scale = alt.Scale(domain=[0, largest], nice=False)
    track = (
        base.mark_bar(color=theme.LINE, opacity=0.55)
        .transform_calculate(full=str(largest))
        .encode(x=alt.X("full:Q", axis=None, scale=scale))
    )
    drawn = base.mark_bar().encode(x=alt.X("value:Q", axis=None, scale=scale), color=alt.Color("colour:N", scale=None))
    beside = 1.2 * max((labels.width(b.text) for b in items), default=0) + 12  # figures are bold
    name = base.mark_text(align="left", baseline="bottom", dy=-9, limit=alt.ExprRef(f"width - {beside:.0f}"))
    figure = base.mark_text(align="right", baseline="bottom", dy=-9, fontWeight=600)
    return theme.chart(
        track,
        drawn,
        name.encode(x=alt.XValue(0), text=alt.Text("label:N")),
        figure.encode(x=alt.XValue("width"), text=alt.Text("text:N")),
        height=ROW_HEIGHT * max(len(items), 1),
        rows=values,
    )


@dataclass(frozen=True)
class Pair:
    """Two figures of one thing, drawn beneath each other and never added."""

    label: str
    kind: str
    value: float | None
    text: str
    colour: str


def pairs(items: list[Pair]) -> dict[str, Any]:
    """Grouped bars: things in the order given, kinds in the order of their first appearance."""
    labels = list(dict.fromkeys(p.label for p in items))
    kinds = list(dict.fromkeys(p.kind for p in items))
    values = [
        {
            "place": labels.index(p.label) * (len(kinds) + 1.25) + kinds.index(p.kind),
            "label": p.label,
            "kind": p.kind,
            "value": p.value or 0,
            "text": p.text,
            "colour": p.colour,
            "first": kinds.index(p.kind) == 0,
        }
        for p in items
    ]
    end = len(labels) * (len(kinds) + 1.25)
    largest = max((v["value"] for v in values), default=0) or 1
    base = alt.Chart(theme.rows()).encode(
        y=alt.Y("place:Q", axis=None, scale=alt.Scale(domain=[end - 0.75, -1.25], nice=False, zero=False)),
        tooltip=theme.tooltip(label=" ", kind="  ", text="   "),
    )
    x = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, largest * 1.45], nice=False))
    drawn = base.mark_bar(size=13, orient="horizontal").encode(x=x, color=alt.Color("colour:N", scale=None))
    figure = base.mark_text(align="left", dx=6, fontSize=12).encode(x=x, text=alt.Text("text:N"))
    name = base.transform_filter("datum.first").mark_text(align="left", baseline="bottom", dy=-11)
    return theme.chart(
        drawn, figure, name.encode(x=alt.XValue(0), text=alt.Text("label:N")), height=round(end * 18) + 12, rows=values
    )
