"""Gains follow their formula on a brand told by hand, and are never negative."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.settings import defaults
from siyu.core.time import day_of
from siyu.measures.asked import Asked
from siyu.measures.diagnosis import gains, people
from siyu.measures.diagnosis.campaigns import CAMPAIGNS, campaigns
from siyu.measures.diagnosis.ground import Ground
from siyu.measures.facts import Facts
from siyu.measures.measure import measure
from siyu.store import workspace as workspaces
from tests.breadth import wide
from tests.measures.random_brand import random_brand, zone_of
from tests.plain import load_plain

DAY = dt.date(2026, 6, 30)
NOW = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)


def ground_of(workspace, brand) -> Ground:
    load_plain(workspace, brand, now=NOW)
    document = measure(workspace, as_of=DAY, now=NOW)
    return Ground(Facts(workspace.warehouse), Asked(day_of(DAY), 30, workspace.settings), document)


def who(n: int) -> dict[str, str]:
    return {"id.phone": f"138{n:08d}"}


def member(n: int, joined: str) -> dict[str, str]:
    return {"joined_at": joined, **who(n)}


def order(n: int, paid: str, amount: str) -> dict[str, str]:
    return {"order_id": f"{n}-{paid}", "paid_at": paid, "paid_amount": amount, **who(n)}


@pytest.fixture
def waiting(workspace) -> Ground:
    """Twenty old members of whom 2 buy in June and twenty of late May of whom 10 do, 100.00 each."""
    members = [member(n, "2026-01-05") for n in range(20)] + [member(n, "2026-05-25") for n in range(20, 40)]
    orders = [order(n, "2026-06-15", "100") for n in (0, 1, *range(20, 30))]
    return ground_of(workspace, {"members": members, "orders": orders})


def test_people_rise_as_the_rest_of_their_rung_at_the_worth_of_the_rungs_above(waiting):
    found = gains.rising(waiting, people.settled_unpurchased, people.UNPURCHASED)
    assert found.people == 28  # 18 old ones, and the 10 of May, who have now waited 30 days too
    assert (found.own_rate, found.reference_rate) == (2 / 20, 10 / 20)
    assert found.moved == pytest.approx(28 * 0.4)
    assert found.indicator_gain == pytest.approx(28 * 0.4 / 40)
    assert found.money_minor == round(28 * 0.4 * 10_000)


def test_people_who_rise_more_often_than_the_rest_gain_nothing(waiting):
    found = gains.rising(waiting, lambda facts, asked: _young(facts, asked), people.UNPURCHASED)
    assert (found.own_rate, found.reference_rate) == (0.5, 0.1)
    assert (found.moved, found.money_minor) == (0.0, 0)


def _young(facts, asked):
    everyone = people.sustainable(asked.day).select("consumer_id")
    return everyone.anti_join(people.settled_unpurchased(facts, asked), "consumer_id")


def test_fewer_than_ten_people_to_compare_with_give_a_reason(workspace):
    ground = ground_of(workspace, {"members": [member(n, "2026-01-05") for n in range(9)]})
    found = gains.rising(ground, people.settled_unpurchased, people.UNPURCHASED)
    assert (found.people, found.own_rate, found.money_minor) == (9, None, None)
    assert "fewer than 10" in found.reason


def test_people_outside_join_as_others_like_them_did(workspace):
    """Of 20 buyers 15 are members, worth 100.00; the 5 outside are worth 40.00."""
    orders = [order(n, "2026-03-01", "100" if n < 15 else "40") for n in range(20)]
    ground = ground_of(workspace, {"members": [member(n, "2026-01-05") for n in range(15)], "orders": orders})
    found = gains.joining(ground, people.buyers_without_relation, (15, 20))
    assert (found.people, found.reference_rate, found.moved) == (5, 0.75, 3.75)
    assert found.money_minor == round(3.75 * 6_000)


def test_visitors_of_a_weak_touchpoint_are_brought_to_the_median(workspace):
    """Rates of purchase 1/10, 3/10 and 6/10: the first lacks two buyers of the 30.00 a credited buyer pays."""
    events, orders = [], []
    for place, buyers in (("a", 1), ("b", 3), ("c", 6)):
        for n in range(10):
            person = 100 * (ord(place) - 96) + n
            events.append({"name": "visit", "touchpoint": place, "occurred_at": "2026-06-10 10:00", **who(person)})
            orders += [order(person, "2026-06-10 11:00", "30")] if n < buyers else []
    ground = ground_of(workspace, {"events": events, "orders": orders})
    found = gains.at_places(ground, "converted", "visitors")
    assert (found.people, found.own_rate, found.reference_rate) == (9, 0.1, 0.3)
    assert found.moved == pytest.approx(2.0)
    assert found.indicator_gain == pytest.approx(2 / 30)
    assert (found.money_minor, found.money_days) == (6_000, 30)


@pytest.mark.parametrize("seed", wide(range(3), always=1))
def test_gains_are_never_negative(tmp_path, seed):
    with workspaces.create(tmp_path / "brand", defaults().with_values(brand__zone=zone_of(seed))) as workspace:
        ground = ground_of(workspace, random_brand(seed, consumers=120))
        shown = [a for c in campaigns(ground, {}) for s in c["scenarios"] for a in s["actions"]]
        assert any(action["moved"] is not None for action in shown)
        for action in shown:
            assert (action["moved"] is None) == bool(action["reason"])
            assert min(action["moved"] or 0, action["money_minor"] or 0, action["indicator_gain"] or 0) >= 0


def test_each_driver_has_its_campaign_with_two_sub_scenarios_in_both_languages():
    assert [campaign.raises for campaign in CAMPAIGNS] == ["F", "A", "T", "S"]
    for campaign in CAMPAIGNS:
        assert len(campaign.scenarios) == 2
        for action in (action for scenario in campaign.scenarios for action in scenario.actions):
            assert all(text["zh"] and text["en"] for text in (action.who_text, action.do, action.basis))


def test_what_the_files_lack_is_null_with_its_reason(workspace):
    ground = ground_of(workspace, {"members": [member(n, "2026-01-05") for n in range(12)]})
    shown = {a["code"]: a for c in campaigns(ground, {"T": "no entries"}) for s in c["scenarios"] for a in s["actions"]}
    assert (shown["below_median_convert"]["people"], shown["below_median_convert"]["reason"]) == (None, "no entries")
    none_came = "not measurable: no entries (visit, enter, open) of known consumers into touchpoints"
    assert (shown["visitors_without_relation"]["people"], shown["visitors_without_relation"]["reason"]) == (
        None, none_came)  # fmt: skip
    for code in ("settled_unpurchased", "basic_buyers", "sleeping_first_buyers", "buyers_without_relation",
                 "one_category_first_buyers"):  # fmt: skip
        told = (shown[code]["people"], shown[code]["reason"])
        assert told == (None, "not measurable: no paid orders that name their buyers")


def test_categories_need_the_lines_of_orders(workspace):
    members = [member(n, "2026-01-05") for n in range(12)]
    ground = ground_of(workspace, {"members": members, "orders": [order(1, "2026-06-20 11:00:00", "100")]})
    shown = {a["code"]: a for c in campaigns(ground, {}) for s in c["scenarios"] for a in s["actions"]}
    assert shown["one_category_first_buyers"]["reason"] == "not measurable: no order lines"


def test_what_people_are_worth_is_not_0_where_no_order_says_it(workspace):
    """Of 20 members of a shop 5 may be written to; what the other 15 would add is people, and no money is known."""
    held = [{"relation_type": "offline_member", "started_at": "2026-01-05", **who(n)} for n in range(20)]
    granted = [{"purpose": "marketing", "channel": "sms", "action": "grant", "occurred_at": "2026-01-05", **who(n)}
               for n in range(5)]  # fmt: skip
    ground = ground_of(workspace, {"relations": held, "consents": granted})
    shown = {a["code"]: a for c in campaigns(ground, {}) for s in c["scenarios"] for a in s["actions"]}
    found = shown["unreachable_with_phone"]
    assert (found["people"], found["moved"], found["money_minor"], found["reason"]) == (15, 3.75, None, "")


@pytest.mark.parametrize(("action", "lacks", "reason"), [
    ("below_median_convert", "orders", "not measurable: no paid orders that name their buyers"),
    ("below_median_settle", "members", "not measurable: no relations and no members"),
])
def test_what_touchpoints_cannot_be_seen_to_bring_is_no_gain_of_nothing(workspace, action, lacks, reason):
    visits = [{"event_id": f"{n}-{place}", "occurred_at": "2026-06-20 10:00:00", "name": "visit", "touchpoint": place,
               **who(n)} for place in ("app", "store") for n in range(20)]  # fmt: skip
    brand = {"events": visits, "members": [member(n, "2026-01-05") for n in range(20)],
             "orders": [order(n, "2026-06-20 11:00:00", "100") for n in range(5)]}  # fmt: skip
    ground = ground_of(workspace, {kind: rows for kind, rows in brand.items() if kind != lacks})
    actions = [one for campaign in campaigns(ground, {}) if campaign["raises"] == "T"
               for scenario in campaign["scenarios"] for one in scenario["actions"]]  # fmt: skip
    found = {one["code"]: (one["people"], one["reason"]) for one in actions if one["code"].startswith("below_median")}
    assert found.pop(action) == (None, reason)
    [(people, other)] = found.values()
    assert people is not None
    assert other != reason
