"""The four indicators as a few lines in the terminal; everything else is in the report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from siyu.cli.figures import count, money, share
from siyu.cli.output import UNKNOWN, table
from siyu.measures.measurable import why

#: (indicator, what it says) in both languages; the words are those of docs/reference/glossary.md.
WORDS = {
    "en": {
        "title": "{brand}: FAST+ as of {as_of}, last {window_days} days",
        "F": (
            "F  sustainable relationships",
            "{new} new, {lost} lost; {unreachable} have a relation but no open channel",
        ),
        "A": ("A  role-deepening efficiency", "{deepened} of {eligible} climbed a rung"),
        "T": ("T  touchpoint gravity", "{progressed} of {visitors} visitors settled, deepened or bought"),
        "S": (
            "S  relationship value, 12 months",
            "own; of it brought by sharing {propagation}; anonymous {anonymous}",
        ),
        "none": "not measurable",
    },
    "zh": {
        "title": "{brand}：截至 {as_of} 的 FAST+，近 {window_days} 天",
        "F": ("F  可持续运营私域关系数", "新增 {new}，流失 {lost}；有关系但触达不到 {unreachable}"),
        "A": ("A  角色关系加深效率", "{eligible} 人中有 {deepened} 人加深"),
        "T": ("T  场域引力", "{visitors} 位访客中有 {progressed} 位沉淀、加深或购买"),
        "S": ("S  角色关系价值（近 12 个月）", "已实现；其中传播带来 {propagation}；另有匿名订单 {anonymous}"),
        "none": "无法测量",
    },
}


def show(document: dict[str, Any], currency: str, lang: str = "en") -> None:
    """Print the four indicators of a measure document."""
    words = WORDS[lang]
    table(
        words["title"].format(**document),
        ("", "", ""),
        lines(document, currency, lang),
        header=False,
    )


def lines(document: dict[str, Any], currency: str, lang: str = "en") -> Iterator[tuple[str, str, str]]:
    """(indicator, value, what lies behind it) of F, A, T and S; what cannot be measured says why instead."""
    words, found = WORDS[lang], document["fast_plus"]
    f, a, t, s = (found[letter] for letter in "FATS")
    parts = {"propagation": money(s["propagation_total"], currency), "anonymous": money(s["anonymous_total"], currency)}
    for letter, value, behind in (
        ("F", count(f["sustainable_relationships"]), _said(words["F"][1], f)),
        ("A", share(a["value"]), _said(words["A"][1], a)),
        ("T", share(t["value"]), _said(words["T"][1], t)),
        ("S", money(s["own_total"], currency), words["S"][1].format(**parts)),
    ):
        reason = why(document, letter)
        yield words[letter][0], words["none"] if value == UNKNOWN else value, reason or behind


def _said(text: str, values: dict[str, Any]) -> str:
    return text.format(**{name: count(value) if value is None or isinstance(value, int) else value
                          for name, value in values.items()})  # fmt: skip
