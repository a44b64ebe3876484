"""The tests' own loader keeps the load rules of architecture.md: duplicates, corrections, people, commit."""

from __future__ import annotations

import pytest

from siyu.core.time import instant_of
from siyu.store import workspace as workspaces
from tests.plain import NOW, load_plain

ORDER = {"order_id": "1", "platform": "tmall", "paid_at": "2026-03-01 10:00:00", "paid_amount": "12.34",
         "id.phone": "13800000000", "id.email": "a@example.com"}  # fmt: skip


def rows(workspace, name):
    return workspace.warehouse.rows(workspace.warehouse.table(name))


def test_plain_duplicate_of_any_version_adds_nothing(workspace):
    other = {**ORDER, "paid_amount": "20.00"}
    load_plain(workspace, {"orders": [ORDER, ORDER]})
    load_plain(workspace, {"orders": [other]})
    assert load_plain(workspace, {"orders": [ORDER]}) == {"orders": 0}
    in_force = workspace.warehouse.rows(workspace.warehouse.in_force("orders"))
    assert [row["paid_amount"] for row in in_force] == [2000]


def test_plain_same_number_on_another_platform_is_another_order(workspace):
    load_plain(workspace, {"orders": [ORDER, {**ORDER, "platform": "jd"}]})
    assert len(rows(workspace, "orders")) == 2
    assert not rows(workspace, "superseded")


def test_plain_identifiers_on_one_record_are_one_consumer(workspace):
    load_plain(workspace, {"orders": [ORDER, {**ORDER, "order_id": "2", "id.email": "b@example.com"}]})
    (consumer,) = rows(workspace, "consumer")
    assert (consumer["identifiers"], consumer["has_phone"], consumer["has_email"]) == (3, True, True)
    assert {row["consumer_id"] for row in rows(workspace, "identity")} == {consumer["consumer_id"]}
    assert consumer["consumer_id"] == min(row["identifier_id"] for row in rows(workspace, "identifier"))


def test_plain_undated_refund_is_dated_by_the_load(workspace):
    load_plain(workspace, {"orders": [{**ORDER, "refund_amount": "1.00"}]})
    (order,) = rows(workspace, "orders")
    assert (order["refunded_at"], order["refund_basis"]) == (instant_of(NOW), "observed")


@pytest.mark.parametrize("kind", ["orders", "events"])
def test_plain_anonymous_rows_stay(workspace, kind):
    row = {"order_id": "1", "paid_amount": "1", "occurred_at": "2026-01-01", "name": "visit", "id.phone": ""}
    assert load_plain(workspace, {kind: [row]}) == {kind: 1}


def test_plain_facts_survive_reopening(workspace):
    load_plain(workspace, {"orders": [ORDER]})
    workspace.close()
    with workspaces.open_workspace(workspace.directory) as again:
        assert len(rows(again, "orders")) == 1
