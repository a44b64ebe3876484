"""Lines that take back earlier ones: the latest earlier line with quantity left, spilling to earlier ones."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from siyu.sources.facts.cancellations import ORDER, match
from tests.sources.arrivals import LATER, kept, take


def line(at, quantity, *, order="o", price=2.0, customer=1, sku="s"):
    """A line at an instant; what takes back has a negative quantity."""
    return {"identifier_id": customer, "article": sku, "unit_price": price, "occurred_at": at,
            "takes_back": quantity < 0, "order_id": f"{order}{at}", "line_no": "1", "fact_id": at, "platform": "p",
            "occurred_day": at // 10,
            "quantity": float(quantity), "paid_amount": round(quantity * price * 100)}  # fmt: skip


def refunded(refunds):
    return [(r["order_id"], r["quantity"], r["refund_amount"]) for r in refunds]


def test_the_latest_earlier_line_is_taken_back_first():
    refunds, left = match([line(1, 5), line(2, 5), line(3, -2), line(4, 5)])
    assert (refunded(refunds), left) == ([("o2", 2, 400)], [])


def test_what_one_line_cannot_give_is_taken_from_the_one_before():
    refunds, _ = match([line(1, 5), line(2, 1), line(3, -4)])
    assert refunded(refunds) == [("o2", 1, 200), ("o1", 3, 600)]


def test_what_finds_no_earlier_line_is_left_over():
    refunds, left = match([line(1, 1), line(2, -3), line(3, 9)])
    assert refunded(refunds) == [("o1", 1, 200)]
    assert left == [{"fact_id": 2, "quantity": 2, "amount": 400}]


def test_nobody_and_nothing_match_nothing():
    nameless = [line(1, 5, customer=None), line(2, -1, customer=None)]
    assert match(nameless) == ([], [{"fact_id": 2, "quantity": 1, "amount": 200}])


def test_another_price_product_or_customer_is_not_taken_back():
    for other in ({"price": 3.0}, {"sku": "t"}, {"customer": 2}):
        refunds, left = match([line(1, 5, **other), line(2, -1)])
        assert (refunds, len(left)) == ([], 1)


def test_shares_of_an_odd_amount_add_up():
    back = {**line(9, -3), "paid_amount": -1000}
    refunds, _ = match([line(1, 1), line(2, 1), line(3, 1), back])
    assert [r["refund_amount"] for r in refunds] == [333, 334, 333]


@given(st.lists(st.tuples(st.integers(-5, 5).filter(bool), st.sampled_from([1, 2])), max_size=20))
def test_pieces_taken_back_and_left_over_are_all_that_were_cancelled(history):
    lines = [line(at, quantity, customer=customer) for at, (quantity, customer) in enumerate(history, start=1)]
    lines.sort(key=lambda row: [row[name] for name in ORDER])
    refunds, left = match(lines)
    cancelled = sum(-row["quantity"] for row in lines if row["takes_back"])
    assert sum(r["quantity"] for r in refunds) + sum(row["quantity"] for row in left) == cancelled
    bought = {row["order_id"]: row["quantity"] for row in lines if not row["takes_back"]}
    taken = {order: sum(r["quantity"] for r in refunds if r["order_id"] == order) for order in bought}
    assert all(taken[order] <= bought[order] for order in bought)


def test_a_cancellation_that_arrives_before_its_line_is_matched_when_that_comes(workspace, tmp_path):
    header = "order_id,line_no,quantity,paid_amount,unit_price,occurred_at,takes_back,sku,id.customer\n"
    first = take(workspace, tmp_path, "order_lines.csv", header + "c1,1,-2,-4,2,2026-03-02,true,s,a")
    assert first.unmatched_cancellations == {"rows": 1, "amount_minor": 400}
    second = take(workspace, tmp_path, "order_lines.csv", header + "o1,1,5,10,2,2026-03-01,false,s,a", now=LATER)
    assert second.unmatched_cancellations == {"rows": 0, "amount_minor": 0}
    assert [row[:2] for row in kept(workspace, "derived_refund")] == [("c1:1>o1:1", "o1")]
