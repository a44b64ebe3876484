"""What the measures of goods count, on brands small enough to count by hand."""

from __future__ import annotations

import pytest

from siyu.measures.topics.bundles import BUNDLES
from siyu.measures.topics.entry_products import ENTRY
from siyu.measures.topics.goods import GOODS, PRICE
from tests.measures.test_parity import brand_in
from tests.measures.topics import agreement
from tests.measures.topics.baskets import AS_OF, Brand, order, row


def test_pieces_and_sales_are_what_lines_took_and_gave_back(workspace):
    brand = Brand(workspace, order("1", "1", "2026-06-10", "A cream 3 300", "A cream -1 -100"),
                  order("2", "2", "2026-06-11", "A cream 1 90"))  # fmt: skip
    found = brand.values(GOODS, "sku")["A"]
    assert (found["pieces"], found["sales"], found["average_price"]) == (3, 29000, 29000 / 3)
    assert (found["orders"], found["buyers"]) == (2, 2)


def test_a_product_is_repeated_by_the_same_sku_on_a_later_day_only(workspace):
    brand = Brand(
        workspace,
        order("1", "1", "2025-09-01", "A cream 1 10"), order("2", "1", "2026-06-01", "A cream 1 10"),
        order("3", "2", "2026-06-02", "A cream 1 10"), order("4", "2", "2026-06-02", "A cream 1 10"),
        order("5", "3", "2026-06-03", "A cream 1 10"), order("6", "3", "2026-06-04", "B cream 1 10"),
        order("7", "4", "2026-06-03", "A cream 1 10"), order("8", "4", "2026-06-04", "A cream 1 0", "C mask 1 10"),
    )  # fmt: skip
    assert brand.values(GOODS)["repeat_rate"] == 1 / 4
    assert brand.values(GOODS, "sku")["A"]["repeat_rate"] == 1 / 4
    assert brand.values(GOODS, "category")["cream"]["repeat_rate"] == 1 / 4


def test_an_entry_product_stands_in_orders_of_the_first_occasion(workspace):
    brand = Brand(
        workspace,
        order("1", "1", "2026-06-10", "A cream 1 10"), order("2", "1", "2026-06-12", "A cream 1 10"),
        order("3", "2", "2026-06-11", "A cream 1 10"), order("4", "", "2026-06-11", "A cream 1 10"),
        order("5", "2", "2026-06-01", "B cream 1 10", refund_amount="10", refunded_at="2026-06-02T12:00"),
    )  # fmt: skip
    assert brand.values(GOODS, "sku")["A"]["entry_share"] == 2 / 3


def test_a_category_the_line_leaves_out_is_the_catalogues(workspace):
    told = order("1", "1", "2026-06-10", "A x 1 10")
    told["order_lines"][0]["category"] = ""
    brand = Brand(workspace, told, row("products", sku="A", category="serum"))
    assert list(brand.values(GOODS, "category")) == ["serum"]


def test_entry_rates_rest_on_buyers_whose_ninety_days_are_over(workspace):
    brand = Brand(
        workspace,
        order("1", "1", "2026-04-01", "A cream 1 10"), order("2", "1", "2026-06-30", "B mask 1 10"),
        order("3", "2", "2026-03-01", "A cream 1 10"), order("4", "2", "2026-05-31", "A cream 1 10"),
        order("5", "3", "2026-04-02", "A cream 1 10"), order("6", "3", "2026-04-03", "A cream 1 10"),
    )  # fmt: skip
    (found,) = brand.rows(ENTRY)
    assert found == {"sku": "A", "product": "", "buyers": 3, "immature": 1, "repurchased": 1, "repurchase_rate": 1 / 2,
                     "repurchased_same_sku": 0, "same_sku_rate": 0.0}  # fmt: skip


def test_prices_are_told_apart_by_platform_with_their_spread(workspace):
    brand = Brand(
        workspace,
        order("1", "1", "2026-06-10", "A cream 2 200"), order("2", "2", "2026-06-10", "A cream 1 70"),
        order("3", "1", "2026-06-11", "A cream 1 80", platform="jd"), order("4", "1", "2026-06-11", "B cream 1 5"),
    )  # fmt: skip
    dear, cheap = brand.rows(PRICE)[1], brand.rows(PRICE)[0]
    assert (dear["lowest"], dear["mean"], dear["highest"]) == (7000, 9000, 10000)
    assert dear["spread"] == cheap["spread"] == pytest.approx(9000 / 8000 - 1)
    assert brand.rows(PRICE)[2]["spread"] is None


def test_a_bundle_stands_beside_what_chance_would_give(workspace):
    both = [order(str(n), "1", "2026-06-10", "A cream 1 10", "B mask 1 10") for n in range(3)]
    alone = [order("8", "2", "2026-06-10", "A cream 1 10"), order("9", "", "2026-06-10", "C serum 1 10")]
    found = Brand(workspace, *both, *alone).rows(BUNDLES)
    assert [(r["kind"], r["a"], r["b"]) for r in found] == [("sku", "A", "B"), ("category", "cream", "mask")]
    assert (found[0]["support"], found[0]["confidence_ab"], found[0]["confidence_ba"]) == (3 / 5, 3 / 4, 1)
    assert found[0]["lift"] == (3 * 5) / (4 * 3)


def test_bundles_of_a_year_of_many_orders_equal_their_sql(tmp_path):
    with brand_in(tmp_path / "brand", 21, consumers=150) as many:
        brand = agreement.Brand(many, AS_OF, 365)
        assert brand.sheet_disagreements(BUNDLES) == []
        assert len(BUNDLES.rows(brand.facts, brand.asked)) > 5
