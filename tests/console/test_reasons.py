"""Reasons of refused rows and missing figures in the reader's language."""

from __future__ import annotations

import re

from siyu.console.reasons import said
from siyu.console.words import Words
from siyu.measures.diagnosis.index import NO_REFERENCE, NO_VALUE
from siyu.measures.measurable import NEEDS, SOURCES, meaning
from siyu.measures.registry import SHEETS, TOPICS
from siyu.measures.topics.side_by_side import NO_PROOF

ZH = Words("zh")


def test_a_known_reason_is_said_in_chinese_with_what_varies():
    assert said(ZH, "expected one of grant, withdraw") == "只能是：grant, withdraw"
    assert said(ZH, "expected at most 2 decimals") == "最多 2 位小数"
    assert said(ZH, "another row of its id.phone is in quarantine") == "同一 id.phone 的另一行在隔离区"


def test_why_a_figure_is_missing_is_said_in_chinese():
    """Whatever facts a topic, a sheet or the document may lack."""
    needed = {need for one in (*TOPICS, *SHEETS) for need in one.needs}
    needed |= {need for topic in TOPICS for metric in topic.metrics for need in metric.needs}
    reasons = [f"not measurable: no {meaning(need)}" for need in needed | set(SOURCES)]
    reasons += [reason for _, _, reason in NEEDS] + [NO_VALUE, NO_REFERENCE, NO_PROOF]
    reasons.append("not measurable: events before 2026-01-01 are purged")
    shown = {reason: said(ZH, reason).replace("（visit、enter、open）", "") for reason in reasons}
    assert not {reason: text for reason, text in shown.items() if re.search("[a-z]", text)}


def test_an_unknown_reason_stays_as_it_is():
    assert said(ZH, "something new {here}") == "something new {here}"
