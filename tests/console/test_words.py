"""Words and figures: every text has its translation, every figure follows the reader's locale."""

from __future__ import annotations

import re

import pytest

from siyu.console.words import NAMES, Words, catalogue
from siyu.core.kinds import CHANNELS, CHANNELS_OF_RELATION, ROLES
from tests.console.texts import marked

ZH, EN = Words("zh"), Words("en")


def test_every_marked_text_has_a_chinese_one():
    assert marked() - set(catalogue("zh")) == set()


def test_no_translation_is_left_over():
    assert set(catalogue("zh")) - marked() == set()


@pytest.mark.parametrize("text", sorted(marked()))
def test_a_translation_keeps_every_placeholder(text: str):
    assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", catalogue("zh")[text]))


def test_every_role_relation_and_channel_has_a_name():
    assert {*ROLES, *CHANNELS, *CHANNELS_OF_RELATION} <= set(NAMES)


def test_large_figures_are_short_in_the_readers_way():
    assert (ZH.short(123_456), EN.short(123_456)) == ("12.3万", "123.5K")
    assert (ZH.short(12_345), EN.short(12_345)) == ("12,345", "12,345")


def test_money_is_written_from_minor_units():
    assert (ZH.money(11_339_604), EN.money(11_339_604)) == ("¥11.3万", "¥113.4K")
    assert ZH.amount(11_339_604) == "¥113,396"
    assert EN.unit_amount(5719.2142) == "¥57.19"


def test_a_currency_without_small_units_is_not_divided():
    assert Words("en", "JPY").amount(1200) == "¥1,200"


def test_what_is_not_measurable_is_a_dash():
    assert {ZH.count(None), ZH.percent(None), ZH.money(None), ZH.amount(None), ZH.signed(None, "")} == {"—"}


def test_changes_carry_their_sign():
    assert (EN.signed(3, "3"), EN.signed(-3, "3"), EN.signed(0, "0")) == ("+3", "−3", "±0")
    lost = EN.signed(-828300, EN.money(828300))
    assert (lost, getattr(lost, "number", None)) == ("−¥8,283", -8283)


def test_texts_may_name_the_rules_of_the_workspace():
    words = Words("en", rules={"settle_hours": 48})
    assert words("within {settle_hours} hours") == "within 48 hours"


def test_values_in_strong_sentences_are_escaped():
    assert EN.strong("{name} came", name="<b>x</b>") == "<b>&lt;b&gt;x&lt;/b&gt;</b> came"
