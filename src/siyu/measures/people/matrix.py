"""The CLV matrix: consumers by own and referral value, each none, low, mid or high (definitions.md section 6.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.core.money import exponent
from siyu.core.settings import Settings
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.fast_plus.value import quantile
from siyu.measures.metric import Column, Sheet
from siyu.measures.people.shared_value import AMOUNTS, shared_value
from siyu.measures.ratio import ratio

CLASSES = ("none", "low", "mid", "high")
AXES = ("own", "referral")
LOW_TO_MID, MID_TO_HIGH = 0.5, 0.9


@dataclass(frozen=True)
class Cuts:
    """Where a value passes from low to mid and from mid to high, minor units; None when nobody has any."""

    mid: float | None
    high: float | None

    def place(self, value: ir.IntegerValue) -> ir.IntegerValue:
        """0 to 3, the place in CLASSES. A value equal to a cut stays below it; without cuts every value is low."""
        over = [value > math.floor(cut) for cut in (self.mid, self.high) if cut is not None]
        return sum((test.ifelse(1, 0) for test in over), (value > 0).ifelse(1, 0)).cast("int64")


def matrix(worth: ir.Table, cuts: dict[str, Cuts]) -> ir.Table:
    """Consumers of `valued` with own_place and referral_place, the places of their values in CLASSES."""
    return worth.mutate(**{f"{axis}_place": cuts[axis].place(worth[f"{axis}_value"]) for axis in AXES})


def valued(facts: Facts, asked: Asked) -> ir.Table:
    """Everyone in F and everyone with a value: consumer_id, own_value, referral_value, value_share."""
    zero = ibis.literal(0, "int64")
    parts = shared_value(facts, asked).select("consumer_id", *AMOUNTS).union(
        sustainable(asked.day).select("consumer_id", **dict.fromkeys(AMOUNTS, zero)))  # fmt: skip
    each = parts.group_by("consumer_id").aggregate(**{name: parts[name].sum().cast("int64") for name in AMOUNTS})
    return facts.warehouse.scratch(f"valued_{asked.day}", each)


def cuts_of(facts: Facts, asked: Asked, worth: ir.Table) -> dict[str, Cuts]:
    """The cuts of each axis: fixed amounts of the settings, else percentiles of the positive values of `valued`."""
    return {axis: _fixed(axis, asked.settings) or _percentiles(facts, worth, f"{axis}_value") for axis in AXES}


def _fixed(axis: str, settings: Settings) -> Cuts | None:
    amounts = settings["matrix.cuts"].get(axis)
    return Cuts(*(amount * 10 ** exponent(settings.currency) for amount in amounts)) if amounts else None


def _percentiles(facts: Facts, worth: ir.Table, column: str) -> Cuts:
    positive = worth.filter(worth[column] > 0)
    return Cuts(*(quantile(facts.warehouse, positive, column, q) for q in (LOW_TO_MID, MID_TO_HIGH)))


def matrix_rows(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """All sixteen cells, those with nobody too."""
    worth = valued(facts, asked)
    each = matrix(worth, cuts_of(facts, asked, worth))
    summed = each.group_by("own_place", "referral_place").aggregate(
        consumers=each.count().cast("int64"),
        own_sum=each.own_value.sum().cast("int64"),
        referral_sum=each.referral_value.sum().cast("int64"),
    )
    found = {(row["own_place"], row["referral_place"]): row for row in facts.warehouse.rows(summed)}
    return [_cell(own, brought, found.get((own, brought), {})) for own in range(4) for brought in range(4)]


def _cell(own: int, brought: int, found: dict[str, Any]) -> dict[str, Any]:
    sums = {name: found.get(name, 0) for name in ("consumers", "own_sum", "referral_sum")}
    means = {f"{axis}_mean": ratio(sums[f"{axis}_sum"], sums["consumers"]) for axis in AXES}
    return {"own": CLASSES[own], "referral": CLASSES[brought], **sums, **means}


def cut_rows(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """The cuts of each axis, and how many consumers have a positive value there."""
    worth = valued(facts, asked)
    cuts = cuts_of(facts, asked, worth)
    positive = {f"{axis}_value": (worth[f"{axis}_value"] > 0).ifelse(1, 0).sum().cast("int64") for axis in AXES}
    counted = facts.warehouse.row(worth.aggregate(**positive))
    return [{"axis": axis, "consumers": counted[f"{axis}_value"] or 0, "mid_above": cuts[axis].mid,
             "high_above": cuts[axis].high} for axis in AXES]  # fmt: skip


MATRIX = Sheet(
    "people.matrix", "CLV人群矩阵", "CLV matrix",
    "Consumers in F or with a value of the last `value.days`, by own and referral value: none is 0, low up to the"
    " median of the positive values, mid up to their 90th percentile, high above it.",
    (
        Column("own", "自购价值", "Own value", "text"),
        Column("referral", "传播价值", "Referral value", "text"),
        Column("consumers", "消费者数", "Consumers", "consumers"),
        Column("own_sum", "自购价值合计", "Own value in all", "minor units"),
        Column("referral_sum", "传播价值合计", "Referral value in all", "minor units"),
        Column("own_mean", "人均自购价值", "Own value per head", "minor units"),
        Column("referral_mean", "人均传播价值", "Referral value per head", "minor units"),
    ),
    matrix_rows, "value.days", ("orders", "referrals"), "consumers",
)  # fmt: skip
MATRIX_CUTS = Sheet(
    "people.matrix_cuts", "CLV人群矩阵分档线", "Cuts of the CLV matrix",
    "Where the matrix parts low from mid and mid from high; a value equal to a cut stays below it.",
    (
        Column("axis", "维度", "Axis", "text"),
        Column("consumers", "有价值的消费者数", "Consumers with a value", "consumers"),
        Column("mid_above", "高于此为中", "Mid above", "minor units"),
        Column("high_above", "高于此为高", "High above", "minor units"),
    ),
    cut_rows, "value.days", ("orders", "referrals"), "consumers",
)  # fmt: skip
