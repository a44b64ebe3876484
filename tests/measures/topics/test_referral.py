"""Referral read on chains short enough to follow with a finger."""

from __future__ import annotations

import pytest

from siyu.measures import answer
from siyu.measures.topics.referral import GENERATIONS_SHEET, REFERRAL
from siyu.measures.topics.referred import FUNNEL, RETENTION
from tests.measures.topics.told import asked_of, event, order, referral, relation, rows, values

#: Lin invited Wei in May; in June Wei invited An, An invited Bo, Bo invited Cy, Cy invited Di. Lin and Wei are fans.
CHAIN = {
    "relations": [relation("lin", "fan", "2026-01-01"), relation("wei", "fan", "2026-05-21")],
    "events": [event("lin", "view", "2026-05-01"), event("wei", "view", "2026-05-22")],
    "referrals": [
        referral("lin", "wei", "2026-05-20", campaign="spring"),
        referral("wei", "an", "2026-06-10", campaign="spring"),
        referral("an", "bo", "2026-06-11", campaign="618"),
        referral("bo", "cy", "2026-06-12", campaign="618"),
        referral("cy", "di", "2026-06-13", campaign="618"),
    ],
}


def test_the_k_factor_is_over_the_active_in_f_at_the_opening(workspace):
    found = values(workspace, CHAIN, REFERRAL)
    assert (found["valid_invite"], found["inviters"], found["k_factor"]) == (4, 4, 4 / 2)


def test_who_did_nothing_for_half_a_year_is_no_base(workspace):
    quiet = CHAIN | {"events": [event("lin", "view", "2026-05-01"), event("wei", "view", "2025-12-02")]}
    assert values(workspace, quiet, REFERRAL)["k_factor"] == 4 / 1


def test_every_campaign_is_held_against_the_brands_base(workspace):
    found = values(workspace, CHAIN, REFERRAL, ("campaign",))
    assert {campaign: row["k_factor"] for (campaign,), row in found.items()} == {"spring": 1 / 2, "618": 3 / 2}


def test_who_bought_before_accepting_is_accepted_and_not_valid(workspace):
    found = values(workspace, CHAIN | {"orders": [order(1, "an", "2026-06-09")]}, REFERRAL)
    assert (found["accepted"], found["valid_invite"], found["valid_share"]) == (4, 3, 3 / 4)


def test_rewards_are_null_with_their_reason(workspace):
    found = answer.of_topic(*asked_of(workspace, CHAIN), REFERRAL)
    assert found.not_measurable == {"referral.reward_per_valid_invite": "not measurable: no rewards of referrals"}


def test_generations_count_from_whom_nobody_invited_and_stop_at_three(workspace):
    found = rows(workspace, CHAIN, GENERATIONS_SHEET)
    assert [(row["generation"], row["base"], row["valid_invites"]) for row in found] == [
        ("1", 1, 0),  # lin, active and uninvited, invited nobody in June
        ("2", 1, 1),  # wei came in the first generation
        ("3", 1, 1),  # an in the second; what cy and di belong to is deeper
    ]


def test_two_who_invite_each_other_are_not_generations_without_end(workspace):
    told = {"referrals": [referral("lin", "wei", "2026-06-01"), referral("wei", "lin", "2026-06-02")]}
    found = rows(workspace, told | {"relations": CHAIN["relations"]}, GENERATIONS_SHEET)
    assert [row["valid_invites"] for row in found] == [1, 1, 0]


def test_the_funnel_runs_from_a_share_to_a_repurchase(workspace):
    told = {
        "events": [event("zoe", "share", "2026-06-05"), event("an", "view", "2026-06-20")],
        "referrals": [
            referral("lin", "an", "2026-06-10"), referral("lin", "bo", "2026-06-10"),
            referral("lin", "cy", "2026-06-10"), referral("lin", "di", "2026-06-10", "click"),
        ],
        "orders": [order(1, "bo", "2026-06-11"), order(2, "bo", "2026-06-12"), order(3, "di", "2026-06-12")],
    }  # fmt: skip
    found = rows(workspace, told, FUNNEL)
    assert {row["step"]: row["consumers"] for row in found} == {
        "share": 2, "click": 4, "join": 3, "active": 2, "first_purchase": 1, "repurchase": 1,
    }  # fmt: skip
    assert [row["of_previous"] for row in found] == [None, 4 / 2, 3 / 4, 2 / 3, 1 / 2, 1.0]


@pytest.mark.parametrize(("ended", "kept"), [("2026-06-20 00:00:00", 0), ("2026-06-21 00:00:00", 1), ("", 1)])
def test_who_came_thirty_days_before_is_kept_if_still_in_f_that_evening(workspace, ended, kept):
    told = {  # the thirtieth day after 21 May is 20 June, its end the midnight of 21 June
        "relations": [relation("wei", "fan", "2026-05-21", ended_at=ended), relation("lin", "fan", "2026-06-15")],
        "referrals": [referral("lin", "wei", "2026-05-21 13:00:00")],
    }
    referred, organic = rows(workspace, told, RETENTION)
    assert (referred["newcomers_30"], referred["kept_30"]) == (1, kept)
    assert (organic["newcomers_30"], organic["retention_30"]) == (0, None)  # lin is not there for 30 days yet


def test_a_repurchase_counts_up_to_the_ninetieth_day_after_the_first(workspace):
    told = {
        "orders": [order(1, "wei", "2026-03-10"), order(2, "wei", "2026-06-08"),
                   order(3, "an", "2026-03-10"), order(4, "an", "2026-06-09"), order(5, "an", "2026-03-10")],
        "referrals": [referral("lin", "wei", "2026-03-01")], "relations": [relation("lin", "fan", "2026-01-01")],
    }  # fmt: skip
    referred, organic = rows(workspace, told, RETENTION)
    assert (referred["repurchase_rate"], organic["repurchase_rate"]) == (1.0, 0.0)
