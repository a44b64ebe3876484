"""The path matrix: from which touchpoint to which, within 7 days, and the chain of journeys it gives."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.metric import Column, Sheet
from siyu.measures.paths.journeys import steps
from siyu.measures.paths.markov import Chain
from siyu.measures.ratio import ratio

#: Where journeys come from and end, beside the touchpoints.
START, CONVERSION, NOTHING = "(start)", "(conversion)", "(nothing)"
ENDS = (CONVERSION, NOTHING)


def transitions(step: ir.Table) -> ir.Table:
    """How often each way was gone: from_touchpoint, to_touchpoint, moves, steps, consumers.

    `moves` are entries at most 7 days after the one before, whatever was bought between; `steps` are those of journeys,
    with their starts and ends.
    """
    moved = step.filter(step.came_from.notnull())
    first = step.filter(step.place == 0)
    last = step.filter(step.place == step.length - 1)
    ways = (
        _ways(moved, moved.came_from, moved.touchpoint, 1, (moved.place > 0).ifelse(1, 0))
        .union(_ways(first, ibis.literal(START), first.touchpoint, 0, ibis.literal(1)))
        .union(_ways(last, last.touchpoint, (last.converted == 1).ifelse(CONVERSION, NOTHING), 0, ibis.literal(1)))
    )
    return ways.group_by("from_touchpoint", "to_touchpoint").aggregate(
        moves=ways.moves.sum().cast("int64"),
        steps=ways.steps.sum().cast("int64"),
        consumers=ways.consumer_id.nunique(),
    )


def chain_of(counted: list[dict[str, Any]]) -> Chain:
    """The chain of the counted transitions, touchpoints in the order of their names."""
    names = sorted({row["from_touchpoint"] for row in counted} - {START})
    place = {name: i for i, name in enumerate(names)}
    chain = Chain(tuple(names), *(np.zeros(shape) for shape in _shapes(len(names))))
    for row in counted:
        came, went, count = row["from_touchpoint"], row["to_touchpoint"], row["steps"]
        if came == START:
            chain.starts[place[went]] = count
        elif went in ENDS:
            (chain.conversions if went == CONVERSION else chain.losses)[place[came]] = count
        else:
            chain.moves[place[came], place[went]] = count
    return chain


def transition_rows(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """Rows of the sheet: the start first, then touchpoints by name, ends last in each."""
    counted = facts.warehouse.rows(transitions(steps(facts, asked)))
    moves, leaving = _sums(counted, "moves"), _sums(counted, "steps")
    in_order = sorted(counted, key=_reading_order)
    return [
        {**row, "share": ratio(row["moves"], moves[came]), "probability": ratio(row["steps"], leaving[came])}
        for row in in_order
        for came in (row["from_touchpoint"],)
    ]


def _ways(step: ir.Table, came: ir.Value, went: ir.Value, moves: int, steps: ir.Value) -> ir.Table:
    return step.select(
        "consumer_id", from_touchpoint=came, to_touchpoint=went,
        moves=ibis.literal(moves, "int64"), steps=steps.cast("int64"),
    )  # fmt: skip


def _shapes(n: int) -> tuple:
    return (n, (n, n), n, n)


def _sums(counted: list[dict[str, Any]], column: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in counted:
        sums[row["from_touchpoint"]] = sums.get(row["from_touchpoint"], 0) + row[column]
    return sums


def _reading_order(row: dict[str, Any]) -> tuple:
    came, went = row["from_touchpoint"], row["to_touchpoint"]
    return came != START, came, went in ENDS, went


TRANSITIONS = Sheet(
    "paths.transitions", "场域流转矩阵", "Path matrix between touchpoints",
    "How often consumers entered one touchpoint within 7 days after another (moves), and the steps of their journeys "
    "with starts and ends: a journey ends with the entry that purchases are credited to, or in nothing.",
    (
        Column("from_touchpoint", "来源场域", "From", "text"),
        Column("to_touchpoint", "去向场域", "To", "text"),
        Column("moves", "流转次数", "Moves within 7 days", "journeys"),
        Column("share", "流转占比", "Share of moves from there", "share"),
        Column("steps", "路径步数", "Steps of journeys", "journeys"),
        Column("probability", "转移概率", "Probability in the chain", "share"),
        Column("consumers", "消费者数", "Consumers", "consumers"),
    ),
    transition_rows, needs=("entries",), people="consumers",
)  # fmt: skip
