"""The brand is one an operator would believe: sizes, growth, roles, seasons, and entries that lead somewhere."""

from __future__ import annotations

import numpy as np

from siyu.simulate.relations import DEDICATED_SERVICE, FAN, GROUP_MEMBER, LIVE_FOLLOW, MEMBER, TYPES
from siyu.simulate.season import DAY
from siyu.simulate.touch import ENTRY

OPEN_TO_MESSAGES = (MEMBER, FAN, GROUP_MEMBER, DEDICATED_SERVICE, LIVE_FOLLOW)


def sustainable(story, days_before: int) -> np.ndarray:
    """Persons with a relation that opens a channel by itself, so many days before the end."""
    at, every = story.calendar.end - days_before * DAY, story.relations
    lasts = (every.started_at < at) & (every.ended_at >= at) & np.isin(every.type, OPEN_TO_MESSAGES)
    return np.unique(every.person[lasts])


def test_a_third_to_a_half_can_be_reached(story):
    assert 0.3 < len(sustainable(story, 0)) / story.people.count < 0.5


def test_the_base_grows_slowly(story):
    sizes = [len(sustainable(story, days)) for days in (360, 270, 180, 90, 0)]
    growth = np.diff(sizes) / sizes[:-1]
    assert (growth > 0).all()
    assert growth.max() < 0.2


def test_every_type_of_relation_occurs_and_every_type_ends(story):
    every = story.relations
    ended = every.ended_at < story.calendar.end
    assert np.array_equal(np.unique(every.type), np.arange(len(TYPES)))
    assert np.array_equal(np.unique(every.type[ended]), np.arange(len(TYPES)))
    assert (every.ended_at > every.started_at).all()


def test_a_few_in_a_hundred_spread_the_word(story):
    found, members = story.referrals, sustainable(story, 0)
    recent = (found.why == 0) & (found.moment >= story.calendar.end - 180 * DAY)
    invites = np.bincount(found.inviter[recent], minlength=story.people.count)
    posts = story.contents
    lately = (posts.kind == 1) & posts.approved & (posts.moment >= story.calendar.end - 180 * DAY)
    written = np.bincount(posts.person[lately], minlength=story.people.count)
    spreading = np.flatnonzero((invites >= 3) | (written >= 3))
    assert 0.005 < len(np.intersect1d(spreading, members)) / len(members) < 0.025


def test_about_ten_events_each(story):
    assert 8 < len(story.touches) / story.people.count < 16


def test_double_eleven_is_the_high_season(story):
    days = (story.orders.paid_at - story.calendar.start) // DAY
    daily = np.bincount(days)
    peak = (np.datetime64("2025-11-11") - np.datetime64("2024-01-01")).astype(int)
    assert daily[peak] > 2.5 * np.median(daily)


def test_most_orders_are_preceded_by_an_entry_at_their_touchpoint(story):
    touches, orders = story.touches, story.orders
    leads = touches.where((touches.event == ENTRY) & (touches.order >= 0) & (touches.person >= 0))
    before = orders.paid_at[leads.order] - leads.moment
    assert len(leads) / len(orders) > 0.7
    assert before.min() > 0
    assert before.max() <= DAY
    assert np.array_equal(
        touches.touchpoint[touches.order >= 0][:50], orders.touchpoint[touches.order[touches.order >= 0]][:50]
    )


def test_nothing_happens_outside_of_the_window(story):
    start, end = story.calendar.start, story.calendar.end
    for moments in (
        story.orders.paid_at, story.placed.ordered_at, story.relations.started_at, story.touches.moment,
        story.referrals.moment, story.contents.moment, story.people.arrival,
    ):  # fmt: skip
        assert moments.min() >= start
        assert moments.max() < end
