"""Columns of text say exactly what their numbers are."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from siyu.simulate import columns as text

MINOR = st.lists(st.integers(-(10**15), 10**15), min_size=1)


@given(MINOR)
def test_money_is_exact(minor):
    shown = text.money(np.array(minor, np.int64)).to_pylist()
    assert [Decimal(each) * 100 for each in shown] == minor


@given(st.lists(st.integers(0, 4 * 10**9), min_size=1))
def test_moments_are_wall_clock_times(seconds):
    expected = [dt.datetime.fromtimestamp(each, dt.UTC).strftime("%Y-%m-%d %H:%M:%S") for each in seconds]
    assert text.moments(np.array(seconds)).to_pylist() == expected


def test_what_never_happens_is_empty():
    assert text.moments(np.array([0, text.NEVER])).to_pylist() == ["1970-01-01 00:00:00", None]
    assert text.iso_moments(np.array([0, text.NEVER])).to_pylist() == ["1970-01-01T00:00:00+08:00", None]


def test_codes_are_different_for_different_numbers():
    made = text.codes(np.arange(100_000), 26, "oU").to_pylist()
    assert len(set(made)) == len(made)
    assert {len(each) for each in made} == {28}


def test_digits_keep_leading_zeros():
    assert text.digits(np.array([7, 123456]), 5, "P").to_pylist() == ["P00007", "P23456"]


def test_masked_phones_keep_head_and_tail():
    assert text.masked(pa.array(["19912345678", None])).to_pylist() == ["199****5678", None]


def test_words_are_picked_and_negative_means_none():
    assert text.pick(("a", "b"), np.array([1, -1, 0])).to_pylist() == ["b", None, "a"]


def test_scattered_texts_land_on_their_places():
    places = np.array([False, True, False, True])
    assert text.scatter(pa.array(["x", "y"]), places).to_pylist() == [None, "x", None, "y"]


def test_overwritten_rows_change_and_the_others_stay():
    changed = text.overwritten(pa.array(["a", "b", None]), np.array([0]), pa.array(["z"]))
    assert changed.to_pylist() == ["z", "b", None]
