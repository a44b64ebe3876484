"""Attribution: conversions and what they paid, shared out over the touchpoints of the journeys that led to them.

A conversion is a journey that purchases ended. First and last touch give it whole to one entry, linear in equal parts
to every entry (a touchpoint entered twice has two parts), Markov by removal effects; each sums to the same total.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.metric import Column, Sheet
from siyu.measures.paths.apportion import apportioned
from siyu.measures.paths.journeys import JOURNEY, steps
from siyu.measures.paths.markov import Chain, credits, removal_effects
from siyu.measures.paths.transitions import chain_of, transitions

Row = dict[str, Any]


def touched(step: ir.Table) -> ir.Table:
    """By touchpoint: journeys that entered it, those of them that converted, and whose they were."""
    each = step.group_by(*JOURNEY, "touchpoint").aggregate(converted=step.converted.max())
    return each.group_by("touchpoint").aggregate(
        journeys=each.count().cast("int64"),
        converting=each.converted.sum().cast("int64"),
        consumers=each.consumer_id.nunique(),
    )


def parts(step: ir.Table) -> ir.Table:
    """By touchpoint and length of converted journeys: entries, what their journeys paid, and the same of first and last
    entries (entries, paid, first, paid_first, last, paid_last).
    """
    won = step.filter(step.converted == 1)
    first, last = won.place == 0, won.place == won.length - 1
    return won.group_by("touchpoint", "length").aggregate(
        entries=won.count().cast("int64"),
        paid=won.paid.sum().cast("int64"),
        first=first.ifelse(1, 0).sum().cast("int64"),
        paid_first=first.ifelse(won.paid, 0).sum().cast("int64"),
        last=last.ifelse(1, 0).sum().cast("int64"),
        paid_last=last.ifelse(won.paid, 0).sum().cast("int64"),
    )


def attribution_rows(facts: Facts, asked: Asked) -> list[Row]:
    """Rows of the sheet, touchpoints by name; amounts in whole minor units by the largest remainder."""
    step = steps(facts, asked)
    rows = facts.warehouse.rows
    seen = {row["touchpoint"]: row for row in rows(touched(step))}
    chain = chain_of(rows(transitions(step)))
    shared = _shared(rows(parts(step)), chain.touchpoints)
    columns = {**shared, **_markov(chain, sum(shared["paid_last"]))}
    return [
        {**seen[name], **{column: values[i] for column, values in columns.items()}}
        for i, name in enumerate(chain.touchpoints)
    ]


def _shared(parts: list[Row], names: tuple[str, ...]) -> dict[str, list]:
    """First, last and linear of each touchpoint; linear is exact until it is shown."""
    plain = ("first", "paid_first", "last", "paid_last")
    columns: dict[str, list] = {name: [0] * len(names) for name in plain}
    linear, paid = [Fraction(0)] * len(names), [Fraction(0)] * len(names)
    for part in parts:
        i = names.index(part["touchpoint"])
        for name in plain:
            columns[name][i] += part[name]
        linear[i] += Fraction(part["entries"], part["length"])
        paid[i] += Fraction(part["paid"], part["length"])
    whole = sum(columns["paid_last"])
    return {**columns, "linear": [float(share) for share in linear], "paid_linear": apportioned(whole, paid)}


def _markov(chain: Chain, paid: int) -> dict[str, list]:
    """Removal effects and the credits they give; no effect is known where nothing converted."""
    effects = removal_effects(chain)
    shares = credits(chain).tolist()
    known = [None] * len(shares) if effects is None else effects.tolist()
    return {"removal_effect": known, "markov": shares, "paid_markov": apportioned(paid, shares)}


ATTRIBUTION = Sheet(
    "paths.attribution", "场域归因", "Attribution to touchpoints",
    "Converted journeys and what they paid (gross), shared out by Markov removal effects (1 - chance of a conversion "
    "without the touchpoint / with it), first touch, last touch and equally; each sums to the same total.",
    (
        Column("touchpoint", "场域", "Touchpoint", "text"),
        Column("journeys", "经过路径数", "Journeys that entered it", "journeys"),
        Column("converting", "转化路径数", "Of them converted", "journeys"),
        Column("consumers", "消费者数", "Consumers", "consumers"),
        Column("removal_effect", "移除效应", "Removal effect", "share"),
        Column("markov", "马尔可夫归因转化", "Conversions, Markov", "journeys"),
        Column("first", "首次触点归因转化", "Conversions, first touch", "journeys"),
        Column("last", "末次触点归因转化", "Conversions, last touch", "journeys"),
        Column("linear", "线性归因转化", "Conversions, linear", "journeys"),
        Column("paid_markov", "马尔可夫归因金额", "Paid, Markov", "minor units"),
        Column("paid_first", "首次触点归因金额", "Paid, first touch", "minor units"),
        Column("paid_last", "末次触点归因金额", "Paid, last touch", "minor units"),
        Column("paid_linear", "线性归因金额", "Paid, linear", "minor units"),
    ),
    attribution_rows, needs=("entries", "orders"), people="consumers",
)  # fmt: skip
