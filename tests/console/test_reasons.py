"""Reasons of refused rows and missing figures in the reader's language."""

from __future__ import annotations

import re

from siyu.console.reasons import SENTENCES, THINGS, said, sentence
from siyu.console.words import Words
from siyu.measures.diagnosis.index import NO_REFERENCE, NO_VALUE
from siyu.measures.measurable import NEEDS, SOURCES, meaning
from siyu.measures.registry import SHEETS, TOPICS
from siyu.measures.topics.side_by_side import NO_PROOF
from tests.console.reasons_written import ANYTHING, ROOT, written

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


def test_every_reason_that_may_reach_a_page_has_its_chinese():
    """A new reason of `sources` or `measures` needs its sentence in console/reasons.py."""
    assert {reason for reason in written() if not known(reason)} == set()


def test_every_sentence_is_a_reason_that_is_written_somewhere():
    assert set(SENTENCES) - {sentence(reason)[0] for reason in written()} == set()


def test_every_thing_that_a_message_is_refused_for_has_a_name():
    doors = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "sources" / "doors").rglob("*.py"))
    assert set(re.findall(r'object_of\(.*?, "(\w+ \w+)"\)', doors)) - set(THINGS) == set()


def known(reason: str) -> bool:
    """Whether a reason is a sentence with a Chinese one, also where it tells another reason."""
    text, varying = sentence(reason)
    return bool(text) and all(known(value) for name, value in varying.items() if name == "reason" and value != ANYTHING)


def test_the_sentence_that_says_most_is_taken():
    assert said(ZH, "there is no such day or time") == "没有这个日期或时间"
    assert said(ZH, "there is no ChatId") == "缺少 ChatId"


def test_what_was_found_in_a_message_is_said_in_chinese_too():
    assert said(ZH, "found a time 30 hours after it arrived") == "发现：时间比到达时晚 30 小时"
    assert said(ZH, "paid_at is a time 30 hours after it arrived") == "paid_at 的时间比到达时晚 30 小时"
    assert said(ZH, "the payload is no object") == "消息内容 不是对象"
    assert said(ZH, "found the payload is no object") == "发现：消息内容 不是对象"
    assert said(ZH, "found price is a list") == "发现：price 是列表"
    assert said(ZH, "found userId has more than 512 characters") == "发现：userId 超过 512 个字符"
    assert said(ZH, "unknown column 'x' of orders. Did you mean 'y'?") == "orders 没有列“x”；是否为“y”？"


def test_an_unknown_reason_stays_as_it_is():
    assert said(ZH, "something new {here}") == "something new {here}"
