"""The regression behind the potential list: it finds known effects, shrinks what few people show, and adds up."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from siyu.core.errors import MeasureError
from siyu.measures.people.propensity import Propensity

LEVELS = np.array([[a, b] for a in range(3) for b in range(2)])
TRUTH = expit(-3 + np.array([0.0, 0.7, 1.5])[LEVELS[:, 0]] - 1.0 * LEVELS[:, 1])


def fitted(people: int) -> Propensity:
    counts = np.full(len(LEVELS), people)
    return Propensity((3, 2)).fit(LEVELS, counts, np.round(counts * TRUTH))


def test_known_effects_come_back():
    model = fitted(1_000_000)
    assert model.converged_
    assert model.probability(LEVELS) == pytest.approx(TRUTH, rel=1e-3)
    assert model.effects(("a", "b"))["a"] == pytest.approx([0.0, 0.7, 1.5], abs=2e-3)


def test_the_probabilities_sum_to_the_buyers():
    model = fitted(200)
    assert 200 * model.probability(LEVELS).sum() == pytest.approx(model.hits_, rel=1e-5)


def test_few_people_say_little():
    assert 0 < fitted(20).effects(("a", "b"))["a"][2] < fitted(2_000).effects(("a", "b"))["a"][2]


def test_a_level_nobody_had_is_as_its_neighbour():
    seen = LEVELS[LEVELS[:, 0] < 2]
    model = Propensity((3, 2)).fit(seen, np.full(4, 1000), np.array([50, 20, 90, 40]))
    low, high = model.probability(np.array([[1, 0], [2, 0]]))
    assert high == pytest.approx(low, rel=1e-6)


@pytest.mark.parametrize("hits", [0, 10])
def test_nobody_or_everybody_bought_teaches_nothing(hits):
    with pytest.raises(MeasureError, match="nothing tells buyers from others"):
        Propensity((3,)).fit(np.array([[0]]), np.array([10]), np.array([hits]))
