"""The alluvial of roles: who climbed, who slipped, who came, who left. Layout here, drawing by Vega-Lite.

Those who stayed are not drawn: in a month they are nine of ten, and would hide everyone who moved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import altair as alt

from siyu.console.charts import theme

HEIGHT = 380
STEPS = 24
GAP = 0.075  # space between two nodes, as a share of the height
THIN = 0.006  # no ribbon is drawn thinner than this share of the height
EDGE = 0.012  # half the width of a node, as a share of the width


@dataclass(frozen=True)
class Move:
    """People who went from one node to another (None = untold, and drawn as thin as any), what kind of move it was (a
    colour), and its words.
    """

    start: str
    end: str
    people: int | None
    colour: str
    label: str
    text: str


@dataclass(frozen=True)
class Node:
    """A rung at one of the two ends: where it stands (shares of the height) and its words."""

    key: str
    label: str


def alluvial(moves: list[Move], starts: list[Node], ends: list[Node]) -> dict[str, Any]:
    """Ribbons between two ladders. Nodes are given from the top down; those without a move are left out."""
    left = _column(starts, {n.key: sum(_thick(m, moves) for m in moves if m.start == n.key) for n in starts})
    right = _column(ends, {n.key: sum(_thick(m, moves) for m in moves if m.end == n.key) for n in ends})
    ribbons = _ribbons(moves, left, right)
    nodes = _node_rows(left, 0.0) + _node_rows(right, 1.0)
    return theme.chart(*_layers(), height=HEIGHT, ribbons=ribbons, nodes=nodes)


def _thick(move: Move, moves: list[Move]) -> float:
    total = sum(m.people or 0 for m in moves) or 1
    return max((move.people or 0) / total, THIN)


def _column(nodes: list[Node], sizes: dict[str, float]) -> dict[str, tuple[Node, float, float]]:
    """Top and bottom of each node with a move, centred as a column (1 is the top)."""
    present = [n for n in nodes if sizes[n.key] > 0]
    top = 1.0 + GAP * len(nodes) / 2
    places = {}
    slack = (GAP * (len(nodes) - 1) - GAP * (len(present) - 1)) / 2
    top -= slack
    for node in present:
        places[node.key] = (node, top, top - sizes[node.key])
        top -= sizes[node.key] + GAP
    return places


def _ribbons(moves: list[Move], left: dict, right: dict) -> list[dict[str, Any]]:
    """Points of every ribbon; at each node, ribbons stand in the order of the nodes they lead to."""
    begin = _slots(moves, left, right, lambda m: (m.start, m.end))
    finish = _slots(moves, right, left, lambda m: (m.end, m.start))
    rows = []
    for number, move in enumerate(moves):
        (top0, bottom0), (top1, bottom1) = begin[number], finish[number]
        for i in range(STEPS + 1):
            share = i / STEPS
            bend = (1 - math.cos(math.pi * share)) / 2
            rows.append(
                {
                    "flow": number,
                    "x": round(EDGE + share * (1 - 2 * EDGE), 4),
                    "colour": move.colour,
                    "y": round(top0 + (top1 - top0) * bend, 5),
                    "y2": round(bottom0 + (bottom1 - bottom0) * bend, 5),
                    "label": move.label,
                    "text": move.text,
                }
            )
    return rows


def _slots(moves: list[Move], here: dict, there: dict, ends) -> dict[int, tuple[float, float]]:
    """For each move its place (top, bottom) on the node it touches on this side."""
    order = list(there)
    next_top = {key: top for key, (_, top, _) in here.items()}
    slots = {}
    for number in sorted(range(len(moves)), key=lambda n: order.index(ends(moves[n])[1])):
        key = ends(moves[number])[0]
        thick = _thick(moves[number], moves)
        slots[number] = (next_top[key], next_top[key] - thick)
        next_top[key] -= thick
    return slots


def _node_rows(column: dict[str, tuple[Node, float, float]], x: float) -> list[dict[str, Any]]:
    return [
        {
            "x": x,
            "x2": EDGE if x == 0 else 1 - EDGE,
            "y": round(top, 5),
            "y2": round(bottom, 5),
            "middle": round((top + bottom) / 2, 5),
            "label": node.label,
            "left": x == 0,
        }
        for node, top, bottom in column.values()
    ]


def _layers() -> list[alt.Chart]:
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(zero=False, nice=False))
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    flows = (
        alt.Chart(theme.rows("ribbons"))
        .mark_area(opacity=0.5)
        .encode(
            x=x,
            y=y,
            y2="y2:Q",
            detail=alt.Detail("flow:N"),
            color=alt.Color("colour:N", scale=None),
            tooltip=theme.tooltip(label=" ", text="  "),
        )
    )
    base = alt.Chart(theme.rows("nodes")).encode(y=y)
    boxes = base.mark_rect(color=theme.INK, cornerRadius=1).encode(x=x, x2="x2:Q", y2="y2:Q")
    labels = []
    for left in (True, False):
        side = base.transform_filter(f"datum.left === {str(left).lower()}").encode(x=x, y=alt.Y("middle:Q", axis=None))
        look: dict[str, Any] = {
            "align": "left" if left else "right",
            "dx": alt.ExprRef(f"width * {EDGE} + 5" if left else f"-width * {EDGE} - 5"),
            "fontSize": 12.5,
        }
        halo = side.mark_text(stroke=theme.PAPER, strokeWidth=4, strokeOpacity=0.85, strokeJoin="round", **look)
        labels += [halo.encode(text=alt.Text("label:N")), side.mark_text(**look).encode(text=alt.Text("label:N"))]
    return [flows, boxes, *labels]
