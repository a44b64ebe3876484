"""Goods, media, panels and feedback hold together: with the truth, and with each other."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from siyu.simulate.goods import COSTS, PRICES, launches
from siyu.simulate.season import DAY
from siyu.simulate.touch import CLICK
from siyu.simulate.touchpoints import MOMENTS_AD, YOUZAN

from .reading import all_of, cents, rows_of, truth

REASONS = ("unpaid", "duplicates", "refund_timing", "insurance")
MONEY = ("gmv", "net", "refunds")


def test_nothing_is_sold_before_its_launch(story):
    basket = story.basket
    launched = launches(story.calendar)[basket.product]
    assert (story.placed.ordered_at[basket.order] >= launched).all()
    assert (launched > story.calendar.start).mean() > 0.05


def test_goods_cost_less_than_they_bring(story):
    basket = story.basket
    assert (COSTS / PRICES > 0.15).all()
    assert (COSTS / PRICES < 0.4).all()
    cost = (COSTS[basket.product] * basket.quantity).sum()
    assert 0.15 < cost / basket.amount_minor.sum() < 0.6


def test_advertisements_stand_before_the_known_share_of_orders(story):
    clicks = story.touches.where((story.touches.event == CLICK) & (story.touches.touchpoint == MOMENTS_AD))
    last: dict[int, list[int]] = {}
    for person, moment in zip(clicks.person.tolist(), clicks.moment.tolist()):
        last.setdefault(person, []).append(moment)
    rows = np.flatnonzero((story.orders.platform == YOUZAN) & story.people.wechat[story.orders.person])
    led = [
        any(0 < ordered - moment <= DAY // 2 for moment in last.get(person, ()))
        for person, ordered in zip(story.orders.person[rows].tolist(), story.orders.ordered_at[rows].tolist())
    ]
    assert np.mean(led) == pytest.approx(story.parameters.advertising.retargeted_share, abs=0.02)


def test_paid_media_cost_money_on_its_day_and_campaign(brand):
    spent = {(row["date"], row["touchpoint"], row["campaign"]) for row in rows_of(brand.exports / "spend.csv")}
    paid = [row for row in all_of(brand, "events") if row["paid_media"] == "true" and row["occurred_at"][10:11] == " "]
    seen = {(r["occurred_at"][:10], r["touchpoint"], r["campaign"]) for r in paid if r["name"]}
    assert len(seen) > 500
    assert {one for one in seen - spent if "2025-04-31" not in one[0]} == set()


def test_media_cost_a_plausible_part_of_what_is_sold(brand):
    spent = sum(cents(row["amount"]) for row in rows_of(brand.exports / "spend.csv"))
    sold = sum(cents(row["amount"]) for row in truth(brand, "orders"))
    assert 0.05 < spent / sold < 0.3


def test_panels_show_the_spend_of_the_spend_file(brand):
    panel = {
        (row["date"], row["touchpoint"]): cents(row["spend"])
        for row in rows_of(brand.exports / "touchpoint_daily.csv")
        if row["spend"]
    }
    spent = Counter[tuple[str, str]]()
    for row in rows_of(brand.exports / "spend.csv"):
        if (row["date"], row["touchpoint"]) in panel:
            spent[row["date"], row["touchpoint"]] += cents(row["amount"])
    assert len(panel) == 90 * 4
    assert panel == spent


def test_panels_of_several_platforms_show_advertisements_and_who_was_won(brand):
    rows = rows_of(brand.exports / "touchpoint_daily.csv")
    total = Counter[tuple[str, str]]()
    for row in rows:
        for name in ("impressions", "clicks", "new_fans", "new_members"):
            total[row["platform"], name] += int(row[name] or 0)
    assert total["weixin", "impressions"] > 30 * total["weixin", "clicks"] > 0
    assert all(int(row["new_visitors"]) <= int(row["visitors"]) for row in rows if row["visitors"])
    assert total["weixin", "new_fans"] > 0
    assert total["tmall", "new_members"] > 0


def test_reports_differ_from_the_truth_by_known_amounts(brand):
    known = truth(brand, "reported")
    shown = {
        (r["metric"], r["platform"], r["date"]): r["value"] for r in rows_of(brand.exports / "reported_metrics.csv")
    }
    assert {platform for _, platform, _ in shown} == {"youzan", "tmall", "weixin_shop"}
    for row in known:
        amount = cents if row["metric"] in MONEY else int
        assert signed(amount, row["reported"]) == signed(amount, row["own"]) + sum(
            signed(amount, row[r]) for r in REASONS
        )
        told = shown.get((row["metric"], row["platform"], row["date"]), row["reported"])
        assert told == row["reported"]
    assert all(any(float(row[reason]) for row in known if row["metric"] == "net") for reason in REASONS)


def signed(amount, cell: str) -> int:
    return -amount(cell[1:]) if cell.startswith("-") else amount(cell)


def test_own_figures_beside_the_reports_are_those_of_the_orders(brand):
    orders, gmv, net, refunds = Counter(), Counter(), Counter(), Counter()
    for row in truth(brand, "orders"):
        key = row["platform"], row["paid_at"][:10]
        orders[key] += 1
        gmv[key] += cents(row["amount"])
        net[key] += cents(row["amount"]) - cents(row["refunded"])
        refunds[row["platform"], row["refunded_at"][:10]] += cents(row["refunded"])
    wanted = {"orders": orders, "gmv": gmv, "net": net, "refunds": refunds}
    for row in truth(brand, "reported"):
        own = row["own"] if row["metric"] == "orders" else cents(row["own"])
        assert int(own) == wanted[row["metric"]][row["platform"], row["date"]], row


def test_feedback_is_of_every_kind_and_about_its_order(brand):
    rows = all_of(brand, "feedback")
    orders = {row["order_id"]: row for row in truth(brand, "orders")}
    assert {row["kind"] for row in rows} == {"nps", "csat", "dsr", "complaint", "return_reason"}
    assert all(
        row["occurred_at"] > orders[row["order_id"]]["paid_at"] for row in rows if row["kind"] != "return_reason"
    )
    assert all(cents(orders[row["order_id"]]["refunded"]) for row in rows if row["kind"] == "return_reason")
    assert {row["kind"] for row in rows if row["resolved_at"]} == {"complaint"}
    assert all(row["resolved_at"] > row["occurred_at"] for row in rows if row["resolved_at"])


def test_reasons_are_given_before_the_money_goes_back(brand):
    moments = {row["order_id"]: row["refunded_at"] for row in truth(brand, "orders")}
    reasons = [row for row in all_of(brand, "feedback") if row["kind"] == "return_reason"]
    assert len(reasons) > 10
    assert all(row["occurred_at"] < moments[row["order_id"]] for row in reasons)
