"""Decompositions are exact, symmetric in time and silent where nothing changed, whatever the numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.measures.diagnosis.shapley import FACTORS, Group, Part, of_means, of_totals, outside, shapley, whole_numbers

numbers = st.fractions(min_value=0, max_value=10**6, max_denominator=1000)
factors = st.integers(1, 5).flatmap(lambda k: st.tuples(*[st.lists(numbers, min_size=k, max_size=k)] * 2))


@st.composite
def group(draw) -> Group:
    people = draw(st.integers(0, 10**7))
    active = draw(st.integers(0, people))
    return Group(people, active, draw(st.integers(1, 10**12)) if active else 0)


ladders = st.dictionaries(st.sampled_from(["basic", "member_first", "koc"]), group(), max_size=3)


def total(groups) -> int:
    return sum(g.amount for g in groups.values())


def mean(groups) -> Fraction:
    return Fraction(total(groups), sum(g.people for g in groups.values()))


def negated(parts: tuple[Part, ...]) -> set[tuple]:
    return {(p.group, *(-getattr(p, name) for name in FACTORS)) for p in parts}


def plain(parts: tuple[Part, ...]) -> set[tuple]:
    return {(p.group, *(getattr(p, name) for name in FACTORS)) for p in parts}


@given(factors)
def test_the_parts_of_a_product_sum_to_its_change(given_factors):
    before, after = given_factors
    products = [Fraction(1), Fraction(1)]
    for x, y in zip(before, after):
        products = [products[0] * x, products[1] * y]
    assert sum(shapley(before, after)) == products[1] - products[0]


@given(factors)
def test_going_back_turns_every_sign(given_factors):
    before, after = given_factors
    assert shapley(after, before) == tuple(-part for part in shapley(before, after))


def test_two_factors_share_the_joint_change_equally():
    assert shapley([Fraction(2), Fraction(10)], [Fraction(3), Fraction(20)]) == (15, 25)


def test_three_factors_follow_the_formula_of_the_paper():
    (x0, y0, z0), (x1, y1, z1) = map(Fraction, (2, 3, 5)), map(Fraction, (7, 11, 13))
    first = (x1 - x0) * ((y0 * z0 + y1 * z1) / 3 + (y0 * z1 + y1 * z0) / 6)
    assert shapley([x0, y0, z0], [x1, y1, z1])[0] == first


@given(ladders, ladders)
def test_parts_of_a_total_sum_to_its_change(before, after):
    assert sum(part.total for part in of_totals(before, after)) == total(after) - total(before)


@given(ladders, ladders)
def test_a_group_brings_the_change_of_its_own_amount_to_a_total(before, after):
    nobody = Group(0, 0, 0)
    for part in of_totals(before, after):
        assert part.total == after.get(part.group, nobody).amount - before.get(part.group, nobody).amount


@given(ladders, ladders)
def test_parts_of_a_mean_sum_to_its_change(before, after):
    if any(g.people for g in before.values()) and any(g.people for g in after.values()):
        assert sum(part.total for part in of_means(before, after)) == mean(after) - mean(before)


@given(ladders, ladders)
def test_swapping_the_periods_turns_every_part(before, after):
    assert plain(of_totals(after, before)) == negated(of_totals(before, after))


@given(ladders)
def test_nothing_changed_brings_nothing(groups):
    assert all(getattr(part, name) == 0 for part in of_totals(groups, groups) for name in FACTORS)


@given(ladders, st.integers(2, 9))
def test_a_brand_that_only_grows_changes_by_size_alone(groups, times):
    grown = {name: Group(g.people * times, g.active * times, g.amount * times) for name, g in groups.items()}
    for part in of_totals(groups, grown):
        assert (part.mix, part.rate, part.value) == (0, 0, 0)
        assert part.size == groups[part.group].amount * (times - 1)


def test_a_rung_nobody_stood_on_lays_nothing_to_rate_or_value():
    (part,) = of_totals({"koc": Group(0, 0, 0)}, {"koc": Group(10, 5, 100)})
    assert (part.size, part.mix, part.rate, part.value) == (100, 0, 0, 0)


def test_a_rung_that_begins_to_buy_lays_all_to_its_rate():
    (part,) = of_totals({"basic": Group(10, 0, 0)}, {"basic": Group(10, 5, 100)})
    assert (part.size, part.mix, part.rate, part.value) == (0, 0, 100, 0)


@given(group(), group())
def test_outsiders_bring_the_change_of_their_amount(before, after):
    part = outside("anonymous", before, after)
    assert part.total == after.amount - before.amount
    assert part.mix == part.rate == 0


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=12), st.integers(1, 97))
def test_whole_numbers_keep_the_sum_and_stay_within_one(numerators, denominator):
    cells = [Fraction(n, denominator) for n in numerators]
    cells.append(-sum(cells, Fraction(0)) % 1)
    found = whole_numbers(cells)
    assert sum(found) == sum(cells)
    assert all(abs(n - cell) < 1 for n, cell in zip(found, cells))


@pytest.mark.parametrize("before", [{}, {"basic": Group(0, 0, 0)}])
def test_empty_periods_have_parts_that_are_zero(before):
    assert all(part.total == 0 for part in of_totals(before, before))
