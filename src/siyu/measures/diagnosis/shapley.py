"""The exact decomposition of a change: how much of it each factor of a product, and each group, brought.

The change of x1 x2 ... xk is shared out by the mean over all orders in which the factors can change (the Shapley value;
Shorrocks, "Decomposition procedures for distributional analysis", Journal of Economic Inequality 11, 2013: symmetric
and exact). Rational arithmetic keeps the sum equal to the change to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import factorial, prod

#: What a change is shared out to. Size and mix are the two halves of "how many people stand on this rung".
FACTORS = ("size", "mix", "rate", "value")


@dataclass(frozen=True)
class Group:
    """One group in one period: people, those of them who are active (bought, rose), and what these brought."""

    people: int
    active: int
    amount: int


@dataclass(frozen=True)
class Part:
    """What a group brought to the change, by factor."""

    group: str
    size: Fraction = Fraction(0)
    mix: Fraction = Fraction(0)
    rate: Fraction = Fraction(0)
    value: Fraction = Fraction(0)

    @property
    def total(self) -> Fraction:
        return self.size + self.mix + self.rate + self.value


Groups = Mapping[str, Group]


def shapley(before: Sequence[Fraction], after: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """The part of each factor in the change of the product; the parts sum to the change exactly.

    >>> shapley([Fraction(2), Fraction(10)], [Fraction(3), Fraction(20)])
    (Fraction(15, 1), Fraction(25, 1))
    """
    return tuple((after[i] - before[i]) * _others(i, before, after) for i in range(len(before)))


def of_totals(before: Groups, after: Groups) -> tuple[Part, ...]:
    """Parts of the change of the total amount = sum over groups of people x rate x value.

    The part of `people` is divided between size (everybody became more) and mix (this group's share became larger),
    again symmetrically.
    """
    everyone = _people(before), _people(after)
    return tuple(_of_total(name, _pair(name, before, after), everyone) for name in _names(before, after))


def of_means(before: Groups, after: Groups) -> tuple[Part, ...]:
    """Parts of the change of the amount per person = sum over groups of share x rate x value.

    Both periods need people.
    """
    everyone = _people(before), _people(after)
    parts = []
    for name in _names(before, after):
        pair = _pair(name, before, after)
        rates, values = _rates(pair), _values(pair)
        shares = [Fraction(group.people, people) for group, people in zip(pair, everyone)]
        mix, rate, value = shapley((shares[0], rates[0], values[0]), (shares[1], rates[1], values[1]))
        parts.append(Part(name, mix=mix, rate=rate, value=value))
    return tuple(parts)


def outside(name: str, before: Group, after: Group) -> Part:
    """The part of those outside the ladder, of whom only the active are seen: how many, and what each brings."""
    values = _values((before, after))
    size, value = shapley((Fraction(before.active), values[0]), (Fraction(after.active), values[1]))
    return Part(name, size=size, value=value)


def whole_numbers(cells: Sequence[Fraction]) -> list[int]:
    """Cells as whole numbers that sum to what the cells sum to (a whole number): largest remainders are rounded up.

    >>> whole_numbers([Fraction(1, 3), Fraction(1, 3), Fraction(4, 3)])
    [0, 0, 2]
    """
    floors = [cell.__floor__() for cell in cells]
    missing = int(sum(cells)) - sum(floors)
    up = sorted(range(len(cells)), key=lambda i: (floors[i] - cells[i], -abs(cells[i]), i))[:missing]
    return [floor + (i in up) for i, floor in enumerate(floors)]


def _others(i: int, before: Sequence[Fraction], after: Sequence[Fraction]) -> Fraction:
    """Mean over all orders of the product of the other factors when factor i changes."""
    k = len(before)
    rest = [j for j in range(k) if j != i]
    total = Fraction(0)
    for changed in range(k):
        weight = Fraction(factorial(changed) * factorial(k - 1 - changed), factorial(k))
        for first in combinations(rest, changed):
            total += weight * prod((after[j] if j in first else before[j] for j in rest), start=Fraction(1))
    return total


def _of_total(name: str, pair: tuple[Group, Group], everyone: tuple[int, int]) -> Part:
    rates, values = _rates(pair), _values(pair)
    people = Fraction(pair[0].people), Fraction(pair[1].people)
    _, rate, value = shapley((people[0], rates[0], values[0]), (people[1], rates[1], values[1]))
    each = _others(0, (Fraction(0), rates[0], values[0]), (Fraction(0), rates[1], values[1]))
    shares = _filled(Fraction(g.people, n) if n else None for g, n in zip(pair, everyone))
    size, mix = shapley((Fraction(everyone[0]), shares[0]), (Fraction(everyone[1]), shares[1]))
    return Part(name, size=each * size, mix=each * mix, rate=rate, value=value)


def _rates(pair: tuple[Group, Group]) -> tuple[Fraction, Fraction]:
    return _filled(Fraction(group.active, group.people) if group.people else None for group in pair)


def _values(pair: tuple[Group, Group]) -> tuple[Fraction, Fraction]:
    return _filled(Fraction(group.amount, group.active) if group.active else None for group in pair)


def _filled(found) -> tuple[Fraction, Fraction]:
    """A factor nobody shows in one period is taken from the other, so that nothing of the change is laid to it."""
    before, after = found
    known = next((number for number in (before, after) if number is not None), Fraction(0))
    return (known if before is None else before, known if after is None else after)


def _pair(name: str, before: Groups, after: Groups) -> tuple[Group, Group]:
    nobody = Group(0, 0, 0)
    return before.get(name, nobody), after.get(name, nobody)


def _names(before: Groups, after: Groups) -> list[str]:
    return list(dict.fromkeys((*before, *after)))


def _people(groups: Groups) -> int:
    return sum(group.people for group in groups.values())
