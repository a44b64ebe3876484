"""The purchase process has the parameters it claims."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import hyp2f1

from siyu.simulate.parameters import Purchasing
from siyu.simulate.purchases import heterogeneity, repeat, spend
from siyu.simulate.season import DAY, WEEK

TRUE = Purchasing()
COUNT = 60_000


def expected_repeats(weeks: float, true: Purchasing) -> float:
    """E[X(t)] of BG/NBD, Fader, Hardie & Lee (2005), equation 9."""
    r, alpha, a, b = true.r, true.alpha, true.a, true.b
    term = (alpha / (alpha + weeks)) ** r * hyp2f1(r, b, a + b - 1, weeks / (alpha + weeks))
    return (a + b - 1) / (a - 1) * (1 - term)


@pytest.mark.parametrize("weeks", [26, 78, 130])
def test_repeat_purchases_are_as_many_as_the_model_expects(weeks):
    rng = np.random.default_rng(3)
    rate, dropout = heterogeneity(rng, COUNT, TRUE)
    owner, _ = repeat(rng, np.zeros(COUNT), weeks * WEEK, rate, dropout)
    assert len(owner) / COUNT == pytest.approx(expected_repeats(weeks, TRUE), rel=0.03)


def test_nobody_buys_after_the_end_or_before_the_first_purchase():
    rng = np.random.default_rng(3)
    first = rng.random(1000) * 40 * WEEK
    owner, moment = repeat(rng, first, 30.0 * WEEK, np.full(1000, 0.3), np.full(1000, 0.1))
    assert (moment > first[owner]).all()
    assert moment.max() < 30 * WEEK


def test_who_always_drops_out_buys_once_more_and_never_again():
    owner, _ = repeat(np.random.default_rng(3), np.zeros(500), 1e4 * WEEK, np.full(500, 1.0), np.ones(500))
    assert np.array_equal(np.sort(owner), np.arange(500))


def test_spend_has_the_mean_of_gamma_gamma():
    rng = np.random.default_rng(3)
    cents = spend(rng, np.arange(COUNT), COUNT, TRUE)
    assert cents.mean() / 100 == pytest.approx(TRUE.p * TRUE.gamma / (TRUE.q - 1), rel=0.03)


def test_orders_repeat_as_the_model_says_once_seasons_are_taken_out(story):
    """In busy time, persons without any uplift follow the plain model."""
    people, calendar = story.people, story.calendar
    plain = ~people.joiner & ~people.invited & ~people.spreader
    first = np.full(people.count, np.inf)
    busy = calendar.to_busy(story.orders.paid_at)
    np.minimum.at(first, story.orders.person, busy)
    buyers = np.flatnonzero(plain & np.isfinite(first))
    occasions = np.bincount(story.orders.person, minlength=people.count)[buyers]
    weeks = (calendar.busy_end - first[buyers]) / WEEK
    second_orders = 1 + story.parameters.purchasing.second_order_share
    expected = np.mean([1 + expected_repeats(w, TRUE) for w in weeks]) * second_orders
    assert occasions.mean() == pytest.approx(expected, rel=0.04)


def orders_each(story, group, like) -> tuple[float, float]:
    """Mean orders of a group, and of another as if it had arrived in the same quarters."""
    orders = np.bincount(story.orders.person, minlength=story.people.count)
    quarter = (story.people.arrival - story.calendar.start) // (91 * DAY)
    mean = np.array([orders[like & (quarter == each)].mean() for each in range(quarter.max() + 1)])
    return orders[group].mean(), mean[quarter[group]].mean()


def test_members_buy_more_than_others(story):
    people = story.people
    members, others = orders_each(story, people.joiner & ~people.invited, ~people.joiner & ~people.invited)
    assert members > 1.3 * others


def test_invitees_buy_more_than_those_who_came_alone(story):
    people = story.people
    invited, alone = orders_each(story, people.invited & ~people.joiner, ~people.invited & ~people.joiner)
    assert invited > 1.1 * alone


def test_refunds_come_after_payment_and_within_the_window(story):
    orders = story.orders
    back = orders.refund_minor > 0
    assert 0.02 < back.mean() < 0.06
    assert (orders.refunded_at[back] > orders.paid_at[back]).all()
    assert orders.refunded_at[back].max() < story.calendar.end
    assert (orders.refund_minor <= orders.amount_minor).all()
