"""What media cost, sold and won, counted on the fingers."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.time import day_of
from siyu.measures.topics.media import MEDIA
from siyu.measures.topics.roi_long_term import ROI_LONG_TERM
from siyu.measures.topics.side_by_side import SIDE_BY_SIDE
from tests.measures.topics.told import Brand, event, order, relation, rows, values


def ad(name: str, at: str, what: str = "click", **more: str) -> dict[str, str]:
    return event(name, what, at, **{"touchpoint": "feed", "campaign": "spring", "paid_media": "true", **more})


def spend(day: str, amount: str = "50", campaign: str = "spring", touchpoint: str = "feed") -> dict[str, str]:
    return {"date": day, "amount": amount, "campaign": campaign, "touchpoint": touchpoint}


@pytest.mark.parametrize(("paid_at", "roi"), [
    ("2026-06-10 11:59:59", 0.0),
    ("2026-06-10 12:00:00", 2.0),
    ("2026-06-11 12:00:00", 2.0),
    ("2026-06-11 12:00:01", 0.0),
])  # fmt: skip
def test_an_ad_is_credited_what_is_paid_within_a_day_of_its_touch(workspace, paid_at, roi):
    brand: Brand = {"spend": [spend("2026-06-10")], "events": [ad("lin", "2026-06-10")],
                    "orders": [order(1, "lin", paid_at)]}  # fmt: skip
    assert values(workspace, brand, MEDIA)["roi_immediate"] == roi


def test_an_impression_alone_and_a_free_visit_are_credited_nothing(workspace):
    events = [ad("lin", "2026-06-10", "impression"), ad("anna", "2026-06-10", "visit", paid_media="false")]
    orders = [order(1, "lin", "2026-06-10 13:00:00"), order(2, "anna", "2026-06-10 13:00:00")]
    found = values(workspace, {"spend": [spend("2026-06-10")], "events": events, "orders": orders}, MEDIA)
    assert [found["credited_paid"], found["impressions"], found["clicks"]] == [0, 1, 0]


def test_only_the_last_ad_touch_is_credited_on_its_own_day(workspace):
    events = [ad("lin", "2026-06-10 23:00:00"), ad("lin", "2026-06-10 23:30:00", campaign="618")]
    brand = {"spend": [spend("2026-06-10", campaign="618")], "events": events,
             "orders": [order(1, "lin", "2026-06-11 09:00:00")]}  # fmt: skip
    found = values(workspace, brand, MEDIA, ("campaign", "day"))
    paid = {group: row["credited_paid"] for group, row in found.items() if row["credited_paid"]}
    assert paid == {("618", day_of(dt.date(2026, 6, 10))): 10000}


def test_a_consumer_is_won_once_by_what_came_first(workspace):
    """Lin followed by spring and bought by 618 later; Anna's first order names nothing but came after an ad."""
    brand: Brand = {
        "spend": [spend("2026-06-01", "60"), spend("2026-06-01", "40", "618")],
        "relations": [relation("lin", "fan", "2026-06-05", campaign="spring")],
        "orders": [order(1, "lin", "2026-06-08", campaign="618"), order(2, "anna", "2026-06-12 12:00:00")],
        "events": [ad("anna", "2026-06-05 12:00:00", campaign="618")],
    }
    found = values(workspace, brand, MEDIA, ("campaign",))
    assert {group[0]: (row["acquired"], row["cac"]) for group, row in found.items()} == {
        "spring": (1, 6000), "618": (1, 4000)}  # fmt: skip
    assert found[("spring",)]["ltv_to_cac"] == pytest.approx(100 / 60)


def test_campaigns_nobody_paid_for_and_people_known_before_win_nobody(workspace):
    brand: Brand = {
        "spend": [spend("2026-06-01")],
        "relations": [relation("lin", "fan", "2026-06-05", campaign="word of mouth"),
                      relation("anna", "fan", "2026-04-05"),
                      relation("anna", "member", "2026-06-05", campaign="spring")],
    }  # fmt: skip
    assert [values(workspace, brand, MEDIA)[name] for name in ("acquired", "cac")] == [0, None]


def test_profit_counts_only_purchases_whose_goods_all_have_a_known_cost(workspace):
    """Two A1 at a cost of 20 in order 1; in order 2 the cost of B1 is not known."""
    line = {"line_no": "1", "paid_amount": "100"}
    brand: Brand = {
        "spend": [spend("2026-06-10")], "events": [ad("lin", "2026-06-10")],
        "orders": [order(1, "lin", "2026-06-10 13:00:00"), order(2, "lin", "2026-06-10 14:00:00", "300")],
        "order_lines": [{**line, "order_id": "o1", "sku": "A1", "quantity": "2"},
                        {**line, "order_id": "o2", "sku": "A1", "quantity": "1"},
                        {**line, "order_id": "o2", "sku": "B1", "quantity": "1", "line_no": "2"}],
        "products": [{"sku": "A1", "cost": "20"}, {"sku": "B1", "cost": ""}],
    }  # fmt: skip
    found = values(workspace, brand, MEDIA)
    assert [found["profit_roi"], found["costed_share"], found["roi_immediate"]] == [(100 - 40) / 50, 0.25, 8]


def test_long_term_roi_grows_with_age_and_is_null_before_a_month_is_old_enough(workspace):
    """Lin was won on 31 March and bought 0, 30, 31 and 90 days later; June is not 30 days old."""
    days = ("2026-03-31", "2026-04-30", "2026-05-01", "2026-06-29")
    brand: Brand = {
        "spend": [spend("2026-03-01"), spend("2026-06-01")],
        "orders": [order(n, "lin", day, "10", campaign="spring") for n, day in enumerate(days)],
    }
    march, june = rows(workspace, brand, ROI_LONG_TERM)
    assert [march[f"paid_{age}"] for age in (30, 90, 180, 365)] == [2000, 4000, None, None]
    assert [march["month"], march["acquired"], march["roi_90"], march["roi_to_date"]] == ["2026-03", 1, 0.8, 0.8]
    assert [june["acquired"], june["paid_30"], june["paid_to_date"]] == [0, None, 0]


def test_reported_own_and_incremental_stand_side_by_side(workspace):
    """The panel's second day does not say what was spent, so it is in neither sum."""
    panel = {"platform": "tmall", "touchpoint": "feed"}
    brand: Brand = {
        "spend": [spend("2026-06-10")], "events": [ad("lin", "2026-06-10")],
        "orders": [order(1, "lin", "2026-06-10 13:00:00")],
        "touchpoint_daily": [{**panel, "date": "2026-06-10", "spend": "50", "paid_amount": "400"},
                             {**panel, "date": "2026-06-11", "spend": "", "paid_amount": "999"}],
    }  # fmt: skip
    (feed,) = rows(workspace, brand, SIDE_BY_SIDE)
    assert [feed["attributed_roi"], feed["reported_roi"], feed["incremental_roi"]] == [2, 8, None]
