"""Removal effects equal their definition in exact fractions, whatever the chain, and credits sum to the conversions."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.measures.paths.apportion import apportioned
from siyu.measures.paths.markov import Chain, credits, removal_effects
from tests.measures.paths.exact import Journeys, chain_of_journeys, conversion, exact_effects

paths = st.tuples(st.lists(st.sampled_from("abcd"), min_size=1, max_size=6).map(tuple), st.booleans())
counts = st.integers(0, 3)


@st.composite
def chains(draw) -> Chain:
    """Any counts at all: states never reached, loops nobody leaves, starts that lead nowhere."""
    n = draw(st.integers(1, 4))
    row = st.lists(counts, min_size=n, max_size=n)
    starts, wins, losses = (np.array(draw(row), float) for _ in range(3))
    return Chain(tuple("abcd"[:n]), starts, np.array([draw(row) for _ in range(n)], float), wins, losses)


def agree(chain: Chain) -> None:
    wanted, found = exact_effects(chain), removal_effects(chain)
    assert (wanted is None) == (found is None)
    if wanted is not None and found is not None:
        assert found == pytest.approx([float(effect) for effect in wanted], abs=1e-12)


@given(st.lists(paths, min_size=1, max_size=12))
def test_effects_of_journeys_are_exact(journeys: Journeys):
    agree(chain_of_journeys(journeys))


@given(chains())
def test_effects_of_any_counts_are_exact(chain: Chain):
    agree(chain)


@given(chains())
def test_credits_sum_to_the_conversions_or_to_nothing(chain: Chain):
    known = removal_effects(chain) is not None
    assert credits(chain).sum() == pytest.approx(chain.converted if known else 0, abs=1e-9)
    assert (credits(chain) >= 0).all()


@given(st.lists(paths, min_size=1, max_size=12))
def test_the_chain_converts_as_often_as_the_journeys_did(journeys: Journeys):
    chain = chain_of_journeys(journeys)
    assert conversion(chain, without=None) == Fraction(sum(won for _, won in journeys), len(journeys))


@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True).map(sorted), min_size=1))
def test_paths_that_never_turn_back_can_be_counted_one_by_one(rising: list[list[str]]):
    """Names only rise, so the chain has finitely many paths: sum the probabilities of those that miss a touchpoint."""
    journeys = [(tuple(path), i % 2 == 0) for i, path in enumerate(rising)]
    chain = chain_of_journeys(journeys)
    missing = [sum(p for path, p in winning_paths(journeys) if name not in path) for name in chain.touchpoints]
    whole = sum(p for _, p in winning_paths(journeys))
    assert removal_effects(chain) == pytest.approx([float(1 - m / whole) for m in missing], abs=1e-12)


def winning_paths(journeys: Journeys) -> list[tuple[tuple[str, ...], Fraction]]:
    """Every way from the start to a conversion with its probability."""
    ways = Counter((one, other) for path, won in journeys for one, other in zip(("", *path), (*path, str(won))))
    leaving = Counter(one for one, _ in ways.elements())
    open_: list[tuple[tuple[str, ...], str, Fraction]] = [((), "", Fraction(1))]
    found = []
    while open_:
        path, here, p = open_.pop()
        for (one, other), count in ways.items():
            if one == here and other == "True":
                found.append((path, p * Fraction(count, leaving[here])))
            elif one == here and other != "False":
                open_.append(((*path, other), other, p * Fraction(count, leaving[here])))
    return found


def test_three_journeys_worked_by_hand():
    """a-b buys, a ends, b ends: P = 1/6 by a and then b, 1/6 by b alone."""
    chain = chain_of_journeys([(("a", "b"), True), (("a",), False), (("b",), False)])
    assert removal_effects(chain) == pytest.approx([1 - Fraction(1, 6) / Fraction(1, 3), 1])
    assert credits(chain) == pytest.approx([1 / 3, 2 / 3])


def test_a_touchpoint_in_every_path_has_the_whole_effect():
    assert removal_effects(chain_of_journeys([(("a", "b"), True), (("c", "b"), True)])) == pytest.approx([0.5, 1, 0.5])


def test_a_single_touchpoint_is_credited_everything():
    assert credits(chain_of_journeys([(("a", "a", "a"), True), (("a",), True)])) == pytest.approx([2])


def test_without_conversions_no_effect_is_known_and_nothing_credited():
    chain = chain_of_journeys([(("a", "b"), False)])
    assert removal_effects(chain) is None
    assert credits(chain).tolist() == [0, 0]


def test_a_loop_nobody_leaves_and_a_state_nobody_reaches_have_no_effect():
    moves = np.array([[0, 1, 0, 0], [0, 0, 2, 0], [0, 2, 0, 0], [3, 0, 0, 0]], float)
    wins, none = np.array([1, 0, 0, 1], float), np.zeros(4)
    chain = Chain(tuple("abcd"), np.array([2, 0, 0, 0], float), moves, wins, none)
    assert removal_effects(chain) == pytest.approx([1, 0, 0, 0])


def test_no_touchpoints_at_all_have_no_effects():
    assert removal_effects(chain_of_journeys([])) is None


@given(st.integers(0, 10**12), st.lists(st.integers(0, 50), min_size=1, max_size=8))
def test_whole_shares_sum_to_the_total_and_lie_within_one_of_the_exact_ones(total: int, weights: list[int]):
    shares = apportioned(total, weights)
    assert sum(shares) == (total if sum(weights) else 0)
    assert all(abs(s * sum(weights) - total * w) < max(sum(weights), 1) for s, w in zip(shares, weights))
