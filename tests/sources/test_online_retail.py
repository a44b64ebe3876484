"""Both Online Retail files in either order: every line once, cancellations as refunds, the same tables."""

from __future__ import annotations

import pytest

from siyu.sources.load import load
from siyu.store import workspace as workspaces
from tests.sources.arrivals import NOW

FILES = ("online_retail_2009_10.parquet", "online_retail_2010_12.parquet")
TABLES = {
    "order_lines": ("order_id", "line_no", "quantity", "paid_amount", "occurred_at", "product", "takes_back",
                    "identifier_id"),
    "orders": ("order_id", "paid_amount", "paid_at", "identifier_id"),
    "derived_refund": ("refund_id", "order_id", "refunded_at", "quantity", "refund_amount"),
    "identifier": ("identifier_id", "key"),
}  # fmt: skip


def tables_of(workspace):
    """Rows that must not depend on the order of files, as Arrow tables in one order."""
    warehouse = workspace.warehouse
    return {name: warehouse.arrow(warehouse.table(name).select(*columns)).sort_by([(c, "ascending") for c in columns])
            for name, columns in TABLES.items()}


@pytest.fixture(scope="module")
def brands(shared, tmp_path_factory):
    """Two workspaces with the same keys and both files, in either order; the reports of the first."""
    folder = tmp_path_factory.mktemp("retail")
    with workspaces.create(folder / "forth") as forth, workspaces.create(folder / "back") as back:
        back.keys = forth.keys
        reports = [load(forth, [shared / "data" / name], now=NOW) for name in FILES]
        for name in reversed(FILES):
            load(back, [shared / "data" / name], now=NOW)
        yield forth, back, reports


@pytest.mark.slow
def test_lines_that_both_files_hold_count_once(brands):
    forth, _, (first, second) = brands
    assert forth.warehouse.count(forth.warehouse.table("order_lines")) == 1_044_847
    assert (first.read, first.counts["loaded"]) == (525_461, 525_461)
    assert (second.read, second.counts["duplicate"]) == (541_909, 22_523)
    assert forth.warehouse.count(forth.warehouse.table("superseded")) == 0


@pytest.mark.slow
def test_the_order_of_the_files_does_not_matter(brands):
    forth, back, _ = brands
    assert tables_of(forth) == tables_of(back)


@pytest.mark.slow
def test_customers_and_anonymous_lines(brands):
    forth = brands[0]
    lines = forth.warehouse.table("order_lines")
    assert forth.warehouse.count(forth.warehouse.table("identifier")) == 5_942
    assert forth.warehouse.count(lines.filter(lines.identifier_id.isnull())) == 235_287


@pytest.mark.slow
def test_money_taken_back_is_refunded_or_left_over_to_the_cent(brands):
    forth = brands[0]
    lines, refunds = forth.warehouse.table("order_lines"), forth.warehouse.table("derived_refund")
    left = forth.warehouse.table("unmatched_cancellation")
    taking = lines.filter(lines.takes_back & (lines.quantity < 0))
    cancelled = forth.warehouse.row(taking.aggregate(n=taking.paid_amount.sum().cast("int64")))["n"]
    refunded = forth.warehouse.row(refunds.aggregate(n=refunds.refund_amount.sum().cast("int64")))["n"]
    unmatched = forth.warehouse.row(left.aggregate(n=left.amount.sum().cast("int64")))["n"]
    assert -cancelled == refunded + unmatched


@pytest.mark.slow
def test_an_invoice_with_two_times_takes_the_first(brands):
    forth = brands[0]
    lines, orders = forth.warehouse.table("order_lines"), forth.warehouse.table("orders")
    sold = lines.filter((lines.quantity > 0) & (lines.unit_price > 0) & ~lines.takes_back)
    times = sold.group_by("order_id").aggregate(first=sold.occurred_at.min(), amount=sold.paid_amount.sum())
    both = orders.join(times, "order_id")
    assert forth.warehouse.count(both) == forth.warehouse.count(orders)
    assert forth.warehouse.count(both.filter((both.paid_at != both.first) | (both.paid_amount != both.amount))) == 0
