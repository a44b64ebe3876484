"""Baskets: lines add up, and a total is split without losing a cent."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from siyu.simulate.basket import split


def test_lines_add_up_to_their_order(story):
    basket, placed = story.basket, story.placed
    total = np.bincount(basket.order, basket.amount_minor, len(placed)).astype(np.int64)
    assert np.array_equal(total, placed.amount_minor)
    assert basket.amount_minor.min() >= 0


def test_list_prices_are_near_what_was_paid(story):
    rows = np.arange(len(story.placed))
    ratio = story.placed.amount_minor / story.basket.list_total(rows)
    assert 0.6 < np.median(ratio) < 1.1


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**5), min_size=1, max_size=6))
def test_a_split_loses_nothing(total, weights):
    order = np.zeros(len(weights), np.int64)
    shares = split(np.array([total]), order, np.array([0]), np.array(weights))
    assert shares.sum() == total
    assert (shares >= 0).all()
