"""Reported figures beside ours: each way of counting otherwise is found, and the rest never hides."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest

from siyu.measures.topics.reconciliation import METRICS, PARTS, RECONCILIATION, explained
from tests.breadth import wide
from tests.measures.topics import told
from tests.measures.topics.agreement import Brand
from tests.measures.topics.told import order, relation, who
from tests.plain import load_plain

SHOP = {"platform": "tmall", "store": "s1"}
DAYS = ("2026-06-09", "2026-06-10", "2026-06-11")


def report(metric: str, value: str, day: str = "2026-06-10", **more: str) -> dict[str, str]:
    return {"metric": metric, "value": value, "date": day, **SHOP, **more}


def placed(number: int, name: str, ordered: str, paid: str = "", amount: str = "100", **more: str) -> dict[str, str]:
    at = {"ordered_at": f"{ordered} 12:00:00", "paid_at": paid and f"{paid} 13:00:00"}
    return {"order_id": f"o{number}", "paid_amount": amount, **at, **SHOP, **who(name), **more}


def only_row(workspace, brand: told.Brand) -> dict[str, Any]:
    (row,) = told.rows(workspace, brand, RECONCILIATION)
    return row


def test_orders_never_paid_explain_a_platform_that_counts_them(workspace):
    orders = [placed(1, "lin", "2026-06-10", "2026-06-10"), placed(2, "anna", "2026-06-10", amount="70")]
    row = only_row(workspace, {"orders": orders, "reported_metrics": [report("gmv", "170.00")]})
    assert [row["own"], row["difference"], row["unpaid"], row["unexplained"]] == [10000, 7000, 7000, 0]


def test_days_of_ordering_explain_a_platform_that_counts_by_them(workspace):
    """One order came from the day before, two went to the day after."""
    orders = [placed(1, "lin", "2026-06-09", "2026-06-10"), placed(2, "anna", "2026-06-10", "2026-06-11"),
              placed(3, "wu", "2026-06-10", "2026-06-11")]  # fmt: skip
    row = only_row(workspace, {"orders": orders, "reported_metrics": [report("orders", "2")]})
    assert [row["own"], row["difference"], row["other_day"], row["unexplained"]] == [1, 1, 1, 0]


def test_refunds_explain_a_platform_that_shows_net_by_the_day_of_the_order(workspace):
    orders = [placed(1, "lin", "2026-06-10", "2026-06-10", refund_amount="30", refunded_at="2026-06-20 12:00:00")]
    row = only_row(workspace, {"orders": orders, "reported_metrics": [report("gmv", "70")]})
    assert [row["refunds"], row["refund_timing"], row["unexplained"]] == [-3000, 0, 0]


def test_refund_timing_explains_a_platform_that_takes_refunds_off_the_day_they_are_made(workspace):
    """Net: 30 of the order of the 9th went back on the 10th."""
    orders = [placed(1, "lin", "2026-06-09", "2026-06-09", refund_amount="30", refunded_at="2026-06-10 12:00:00"),
              placed(2, "wu", "2026-06-10", "2026-06-10")]  # fmt: skip
    row = only_row(workspace, {"orders": orders, "reported_metrics": [report("net", "70")]})
    assert [row["own"], row["refund_timing"], row["unexplained"]] == [10000, -3000, 0]


def test_tests_free_orders_and_orders_kept_twice_are_told_apart(workspace):
    orders = [placed(1, "lin", "2026-06-10", "2026-06-10"),
              placed(2, "lin", "2026-06-10", "2026-06-10", is_test="true"),
              placed(3, "lin", "2026-06-10", "2026-06-10", "0"),
              placed(1, "lin", "2026-06-10", "2026-06-10", platform="")]  # fmt: skip
    reports = [report("orders", "3"), report("orders", "0", platform="", store="")]
    brand = {"orders": orders, "reported_metrics": reports}
    kept_twice, shop = told.rows(workspace, brand, RECONCILIATION)
    assert [shop["own"], shop["not_counted"], shop["unexplained"]] == [1, 2, 0]
    assert [kept_twice["own"], kept_twice["duplicates"], kept_twice["unexplained"]] == [1, -1, 0]


def test_a_figure_without_a_store_is_for_the_whole_platform(workspace):
    orders = [placed(1, "lin", "2026-06-10", "2026-06-10"), placed(2, "lin", "2026-06-10", "2026-06-10", store="s2")]
    brand = {"orders": orders, "reported_metrics": [report("gmv", "200", store=""), report("buyers", "1", store="")]}
    found = told.rows(workspace, brand, RECONCILIATION)
    assert [(row["own"], row["difference"]) for row in found] == [(1, 0), (20000, 0)]


def test_members_are_those_who_hold_a_membership_there_as_the_day_ends(workspace):
    there = {"platform": "tmall", "store": "s1"}
    relations = [relation("lin", "member", "2026-06-10 23:59:59", **there),
                 relation("anna", "member", "2026-06-01", ended_at="2026-06-10 12:00:00", **there),
                 relation("wu", "member", "2026-06-01", ended_at="2026-06-11 00:00:00", **there),
                 relation("mei", "fan", "2026-06-01", **there)]  # fmt: skip
    row = only_row(workspace, {"relations": relations, "reported_metrics": [report("members", "3")]})
    assert [row["own"], row["unexplained"]] == [2, 1]


def test_a_part_must_explain_all_days_and_not_only_soak_up_one():
    """On one of two days the unpaid orders come near to the difference; on both together they do not."""
    parts = dict.fromkeys(PARTS, 0)
    rows = [{**parts, "reported": 103, "own": 100, "unpaid": 3}, {**parts, "reported": 100, "own": 100, "unpaid": 50}]
    assert [(row["unpaid"], row["unexplained"]) for row in explained(rows)] == [(0, 3), (0, 0)]


def crowded(seed: int) -> told.Brand:
    """Three days, two stores and every way an order can go, and a report of everything whose reading is drawn."""
    rng = random.Random(seed)
    orders = []
    for number in range(60):
        day, name = rng.choice(DAYS), f"p{rng.randrange(12)}"
        paid = rng.choice((day, day, rng.choice(DAYS), ""))
        store = rng.choice(("s1", "s2", ""))
        row = placed(number, name, day, paid, rng.choice(("100", "35", "0", "7.5")), store=store)
        row |= {"is_test": rng.choice(("", "", "", "true"))}
        if paid and rng.random() < 0.4:
            back = f"{rng.choice((*DAYS, '2026-07-05'))} {rng.choice(('00:00:00', '15:00:00'))}"
            row |= {"refund_amount": rng.choice((row["paid_amount"], "5", "200")), "refunded_at": back}
        orders.append(row)
        if rng.random() < 0.15:
            orders.append({**row, "platform": rng.choice(("jd", ""))})
    relations = [relation(f"p{n}", rng.choice(("member", "fan", "offline_member")), rng.choice(DAYS), **SHOP)
                 for n in range(8)]  # fmt: skip
    most = {"gmv": 1500, "net": 1500}
    reports = [report(metric, str(rng.randrange(most.get(metric, 30)) if source == "high" else 0), day,
                      store=store, platform=platform, source=source)
               for metric in METRICS for day in DAYS for store in ("s1", "s2", "") for platform in ("tmall", "jd", "")
               for source in ("high", "zero")]  # fmt: skip
    return {"orders": orders, "relations": relations, "reported_metrics": reports}


@pytest.mark.parametrize("seed", wide(range(4), always=2))
def test_where_everything_happens_it_equals_its_sql_and_parts_and_rest_sum_to_the_difference(workspace, seed):
    load_plain(workspace, crowded(seed), now=told.NOW)
    brand = Brand(workspace, dt.date(2026, 6, 30), 30)
    assert brand.sheet_disagreements(RECONCILIATION) == []
    rows = RECONCILIATION.rows(brand.facts, brand.asked)
    assert len(rows) == len(METRICS) * 54
    assert all(row["difference"] == row["unexplained"] + sum(row[part] for part in PARTS) for row in rows)
    assert len({part for row in rows for part in PARTS if row[part]}) >= 5


def test_an_order_in_the_future_is_neither_paid_nor_unpaid_of_the_day(workspace):
    brand = {"orders": [order(1, "lin", "2026-07-02", **SHOP)], "reported_metrics": [report("orders", "0")]}
    row = only_row(workspace, brand)
    assert [row["own"], row["difference"]] == [0, 0]
