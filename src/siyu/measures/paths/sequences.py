"""Sequences: two or three touchpoints entered one right after another, by how much oftener their journeys convert."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.metric import Column, Sheet
from siyu.measures.paths.journeys import JOURNEY, steps
from siyu.measures.ratio import ratio

#: Fewer journeys than this say nothing about a sequence.
LEAST_JOURNEYS = 5
MOST_SHOWN = 50
SEQUENCE = ("first", "second", "third")


def sequences(step: ir.Table) -> ir.Table:
    """Sequences of 2 and 3 touchpoints (`third` '' = of two): journeys that hold them, converted ones, consumers.

    A journey that holds a sequence twice counts once.
    """
    pair = step.filter(step.then.notnull())
    triple = step.filter(step.after_that.notnull())
    held = (
        pair.select(*JOURNEY, "converted", first="touchpoint", second="then", third=ibis.literal(""))
        .union(triple.select(*JOURNEY, "converted", first="touchpoint", second="then", third="after_that"))
        .distinct()
    )
    return held.group_by(*SEQUENCE).aggregate(
        journeys=held.count().cast("int64"),
        converting=held.converted.sum().cast("int64"),
        consumers=held.consumer_id.nunique(),
    )


def sequence_rows(facts: Facts, asked: Asked, least: int = LEAST_JOURNEYS) -> list[dict[str, Any]]:
    """The best sequences of at least `least` journeys: by lift, then journeys (most first), then names.

    lift = converting share of the journeys that hold it / converting share of all journeys of the period, those of one
    entry included; null where nothing converted.
    """
    step = steps(facts, asked)
    ends = step.filter(step.place == 0)
    all_ = facts.warehouse.row(ends.aggregate(n=ends.count(), won=ends.converted.sum().cast("int64")))
    counted = sequences(step)
    often = facts.warehouse.rows(counted.filter(counted.journeys >= least))
    rows = [_row(row, ratio(all_["won"], all_["n"])) for row in often]
    return sorted(rows, key=_best_first)[:MOST_SHOWN]


def _row(row: dict[str, Any], share_of_all: float | None) -> dict[str, Any]:
    share = ratio(row["converting"], row["journeys"])
    return {**row, "converting_share": share, "lift": ratio(share, share_of_all)}


def _best_first(row: dict[str, Any]) -> tuple:
    return -row["converting_share"], -row["journeys"], *(row[name] for name in SEQUENCE)


SEQUENCES = Sheet(
    "paths.sequences", "高转化路径", "Best sequences of touchpoints",
    "Sequences of two or three touchpoints entered one right after another in a journey, at least 5 journeys each: "
    "their converting share against that of all journeys (lift), the best 50.",
    (
        Column("first", "第一步", "First", "text"),
        Column("second", "第二步", "Second", "text"),
        Column("third", "第三步", "Third", "text"),
        Column("journeys", "路径数", "Journeys", "journeys"),
        Column("converting", "转化路径数", "Converted", "journeys"),
        Column("converting_share", "路径转化率", "Converting share", "share"),
        Column("lift", "提升度", "Lift", "ratio"),
        Column("consumers", "消费者数", "Consumers", "consumers"),
    ),
    sequence_rows, needs=("entries", "orders"), people="consumers",
)  # fmt: skip
