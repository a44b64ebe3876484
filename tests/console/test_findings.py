"""Findings: those of the diagnosis in its order, in the reader's words, each with its people and money."""

from __future__ import annotations

import pytest

from siyu.console.findings import findings
from siyu.console.view import View
from siyu.console.words import Words
from tests.console.sample import material
from tests.console.sample_answers import diagnosis


def view(lang: str = "en", **changes) -> View:
    given = material(**changes)
    return View(given, Words(lang, given.currency, given.rules))


def test_they_are_those_of_the_diagnosis_in_its_order():
    told = diagnosis()["findings"]
    found = findings(view())
    assert [(f.name, f.people, f.money_minor) for f in found] == [
        (one["code"], one["people"], one["money_minor"]) for one in told
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_says_who_what_to_do_and_what_it_would_bring_in_which_days(lang: str):
    given = view(lang)
    for finding, told in zip(findings(given), diagnosis()["findings"]):
        assert all(told[name][lang] in finding.text for name in ("who", "do", "more"))
        figures = ("0.0%", "60.6%", given.words.money(told["money_minor"]))
        assert all(f"<b>{text}</b>" in finding.text for text in figures)
        assert "365" in finding.text
        assert "直播间" in finding.text


def test_without_a_diagnosis_there_are_none():
    assert findings(view(diagnosis=None)) == ()


def test_words_of_the_data_are_escaped():
    told = diagnosis()
    told["findings"][0]["places"] = ("<b>x</b>",)
    assert "&lt;b&gt;x&lt;/b&gt;" in findings(view(diagnosis=told))[0].text


@pytest.mark.parametrize(("lang", "doubt"), [
    ("en", "11% of what was paid in the last 365 days"), ("zh", "有 11% 没有买家标识")])
def test_what_was_not_bought_is_doubted_where_much_of_the_money_names_nobody(lang: str, doubt: str):
    told = diagnosis()
    told["findings"][0]["code"] = "settled_unpurchased"
    doubted, other = (finding.text for finding in findings(view(lang, diagnosis=told)))
    assert (doubt in doubted, doubt in other) == (True, False)
