"""Identifiers: one spelling per value, nothing readable without the keys."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from siyu.core.identifiers import Keys, clean, identifier_id, is_masked, mask, normalise, scrub

KEYS = Keys(bytes(range(32)), bytes(range(32, 64)))
LIN = "+8613800001234"


@pytest.mark.parametrize("written", [
    "13800001234", "138 0000 1234", "138-0000-1234", "+86 138 0000 1234", "0086 13800001234", "8613800001234",
    "１３８００００１２３４", "\t13800001234 ", '="13800001234"', "'13800001234", "\ufeff13800001234\u200b",
])
def test_a_phone_has_one_spelling(written: str):
    assert normalise("phone", written) == LIN


def test_marks_that_nobody_sees_around_a_value_are_no_part_of_it():
    assert normalise("openid", "\u2060oAbc\u200e") == normalise("openid", "\u202aoAbc\u202c") == "oAbc"


@pytest.mark.parametrize("written", ["", "123", "0000", "138000012345678901", "abc", "138****1234", "95588",
                                     "12345"])
def test_what_is_no_phone_has_none(written: str):
    assert normalise("phone", written) == ""


def test_the_region_decides_numbers_without_a_country_code():
    assert normalise("phone", "020 7946 0958", "GB") == "+442079460958"
    assert normalise("phone", "+44 20 7946 0958", "CN") == "+442079460958"
    assert normalise("phone", "0912 345 678", "TW") == "+886912345678"
    assert normalise("phone", "010 8888 1234") == "+861088881234"


def test_addresses_differ_only_by_more_than_case_and_spaces():
    assert normalise("email", " Lin@Example.COM ") == normalise("email", "lin@example.com") == "lin@example.com"
    assert [normalise("email", text) for text in ("lin", "lin@", "@x.com", "lin@x")] == ["", "", "", ""]


def test_other_namespaces_keep_their_case():
    assert normalise("unionid", " oAbC ") == "oAbC"


@given(st.sampled_from(["phone", "email", "unionid", "member_card"]), st.text(max_size=30))
def test_normalising_twice_changes_nothing(namespace: str, value: str):
    once = normalise(namespace, value)
    assert normalise(namespace, once) == once


@given(st.text(max_size=30))
def test_cleaning_twice_changes_nothing(value: str):
    assert clean(clean(value)) == clean(value)


HIDDEN = ["138****1234", "*", "张**", "##abc##def", "$$xyz", "~AbC9+/=~", "$abc$1$", "???", "XXXX"]


@pytest.mark.parametrize("value", HIDDEN)
def test_hidden_values_are_recognised(value: str):
    assert is_masked(value)


@pytest.mark.parametrize("value", ["13800001234", "lin@example.com", "oAbC-_12", "0", "x", "xx", "#1", "$5"])
def test_plain_values_are_not_taken_for_hidden(value: str):
    assert not is_masked(value)


@pytest.mark.parametrize(("namespace", "value"), [
    ("phone", LIN), ("email", "l@example.com"), ("unionid", "oABCDEF1234"), ("member_card", "123"), ("phone", "110")])
def test_a_mask_hides_something_and_never_shows_all(namespace: str, value: str):
    shown = mask(namespace, value)
    assert "***" in shown
    assert value not in shown


def test_free_text_is_scrubbed_of_phones_and_addresses():
    text = "电话13800001234或138-0000-1234，邮箱lin@example.com；订单20260101138000012345"
    assert scrub(text) == "电话***或***，邮箱***；订单20260101138000012345"


def test_keys_differ_by_namespace_and_by_secret():
    other = Keys(bytes(32), KEYS.cipher_key)
    found = {KEYS.key("phone", LIN), KEYS.key("recipient_phone", LIN), other.key("phone", LIN)}
    assert len(found) == 3


def test_the_same_value_has_the_same_id_for_ever():
    assert identifier_id(KEYS.key("phone", LIN)) == 4867132576457636960


@given(st.binary(min_size=8, max_size=32))
def test_ids_fit_a_signed_64_bit_integer(key: bytes):
    assert 0 <= identifier_id(key) < 2**63


@given(st.binary(max_size=200))
def test_what_is_sealed_opens_and_never_looks_the_same_twice(plain: bytes):
    sealed = KEYS.seal(plain, b"identifier")
    assert KEYS.open(sealed, b"identifier") == plain
    assert KEYS.seal(plain, b"identifier") != sealed


def test_a_seal_opens_only_whole_and_for_its_purpose():
    sealed = KEYS.seal(b"13800001234", b"identifier")
    for wrong, purpose in ((sealed, b"landing"), (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"identifier")):
        with pytest.raises(InvalidTag):
            KEYS.open(wrong, purpose)
