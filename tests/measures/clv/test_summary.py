"""The statistics of definitions.md section 6.2, and the grouping of equal histories."""

from __future__ import annotations

import numpy as np
import pytest

from siyu.core.errors import MeasureError
from siyu.measures.clv.summary import Histories, Summary, distinct


def summary(*purchases, end_day=28):
    buyer, day, amount = (np.array(column) for column in zip(*purchases))
    return Summary.of_purchases(buyer, day, amount, end_day=end_day)


def test_purchases_of_one_day_are_one_occasion():
    found = summary((1, 0, 5), (1, 7, 2), (1, 7, 4), (1, 14, 10))
    assert (found.frequency[0], found.recency[0], found.T[0], found.monetary_value[0]) == (2, 2, 4, 8)


def test_purchases_after_the_end_are_not_seen():
    found = summary((1, 0, 5), (1, 29, 9), (2, 30, 1))
    assert (found.buyer.tolist(), found.frequency.tolist()) == ([1], [0])


def test_order_of_purchases_does_not_matter():
    one, other = summary((1, 14, 3), (2, 5, 1), (1, 0, 2)), summary((1, 0, 2), (1, 14, 3), (2, 5, 1))
    assert one.T.tolist() == other.T.tolist()
    assert one.monetary_value.tolist() == [3, 0]


def test_equal_histories_are_counted_once():
    found = Histories.of([1, 0, 1], [3, 0, 3], [9, 9, 9], [2, 1, 4])
    assert sorted(zip(found.x, found.weights)) == [(0, 1), (1, 6)]
    assert found.n == 7


def test_rows_of_weight_0_do_not_count():
    assert Histories.of([1, 0], [3, 0], [9, 9], [0, 1]).x.tolist() == [0]


def test_distinct_survives_more_combinations_than_a_word_holds():
    values = np.arange(200_000.0)
    first, at, counts = distinct(values, values[::-1], values, values)
    assert len(first) == len(values)
    assert (values[first][at] == values).all()
    assert (counts == 1).all()


@pytest.mark.parametrize("history", [
    ([1], [5], [4]), ([-1], [0], [4]), ([0], [1], [4]), ([1], [np.nan], [4]), ([1, 2], [1], [4]), ([], [], []),
])  # fmt: skip
def test_impossible_histories_are_refused(history):
    with pytest.raises(MeasureError):
        Histories.of(*history)
