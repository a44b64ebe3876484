"""A grid of shaded cells, each with its figure: a matrix, or a triangle of cohorts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt

from siyu.console.charts import theme

ROW = 34
HEAD = 30


@dataclass(frozen=True)
class Cell:
    """One cell: where it stands, how dark it is (0 to 1), the figure in it, and what a pointer is told."""

    row: str
    column: str
    shade: float
    text: str
    hint: str


def heat(cells: list[Cell], rows: list[str], columns: list[str], colour: str) -> dict[str, Any]:
    """Cells in the order of rows and columns given; dark cells carry white figures."""
    values = [
        {"row": c.row, "column": c.column, "shade": c.shade, "text": c.text, "hint": c.hint, "dark": c.shade > 0.55}
        for c in cells
    ]
    x = alt.X("column:N", sort=columns, axis=alt.Axis(orient="top", title=None, domain=False, ticks=False,
                                                      labelAngle=0, labelColor=theme.MUTED))  # fmt: skip
    y = alt.Y("row:N", sort=rows, axis=alt.Axis(title=None, domain=False, ticks=False, labelColor=theme.INK,
                                                labelLimit=110))  # fmt: skip
    base = alt.Chart(theme.rows()).encode(x=x, y=y, tooltip=theme.tooltip(row=" ", column="  ", hint="   "))
    scale = alt.Scale(domain=[0, 1], range=[theme.PAPER, colour], interpolate="rgb")
    filled = base.mark_rect(stroke=theme.LINE).encode(color=alt.Color("shade:Q", scale=scale, legend=None))
    ink: Any = alt.condition("datum.dark", alt.value(theme.PAPER), alt.value(theme.INK))
    figures = base.mark_text(fontSize=12).encode(text=alt.Text("text:N"), color=ink)
    return theme.chart(filled, figures, height=HEAD + ROW * max(len(rows), 1), rows=values)
