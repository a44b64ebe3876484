"""What contribution and the growth of buyers count, on brands small enough to count by hand."""

from __future__ import annotations

import pytest

from siyu.measures.answer import of_topic
from siyu.measures.topics.buyer_growth import BUYER_GROWTH
from siyu.measures.topics.contribution import CONTRIBUTION
from tests.measures.topics.baskets import Brand, order, row

CREAM = row("products", sku="A", category="cream", cost="4")


def test_only_orders_whose_every_line_has_a_cost_contribute(workspace):
    brand = Brand(
        workspace, CREAM, row("products", sku="B"),
        order("1", "1", "2026-06-10", "A cream 2 20"), order("2", "2", "2026-06-10", "A cream 1 10", "B mask 1 10"),
        order("3", "", "2026-06-10"),
    )  # fmt: skip
    found = brand.values(CONTRIBUTION)
    assert (found["goods_cost"], found["after_goods"], found["margin"]) == (800, 1200, 0.6)
    assert found["coverage"] == 20 / 50


def test_a_refund_lowers_sales_and_not_the_cost_until_the_whole_order_is_back(workspace):
    part = {"refund_amount": "5", "refunded_at": "2026-06-12T12:00"}
    brand = Brand(workspace, CREAM, order("1", "1", "2026-06-10", "A cream 1 10", **part),
                  order("2", "1", "2026-06-10", "A cream 1 5", **part))  # fmt: skip
    found = brand.values(CONTRIBUTION)
    assert (found["net"], found["goods_cost"], found["after_goods"]) == (500, 400, 100)


def test_net_is_shared_among_categories_by_the_amounts_of_lines(workspace):
    told = order("1", "1", "2026-06-10", "A cream 1 30", "B mask 1 10", refund_amount="20", refunded_at="2026-06-12")
    found = Brand(workspace, told).values(CONTRIBUTION, "category")
    assert (found["cream"]["net"], found["mask"]["net"]) == (1500, 500)


def test_what_is_not_recorded_is_null_with_its_reason(workspace):
    brand = Brand(workspace, order("1", "1", "2026-06-10", "A cream 1 10"))
    answer = of_topic(brand.facts, brand.asked, CONTRIBUTION)
    assert answer.not_measurable["contribution.coupons"] == "not measurable: no costs of coupons"
    assert answer.not_measurable["contribution.after_goods"] == "not measurable: no product costs"
    assert answer.rows[0]["values"]["contribution.points"]["value"] is None


def test_nothing_costed_is_null_and_never_zero(workspace):
    brand = Brand(workspace, CREAM, order("1", "1", "2026-06-10", "B mask 1 10"))
    found = brand.values(CONTRIBUTION)
    assert (found["coverage"], found["goods_cost"], found["after_goods"]) == (0, None, None)


def test_growth_without_membership_stands_beside_the_stores(workspace):
    brand = Brand(
        workspace, row("members", "1", joined_at="2026-06-10"), row("members", "2", joined_at="2026-01-01"),
        order("1", "1", "2026-06-09", store="s1"), order("2", "1", "2026-06-20", store="s1"),
        order("3", "2", "2026-06-20", store="s1"), order("4", "2", "2026-05-31", store="s1"),
        order("5", "3", "2026-05-02", store="s1"), order("6", "4", "2026-05-01", store="s1"),
        order("7", "5", "2026-06-01", store="s1"), order("8", "5", "2026-06-02", store="s2"),
    )  # fmt: skip
    found = brand.values(BUYER_GROWTH, "store")["s1"]
    assert (found["buyers"], found["buyers_before"], found["growth"]) == (3, 2, 1 / 2)
    assert (found["without_membership"], found["growth_without_membership"]) == (2, 1)
    by_membership = brand.values(BUYER_GROWTH, "membership")
    assert {name: row["buyers"] for name, row in by_membership.items()} == {"member": 2, "none": 2}


@pytest.mark.parametrize("by", ["platform", "store", "category"])
def test_parts_sum_to_the_whole(workspace, by):
    told = [order("1", "1", "2026-06-10", "A cream 1 10", "B mask 1 20"), order("2", "2", "2026-06-11", store="s1"),
            order("3", "2", "2026-06-11", "A cream 1 7", platform="jd")]  # fmt: skip
    brand = Brand(workspace, CREAM, *told)
    parts = brand.values(CONTRIBUTION, by).values()
    assert sum(part["net"] for part in parts) == pytest.approx(brand.values(CONTRIBUTION)["net"])
