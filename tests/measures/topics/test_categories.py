"""What the measures of categories count, on brands small enough to count by hand."""

from __future__ import annotations

from siyu.measures.topics.categories import ASSOCIATION, ASSORTMENT, MIGRATION
from tests.measures.topics.baskets import Brand, order, row


def test_categories_of_one_consumer_are_paired_across_orders(workspace):
    told = [order(f"{who}a", who, "2026-01-10", "A cream 1 10") for who in ("1", "2", "3", "4")]
    told += [order(f"{who}b", who, "2026-05-10", "B mask 1 10") for who in ("1", "2", "3", "5")]
    (found,) = Brand(workspace, *told).rows(ASSOCIATION)
    assert (found["a"], found["b"], found["together"], found["of_a"], found["of_b"]) == ("cream", "mask", 3, 4, 4)
    assert (found["support"], found["lift"]) == (3 / 5, 15 / 16)


def test_migration_goes_to_the_next_occasion_only(workspace):
    brand = Brand(
        workspace,
        order("1", "1", "2025-01-01", "A cream 1 10"), order("2", "1", "2026-01-10", "B mask 1 10", "A cream 1 10"),
        order("3", "1", "2026-05-10", "C serum 1 10"), order("4", "2", "2026-01-01", "A cream 1 10"),
        order("5", "2", "2026-01-01", "B mask 1 10"),
    )  # fmt: skip
    found = [(r["category_from"], r["category_to"], r["steps"], r["share"]) for r in brand.rows(MIGRATION)]
    assert found == [("cream", "cream", 1, 1 / 2), ("cream", "mask", 1, 1 / 2), ("cream", "serum", 1, 1 / 2),
                     ("mask", "serum", 1, 1.0)]  # fmt: skip


def test_who_joins_after_paying_was_no_member_at_payment(workspace):
    brand = Brand(
        workspace,
        order("1", "1", "2026-06-10", "A cream 1 10", "B mask 1 10"), row("members", "1", joined_at="2026-06-10T12:00"),
        order("2", "2", "2026-06-10", "A cream 1 10", "B mask 1 10"), row("members", "2", joined_at="2026-06-10T11:59"),
        order("3", "3", "2026-06-10", "A cream 2 10"), row("members", "3", joined_at="2026-01-01"),
    )  # fmt: skip
    found = brand.values(ASSORTMENT)
    assert (found["members"], found["member_cross_category_rate"]) == (2, 1 / 2)


def test_a_product_is_new_for_ninety_days_at_the_payment(workspace):
    def member(who: str, paid: str) -> list:
        return [order(who, who, paid, "A cream 1 10"), row("members", who, joined_at="2026-01-01")]

    brand = Brand(
        workspace, *member("1", "2026-06-29"), *member("2", "2026-06-30"), *member("3", "2026-06-01"),
        row("products", sku="A", launched_at="2026-04-01"), row("members", "4", joined_at="2026-01-01"),
        order("4", "4", "2026-06-20", "unknown cream 1 10"),
    )  # fmt: skip
    assert brand.values(ASSORTMENT)["member_new_product_rate"] == 2 / 3
