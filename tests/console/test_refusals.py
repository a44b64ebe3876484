"""Reasons of refusal in the reader's language."""

from __future__ import annotations

from siyu.console.refusals import said
from siyu.console.words import Words

ZH = Words("zh")


def test_a_known_reason_is_said_in_chinese_with_what_varies():
    assert said(ZH, "expected one of grant, withdraw") == "只能是：grant, withdraw"
    assert said(ZH, "expected at most 2 decimals") == "最多 2 位小数"


def test_an_unknown_reason_stays_as_it_is():
    assert said(ZH, "something new {here}") == "something new {here}"
