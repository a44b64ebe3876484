"""Which refunds of an order count: those that say when, else those that only say how much, else the order's own."""

from __future__ import annotations

import pytest

from siyu.measures.build import refresh
from siyu.store.tables import ORDER_REFUND
from tests.plain import load_plain

ORDER = {"order_id": "1", "platform": "tmall", "paid_at": "2026-03-01", "paid_amount": "100", "refund_amount": "30"}
DATED = {"refund_id": "d", "order_id": "1", "platform": "tmall", "refunded_at": "2026-03-05", "refund_amount": "10"}
UNDATED = {**DATED, "refund_id": "u", "refunded_at": "", "refund_amount": "20"}
#: Of the same number on another platform: not this order's.
ELSEWHERE = {**DATED, "refund_id": "e", "platform": "jd", "refund_amount": "40"}


@pytest.mark.parametrize(("refunds", "counted"), [
    ([], [3000]), ([ELSEWHERE], [3000]), ([UNDATED], [2000]), ([DATED, UNDATED], [1000]),
    ([DATED, {**DATED, "refund_id": "d2"}, UNDATED], [1000, 1000]),
])
def test_the_best_that_is_known_of_a_refund_counts_and_nothing_twice(workspace, refunds, counted):
    load_plain(workspace, {"orders": [ORDER], "refunds": refunds})
    refresh(workspace)
    assert [row["refund_amount"] for row in workspace.warehouse.rows(ORDER_REFUND.expr())] == counted


def test_a_refund_dated_by_a_later_load_takes_the_place_of_one_without_a_date(workspace):
    load_plain(workspace, {"orders": [ORDER], "refunds": [UNDATED]})
    refresh(workspace)
    load_plain(workspace, {"refunds": [DATED]})
    refresh(workspace)
    assert [row["refund_amount"] for row in workspace.warehouse.rows(ORDER_REFUND.expr())] == [1000]
