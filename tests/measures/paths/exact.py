"""Removal effects by their definition in exact fractions: take a touchpoint away, solve the chain again."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np

from siyu.measures.paths.markov import Chain

#: Journeys as they went, with whether they converted, and how often.
Journeys = list[tuple[tuple[str, ...], bool]]


def chain_of_journeys(journeys: Journeys) -> Chain:
    """The chain that journeys make."""
    names = tuple(sorted({name for path, _ in journeys for name in path}))
    at = {name: i for i, name in enumerate(names)}
    n = len(names)
    chain = Chain(names, np.zeros(n), np.zeros((n, n)), np.zeros(n), np.zeros(n))
    for path, converted in journeys:
        chain.starts[at[path[0]]] += 1
        for one, other in itertools.pairwise(path):
            chain.moves[at[one], at[other]] += 1
        (chain.conversions if converted else chain.losses)[at[path[-1]]] += 1
    return chain


def exact_effects(chain: Chain) -> list[Fraction] | None:
    """1 - P(conversion without f) / P(conversion) of each touchpoint."""
    whole = conversion(chain, without=None)
    if not whole:
        return None
    return [1 - conversion(chain, without=f) / whole for f in range(len(chain.touchpoints))]


def conversion(chain: Chain, without: int | None) -> Fraction:
    """Chance that a journey converts when every way into `without` leads to nothing."""
    n = len(chain.touchpoints)
    states = [i for i in range(n) if i != without and _reaches(chain, i, without)]
    matrix, wins = [], []
    for i in states:
        leaving = _whole(chain.moves[i].sum() + chain.conversions[i] + chain.losses[i])
        matrix.append([Fraction(i == j) - _whole(chain.moves[i, j]) / leaving for j in states])
        wins.append(_whole(chain.conversions[i]) / leaving)
    chances = dict(zip(states, _solved(matrix, wins)))
    began = _whole(chain.starts.sum())
    return sum((_whole(chain.starts[i]) / began * h for i, h in chances.items()), Fraction(0)) if began else Fraction(0)


def _reaches(chain: Chain, i: int, without: int | None) -> bool:
    """Whether a conversion can follow touchpoint i at all."""
    seen, ahead = {i}, [i]
    while ahead:
        here = ahead.pop()
        if chain.conversions[here] > 0:
            return True
        for j in range(len(chain.touchpoints)):
            if chain.moves[here, j] > 0 and j not in seen and j != without:
                seen.add(j)
                ahead.append(j)
    return False


def _solved(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """Gauss-Jordan elimination."""
    rows = [[*row, value] for row, value in zip(matrix, right)]
    for i in range(len(rows)):
        pivot = next(r for r in range(i, len(rows)) if rows[r][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(len(rows)):
            if r != i and rows[r][i]:
                factor = rows[r][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    return [row[-1] for row in rows]


def _whole(count: float) -> Fraction:
    return Fraction(int(count))
