"""Which things are held together: a row of dots per combination, and a bar of the people who hold exactly that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt

from siyu.console.charts import theme

ROW = 27
HEAD = 92  # room for the slanted names above the dots
DOTS = 0.40  # the dots' share of the width
BARS = 0.44  # where the bars begin


@dataclass(frozen=True)
class Combination:
    """People who hold exactly these things; `inner` of them count in a narrower sense (reachable)."""

    members: frozenset[str]
    people: int
    inner: int
    text: str
    hint: str


def overlap(rows: list[Combination], columns: list[tuple[str, str]]) -> dict[str, Any]:
    """Dots and bars; `columns` are (code, name) in the order the dots stand."""
    place = {code: 0.012 + i * (DOTS - 0.03) / max(len(columns) - 1, 1) for i, (code, _) in enumerate(columns)}
    dots = [{"row": r + 1, "x": place[code], "held": code in c.members} for r, c in enumerate(rows) for code in place]
    lines = [
        {"row": r + 1, "x": min(xs), "x2": max(xs)}
        for r, c in enumerate(rows)
        if (xs := [place[m] for m in c.members if m in place])
    ]
    most = max((c.people for c in rows), default=0) or 1
    room = (1 - BARS) * 0.72
    lengths = [
        {
            "row": r + 1,
            "x": BARS,
            "all": BARS + c.people / most * room,
            "inner": BARS + c.inner / most * room,
            "text": c.text,
            "hint": c.hint,
        }
        for r, c in enumerate(rows)
    ]
    names = [{"row": 0.42, "x": place[code], "label": name} for code, name in columns]
    return theme.chart(
        *_layers(len(rows)), height=HEAD + ROW * len(rows), dots=dots, lines=lines, lengths=lengths, names=names
    )


def _layers(count: int) -> list[alt.Chart]:
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    top = 0.5 - HEAD / ROW
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[count + 0.5, top], nice=False, zero=False))
    held: Any = alt.condition("datum.held", alt.value(theme.F_BLUE), alt.value(theme.LINE))
    bar = alt.Chart(theme.rows("lengths")).encode(y=y, tooltip=theme.tooltip(hint=" "))
    return [
        alt.Chart(theme.rows("lines")).mark_rule(color=theme.F_BLUE, strokeWidth=2).encode(x=x, x2="x2:Q", y=y),
        alt.Chart(theme.rows("dots")).mark_circle(size=85, opacity=1).encode(x=x, y=y, color=held),
        bar.mark_rule(strokeWidth=13, color=theme.PALE).encode(x=x, x2=alt.X2("all:Q")),
        bar.mark_rule(strokeWidth=13, color=theme.F_BLUE).encode(x=x, x2=alt.X2("inner:Q")),
        bar.mark_text(align="left", dx=6, fontSize=12).encode(x=alt.X("all:Q", axis=None), text=alt.Text("text:N")),
        alt.Chart(theme.rows("names"))
        .mark_text(align="left", angle=318, fontSize=12, color=theme.MUTED)
        .encode(x=x, y=y, text=alt.Text("label:N")),
    ]
