"""What the platforms report, what siyu credits to ads and what a proof would show, side by side and never added."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.grouped import beside, grouped
from siyu.measures.metric import Column, Sheet
from siyu.measures.ratio import ratio
from siyu.measures.topics.acquisition import ad_touches, credited_purchases
from siyu.measures.topics.media import period_spend

BY = ("touchpoint",)
#: Incremental sales need a group left out by lot.
NO_PROOF = "not measurable: no proof"
Row = dict[str, Any]


def side_by_side_rows(facts: Facts, asked: Asked) -> list[Row]:
    """One row per touchpoint by name; a platform's figures are null where its panel did not give them."""
    own = {row["touchpoint"]: row for row in facts.warehouse.rows(own_counts(facts, asked))}
    panel = {row["touchpoint"]: row for row in facts.warehouse.rows(panel_counts(facts, asked))}
    return [_row(name, own.get(name, {}), panel.get(name, {})) for name in sorted(own.keys() | panel.keys())]


def own_counts(facts: Facts, asked: Asked) -> ir.Table:
    """Spend, and what was paid credited to ad touches, by touchpoint."""
    spend = period_spend(facts, asked)
    touches = facts.warehouse.scratch("ad_touch", ad_touches(facts, asked))
    sold = credited_purchases(asked, touches)
    return beside(
        BY,
        grouped(spend, BY, spend=spend.amount.sum().cast("int64")),
        grouped(sold, BY, attributed_paid=sold.paid_amount.sum().cast("int64")),
    )


def panel_counts(facts: Facts, asked: Asked) -> ir.Table:
    """Spend and payments of the panel's rows that say both; null where none does."""
    daily = facts.of("touchpoint_daily")
    both = daily.filter(
        daily.date.between(asked.first_day, asked.day) & daily.spend.notnull() & daily.paid_amount.notnull()
    )
    return grouped(
        both, BY,
        reported_spend=both.spend.sum().cast("int64"), reported_paid=both.paid_amount.sum().cast("int64"),
    )  # fmt: skip


def _row(touchpoint: str, own: Row, panel: Row) -> Row:
    spend, attributed = own.get("spend", 0), own.get("attributed_paid", 0)
    reported_spend, reported = panel.get("reported_spend"), panel.get("reported_paid")
    return {
        "touchpoint": touchpoint,
        "spend": spend,
        "attributed_paid": attributed,
        "attributed_roi": ratio(attributed, spend),
        "reported_spend": reported_spend,
        "reported_paid": reported,
        "reported_roi": ratio(reported, reported_spend),
        "incremental_roi": None,
        "incremental_reason": NO_PROOF,
    }


SIDE_BY_SIDE = Sheet(
    "media.side_by_side", "投放效果对照", "Media side by side",
    "By touchpoint: spend and what was paid within a day of an ad touch (own attribution); spend and payments as the "
    "platform's panel reports them, of the rows that say both; and incremental ROI, which only a group left out by lot "
    "can show. All are revenue over cost; they rest on different things and are never added.",
    (
        Column("touchpoint", "场域", "Touchpoint", "text"),
        Column("spend", "投放花费", "Spend", "minor units"),
        Column("attributed_paid", "自有归因成交额", "Paid, own attribution", "minor units"),
        Column("attributed_roi", "自有归因ROI", "ROI, own attribution", "ratio"),
        Column("reported_spend", "平台报告花费", "Spend, as reported", "minor units"),
        Column("reported_paid", "平台报告成交额", "Paid, as reported", "minor units"),
        Column("reported_roi", "平台报告ROI", "ROI, as reported", "ratio"),
        Column("incremental_roi", "增量ROI", "Incremental ROI", "ratio"),
        Column("incremental_reason", "增量说明", "Why not incremental", "text"),
    ),
    side_by_side_rows, needs=("spend",), basis="persons and aggregates",
)  # fmt: skip
