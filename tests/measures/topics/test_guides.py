"""Guides read on a story small enough to count."""

from __future__ import annotations

from siyu.measures import answer
from siyu.measures.topics.guides import GUIDES
from tests.measures.topics.told import asked_of, order, relation, values

#: Lin is bound to both guides, Wei was bound to g1 until June, An to nobody. Lin and An bought.
BRAND = {
    "relations": [
        relation("lin", "dedicated_service", "2026-01-01", guide="g1"),
        relation("wei", "dedicated_service", "2026-01-01", guide="g1", ended_at="2026-06-10 12:00:00"),
        relation("an", "fan", "2026-01-01"),
    ],
    "members": [{"joined_at": "2026-01-01 12:00:00", "guide": "g2", "id.customer": "lin"}],
    "orders": [
        order(1, "lin", "2026-06-05", "100", guide="g1"),
        order(2, "lin", "2026-06-06", "200"),
        order(3, "an", "2026-06-06", "400", guide="g1", refund_amount="400", refunded_at="2026-06-07 12:00:00"),
    ],
}


def test_a_customer_of_two_guides_counts_with_each_and_once_in_all(workspace):
    by_guide = values(workspace, BRAND, GUIDES, ("guide",))
    assert {guide: row["bound"] for (guide,), row in by_guide.items()} == {"g1": 1, "g2": 1}


def test_in_all_a_customer_of_two_guides_is_one(workspace):
    found = values(workspace, BRAND, GUIDES)
    assert (found["guides"], found["bound"]) == (2, 1)


def test_customers_convert_wherever_they_buy_and_sales_are_of_orders_that_name_the_guide(workspace):
    found = values(workspace, BRAND, GUIDES, ("guide",))
    assert [found[guide,]["spend_per_buyer"] for guide in ("g1", "g2")] == [30000, 30000]
    assert [found[guide,]["attributed_sales"] for guide in ("g1", "g2")] == [50000, 0]
    assert [found[guide,]["attributed_net"] for guide in ("g1", "g2")] == [10000, 0]


def test_what_nothing_records_yet_is_null_with_its_reason(workspace):
    facts, asked = asked_of(workspace, BRAND)
    found = answer.of_topic(facts, asked, GUIDES)
    assert found.rows[0]["values"]["guides.commission"]["value"] is None
    assert found.not_measurable == {
        "guides.reached": "not measurable: no messages sent by guides",
        "guides.task_completion": "not measurable: no tasks of guides",
        "guides.commission": "not measurable: no commissions of guides",
        "guides.clawback": "not measurable: no commissions of guides",
    }


def test_without_relations_attributed_sales_are_still_known(workspace):
    found = values(workspace, {"orders": BRAND["orders"]}, GUIDES)
    assert (found["bound"], found["attributed_sales"]) == (None, 50000)
