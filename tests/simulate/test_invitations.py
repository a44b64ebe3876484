"""Invitations bring new buyers, and the referral file mixes them with rows that are none."""

from __future__ import annotations

import numpy as np

from siyu.simulate.referrals import ACCEPTED, CLICK, LATE, REPEATED, SELF
from siyu.simulate.relations import first_orders


def test_an_invitee_has_bought_nothing_before_accepting(story):
    first = first_orders(story.people.count, story.orders)
    invited = np.flatnonzero(story.people.invited)
    assert (first[invited] > story.people.accepted[invited]).all()


def test_nobody_invites_before_arriving(story):
    people, invited = story.people, np.flatnonzero(story.people.invited)
    assert (people.arrival[people.inviter[invited]] < people.accepted[invited]).all()


def test_some_who_were_invited_invite_others(story):
    people = story.people
    inviters = np.unique(people.inviter[people.invited])
    assert people.invited[inviters].any()
    assert not people.invited[inviters].all()


def test_self_invitations_have_one_person_on_both_sides_and_no_others_do(story):
    found = story.referrals
    assert np.array_equal(found.inviter == found.invitee, found.why == SELF)


def test_late_acceptances_come_after_a_purchase_and_repeated_ones_after_the_first(story):
    found, first = story.referrals, first_orders(story.people.count, story.orders)
    late, repeated = found.why == LATE, found.why == REPEATED
    assert (found.moment[late] > first[found.invitee[late]]).all()
    assert (found.moment[repeated] > story.people.accepted[found.invitee[repeated]]).all()


def test_rows_are_in_order_of_time_and_clicks_among_them(story):
    found = story.referrals
    assert (np.diff(found.moment) >= 0).all()
    assert (found.why == CLICK).sum() > (found.why == ACCEPTED).sum() / 20
