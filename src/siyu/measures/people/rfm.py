"""RFM: buyers by recency, frequency and money, each high or low: eight types (definitions.md section 6.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.core.settings import RFM_TYPES
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, net_purchases
from siyu.measures.fast_plus.value import quantile
from siyu.measures.metric import Column, Sheet
from siyu.measures.ratio import ratio
from siyu.store.tables import ORDER_REFUND, PURCHASE

AXES = ("recency_days", "occasions", "net_amount")
#: Which of recency, frequency and money each type has high, in the order of RFM_TYPES.
HIGH = ("RFM", "RM", "FM", "M", "RF", "R", "F", "")
#: What the types are called; the setting `rfm.labels` overrides them.
LABELS = {
    "zh": ("重要价值客户", "重要发展客户", "重要保持客户", "重要挽留客户",
           "一般价值客户", "一般发展客户", "一般保持客户", "一般挽留客户"),
    "en": ("Important, valuable", "Important, to develop", "Important, to keep", "Important, to win back",
           "General, valuable", "General, to develop", "General, to keep", "General, to win back"),
}  # fmt: skip


@dataclass(frozen=True)
class Cuts:
    """Mean or median of the buyers on each axis; a buyer on the cut itself is not high."""

    recency_days: Fraction
    occasions: Fraction
    net_amount: Fraction

    def marks(self, buyers: ir.Table) -> ir.StringValue:
        """The letters of what a buyer has high. Whole numbers are compared with whole numbers, so ties are exact."""
        recent = buyers.recency_days < math.ceil(self.recency_days)
        often = buyers.occasions > math.floor(self.occasions)
        much = buyers.net_amount > math.floor(self.net_amount)
        return recent.ifelse("R", "") + often.ifelse("F", "") + much.ifelse("M", "")


def rfm(facts: Facts, asked: Asked) -> ir.Table:
    """Every buyer of the last `rfm.days` days: consumer_id, recency_days, occasions, net_amount, type (RFM_TYPES).

    High is more recent, more often, more than the mean of these buyers (or their median: setting `rfm.cut`). The mean
    is what the field compares with: where most have bought once, the median would be one occasion.
    """
    buyers = facts.warehouse.scratch(f"rfm_buyer_{asked.day}", _buyers(asked))
    cuts = cuts_of(facts, asked, buyers)
    marks = cuts.marks(buyers) if cuts else ibis.literal("")
    type_ = ibis.cases(*((marks == letters, code) for letters, code in zip(HIGH, RFM_TYPES)), else_="")
    return buyers.mutate(type=type_)


def _buyers(asked: Asked) -> ir.Table:
    first, last = asked.last_days(asked.settings["rfm.days"])
    purchase = PURCHASE.expr()
    recent = purchase.filter(purchase.consumer_id.notnull() & purchase.paid_day.between(first, last))
    kept = net_purchases(recent, ORDER_REFUND.expr(), asked.closing_at)
    return kept.group_by("consumer_id").aggregate(
        recency_days=(asked.day - kept.paid_day.max()).cast("int64"),
        occasions=kept.paid_day.nunique().cast("int64"),
        net_amount=kept.net_amount.sum().cast("int64"),
    )


def cuts_of(facts: Facts, asked: Asked, buyers: ir.Table) -> Cuts | None:
    """Where each axis is cut; None without buyers."""
    if asked.settings["rfm.cut"] == "median":
        found = [quantile(facts.warehouse, buyers, axis, 0.5) for axis in AXES]
        return None if None in found else Cuts(*(Fraction(value) for value in found))
    sums = facts.warehouse.row(
        buyers.aggregate(n=buyers.count(), **{axis: buyers[axis].sum().cast("int64") for axis in AXES})
    )
    return Cuts(*(Fraction(sums[axis], sums["n"]) for axis in AXES)) if sums["n"] else None


def rfm_rows(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """Every type with its buyers, their net amount and their means."""
    buyers = rfm(facts, asked)
    summed = buyers.group_by("type").aggregate(
        consumers=buyers.count().cast("int64"), **{axis: buyers[axis].sum().cast("int64") for axis in AXES}
    )
    found = {row["type"]: row for row in facts.warehouse.rows(summed)}
    return [_row(code, label, found.get(code, {})) for code, label in zip(RFM_TYPES, _labels(asked))]


def cut_rows(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """Where each axis is cut; null without buyers."""
    buyers = facts.warehouse.scratch(f"rfm_buyer_{asked.day}", _buyers(asked))
    cuts = cuts_of(facts, asked, buyers)
    return [{"axis": axis, "cut": float(getattr(cuts, axis)) if cuts else None} for axis in AXES]


def _labels(asked: Asked) -> list[str]:
    own, usual = asked.settings["rfm.labels"], LABELS[asked.settings["report.language"]]
    return [own.get(code, label) for code, label in zip(RFM_TYPES, usual)]


def _row(code: str, label: str, found: dict[str, Any]) -> dict[str, Any]:
    count = found.get("consumers", 0)
    means = {f"{axis}_mean": ratio(found.get(axis, 0), count) for axis in AXES}
    return {"type": code, "label": label, "consumers": count, "net_amount": found.get("net_amount", 0), **means}


RFM = Sheet(
    "people.rfm", "RFM人群", "RFM types",
    "Buyers of the last `rfm.days` by eight types: days since the last purchase, purchase days and net amount, each"
    " better than the mean of these buyers or not.",
    (
        Column("type", "类型代码", "Type", "text"),
        Column("label", "类型", "Name", "text"),
        Column("consumers", "消费者数", "Consumers", "consumers"),
        Column("net_amount", "净额", "Net amount", "minor units"),
        Column("recency_days_mean", "平均距今天数", "Days since, mean", "days"),
        Column("occasions_mean", "平均购买次数", "Occasions, mean", "times"),
        Column("net_amount_mean", "人均净额", "Net amount per head", "minor units"),
    ),
    rfm_rows, "rfm.days", ("orders",), "consumers",
)  # fmt: skip
RFM_CUTS = Sheet(
    "people.rfm_cuts", "RFM分界", "Cuts of RFM",
    "The mean (or median) of the buyers of the last `rfm.days` that parts high from low: days since the last purchase,"
    " purchase days, and net amount in minor units; a buyer on the cut itself is not high.",
    (
        Column("axis", "维度", "Axis", "text"),
        Column("cut", "分界", "Cut", "ratio"),
    ),
    cut_rows, "rfm.days", ("orders",),
)  # fmt: skip
