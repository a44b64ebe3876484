"""Feedback: what consumers say of the brand, by touchpoint and by the role they stood in when they said it."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.core.time import HOUR
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.grouped import grouped, named
from siyu.measures.metric import Column, Metric, Sheet, Topic
from siyu.measures.ratio import ratio
from siyu.store.tables import ROLE_SPAN

DIMENSIONS = ("kind", "touchpoint", "role")
#: Scores of the question "would you recommend us", 0 to 10, that make a promoter and a detractor.
PROMOTER_FROM, DETRACTOR_TO = 9, 6


def feedback_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Answers of the period, the scores of each kind, and complaints with how long they took to resolve."""
    told = facts.warehouse.scratch("period_feedback", named(with_role(period_feedback(facts, asked)), by))
    nps = (told.kind == "nps") & told.score.between(0, 10).fill_null(False)
    csat = (told.kind == "csat") & told.score.notnull()
    dsr = (told.kind == "dsr") & told.score.notnull()
    complaint = told.kind == "complaint"
    counted = grouped(
        told, by,
        answers=told.count().cast("int64"),
        consumers=told.consumer_id.nunique().cast("int64"),
        nps_answers=_number(nps),
        promoters=_number(nps & (told.score >= PROMOTER_FROM)),
        detractors=_number(nps & (told.score <= DETRACTOR_TO)),
        promoters_net=_number(nps & (told.score >= PROMOTER_FROM)) - _number(nps & (told.score <= DETRACTOR_TO)),
        nps_total=_total(told, nps), csat_answers=_number(csat), csat_total=_total(told, csat),
        dsr_answers=_number(dsr), dsr_total=_total(told, dsr),
        complaints=_number(complaint),
        resolved=_number(complaint & (told.resolved_at < asked.closing_at).fill_null(False)),
    )  # fmt: skip
    return _beside_median(counted, _median_hours(told, asked, by), by)


def period_feedback(facts: Facts, asked: Asked) -> ir.Table:
    """Feedback given in the period, with consumer_id."""
    rows = facts.of_persons("feedback")
    return rows.filter(rows.occurred_day.between(asked.first_day, asked.day))


def with_role(rows: ir.Table) -> ir.Table:
    """Rows (fact_id, consumer_id, occurred_at) with the `role` held at that instant; '' = none."""
    span = ROLE_SPAN.expr().select("consumer_id", "role", "valid_from", "valid_to")
    met = rows.select("fact_id", "consumer_id", "occurred_at").join(span, "consumer_id")
    held = met.filter((met.valid_from < met.occurred_at) & (met.valid_to >= met.occurred_at))
    joined = rows.left_join(held.select("fact_id", "role"), "fact_id").drop("fact_id_right")
    return joined.mutate(role=joined.role.fill_null(""))


def _number(condition: ir.BooleanValue) -> ir.IntegerValue:
    return condition.ifelse(1, 0).sum().fill_null(0).cast("int64")


def _total(told: ir.Table, condition: ir.BooleanValue) -> ir.FloatingValue:
    return condition.ifelse(told.score, ibis.literal(0.0)).sum().fill_null(0.0)


def _median_hours(told: ir.Table, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Median hours from complaint to resolution of those resolved by the day: the middle one, or the mean of two."""
    resolved = told.filter((told.kind == "complaint") & (told.resolved_at < asked.closing_at))
    hours = resolved.mutate(hours=(resolved.resolved_at - resolved.occurred_at).cast("float64") / float(HOUR))
    group = ibis.window(group_by=by) if by else ibis.window()
    in_order = ibis.window(group_by=by, order_by="hours") if by else ibis.window(order_by="hours")
    ranked = hours.mutate(place=ibis.row_number().over(in_order), size=hours.hours.count().over(group))
    middle = ranked.filter(ranked.place.isin([(ranked["size"] - 1) // 2, ranked["size"] // 2]))
    return grouped(middle, by, median_hours=middle.hours.mean())


def _beside_median(counted: ir.Table, median: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """A group without a resolved complaint has no median: null, not 0."""
    if not by:
        return counted.cross_join(median)
    return counted.left_join(median, list(by)).select(*counted.columns, "median_hours")


def return_reasons(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """Reasons given for returns in the period, the most frequent first."""
    rows = period_feedback(facts, asked)
    given = rows.filter(rows.kind == "return_reason").mutate(reason=rows.text.fill_null(""))
    counted = given.group_by("reason").aggregate(
        answers=given.count().cast("int64"), consumers=given.consumer_id.nunique().cast("int64")
    )
    found = facts.warehouse.rows(counted.order_by(ibis.desc("answers"), ibis.asc("reason")))
    total = sum(row["answers"] for row in found)
    return [row | {"share": ratio(row["answers"], total)} for row in found]


FEEDBACK = Topic(
    "feedback", "消费者反馈", "Feedback", feedback_counts,
    (
        Metric("feedback.answers", "反馈数", "Answers", "events", "Feedback given in the period.", "answers"),
        Metric("feedback.consumers", "反馈人数", "Consumers", "consumers", "Consumers who gave any.", "consumers"),
        Metric("feedback.nps", "净推荐值", "Net promoter score", "share",
               "Of the answers 0 to 10, the part that says 9 or 10 less the part that says 0 to 6; from -1 to 1.",
               "promoters_net", "nps_answers"),
        Metric("feedback.nps_mean", "推荐意愿均分", "Mean willingness to recommend", "score",
               "Mean score of the nps answers.", "nps_total", "nps_answers"),
        Metric("feedback.csat_mean", "满意度均分", "Mean satisfaction", "score",
               "Mean score of the csat answers.", "csat_total", "csat_answers"),
        Metric("feedback.dsr_mean", "店铺评分均分", "Mean shop rating", "score",
               "Mean score of the dsr answers.", "dsr_total", "dsr_answers"),
        Metric("feedback.complaints", "投诉数", "Complaints", "events", "Complaints made in the period.", "complaints"),
        Metric("feedback.resolved_share", "投诉解决率", "Complaints resolved", "share",
               "Of the complaints of the period, the part resolved by the as-of day.", "resolved", "complaints"),
        Metric("feedback.median_hours_to_resolve", "投诉解决时长中位数(小时)", "Median hours to resolve", "hours",
               "Median hours from a complaint of the period to its resolution, of those resolved by the as-of day.",
               "median_hours"),
    ),
    DIMENSIONS, ("feedback",), "consumers",
)  # fmt: skip
RETURN_REASONS = Sheet(
    "feedback.return_reasons", "退货原因", "Return reasons",
    "What consumers wrote as the reason of a return, as stored, the most frequent first.",
    (
        Column("reason", "原因", "Reason", "text"),
        Column("answers", "次数", "Answers", "events"),
        Column("consumers", "人数", "Consumers", "consumers"),
        Column("share", "占比", "Share", "share"),
    ),
    return_reasons, needs=("feedback",), people="consumers",
)  # fmt: skip
