"""The writing verbs: append, replace, replace_where, loads, scratch."""

from __future__ import annotations

import pytest

from siyu.store.engines import duck
from siyu.store.engines.duck import DuckWarehouse
from siyu.store.tables import BY_NAME, IDENTIFIER, IDENTITY, SUPERSEDED
from siyu.store.warehouse import Warehouse
from tests.engines.conftest import Opener
from tests.engines.rows import filled, identities, orders, superseded

ORDERS = BY_NAME["orders"]


def consumers(warehouse: Warehouse) -> dict[int, int | None]:
    return {row["identifier_id"]: row["consumer_id"] for row in warehouse.rows(IDENTITY.expr())}


def paid(warehouse: Warehouse) -> list[int]:
    return sorted(row["paid_amount"] for row in warehouse.rows(warehouse.in_force("orders")))


def test_append_adds_arrow_and_expressions(warehouse: Warehouse):
    warehouse.append(IDENTITY, identities((1, 1)))
    shifted = IDENTITY.expr().mutate(identifier_id=IDENTITY.expr().identifier_id + 1)
    warehouse.append(IDENTITY, shifted.select("consumer_id", "identity_version", "identifier_id"))
    assert consumers(warehouse) == {1: 1, 2: 1}


def test_facts_are_appended_from_an_expression_that_reads_them(warehouse: Warehouse):
    warehouse.append(ORDERS, orders(1, 5, 6))
    known = ORDERS.expr()
    warehouse.append(ORDERS, known.mutate(load_id=known.load_id + 1, fact_id=known.fact_id + 100))
    assert paid(warehouse) == [5, 5, 6, 6]
    assert warehouse.load_ids() == {1, 2}


def test_replace_from_an_expression_that_reads_the_same_table(warehouse: Warehouse):
    warehouse.append(IDENTITY, identities((1, 1), (2, 2)))
    same = IDENTITY.expr()
    warehouse.replace(IDENTITY, same.filter(same.identifier_id > 1).mutate(consumer_id=same.consumer_id * 10))
    assert consumers(warehouse) == {2: 20}


def test_a_replace_that_fails_leaves_the_old_rows(warehouse: Warehouse):
    warehouse.append(IDENTITY, identities((1, 1)))
    same = IDENTITY.expr()
    with pytest.raises(Exception, match=r"(?i)overflow|out of range"):
        warehouse.replace(IDENTITY, same.mutate(consumer_id=(same.identifier_id + 2**62) * 4))
    assert consumers(warehouse) == {1: 1}


def test_replace_where_touches_only_the_keys(warehouse: Warehouse):
    warehouse.append(IDENTITY, identities((1, 1), (2, 1), (3, 3), (4, None)))
    keys = warehouse.scratch("keys", identities((9, 1), (9, 5))).select("consumer_id")
    warehouse.replace_where(IDENTITY, "consumer_id", keys, identities((1, 7)))
    assert consumers(warehouse) == {1: 7, 3: 3, 4: None}


def test_replace_where_takes_rows_computed_from_the_table(warehouse: Warehouse):
    warehouse.append(IDENTITY, identities((1, 1), (2, 2)))
    same = IDENTITY.expr()
    chosen = same.filter(same.identifier_id == 2)
    warehouse.replace_where(IDENTITY, "identifier_id", chosen.select(key="identifier_id"),
                            chosen.mutate(consumer_id=same.consumer_id + 40))
    assert consumers(warehouse) == {1: 1, 2: 42}


def test_corrected_facts_are_no_longer_in_force(warehouse: Warehouse):
    warehouse.append(ORDERS, orders(1, 5, 6))
    assert paid(warehouse) == [5, 6]
    warehouse.append(ORDERS, orders(2, 7))
    warehouse.append(SUPERSEDED, superseded(orders(1, 5).column("fact_id")[0].as_py(), 0, load_id=2))
    assert paid(warehouse) == [6, 7]
    assert warehouse.count(ORDERS) == 3


def test_dropping_a_load_takes_all_its_facts_and_brings_back_what_it_corrected(warehouse: Warehouse):
    warehouse.append(ORDERS, orders(1, 5))
    warehouse.append(ORDERS, orders(2, 7))
    warehouse.append(IDENTIFIER, filled(IDENTIFIER, {"identifier_id": 1, "load_id": 2}))
    warehouse.append(SUPERSEDED, superseded(orders(1, 5).column("fact_id")[0].as_py(), 0, load_id=2))
    assert (paid(warehouse), warehouse.load_ids()) == ([7], {1, 2})
    warehouse.drop_loads([2, 99])
    assert (paid(warehouse), warehouse.load_ids(), warehouse.count(IDENTIFIER)) == ([5], {1}, 0)


def test_writes_inside_a_transaction_are_seen_by_what_follows_in_it(warehouse: Warehouse):
    with warehouse.transaction():
        warehouse.replace(IDENTITY, identities((1, 1)))
        with warehouse.transaction():
            warehouse.append(IDENTITY, identities((2, 2)))
        assert sum(batch.num_rows for batch in warehouse.batches(IDENTITY.expr())) == 2
    assert consumers(warehouse) == {1: 1, 2: 2}


def test_a_checkpoint_empties_the_log_and_loses_nothing(warehouse: Warehouse):
    warehouse.append(BY_NAME["orders"], orders(1))
    warehouse.append(IDENTITY, identities((1, 2)))
    warehouse.checkpoint()
    assert warehouse.arrow(IDENTITY.expr()).equals(identities((1, 2)))
    assert log_of(warehouse) == 0


def log_of(warehouse: Warehouse) -> int:
    """Bytes of the log; engines without one have none."""
    log = warehouse.path.with_name(warehouse.path.name + ".wal") if isinstance(warehouse, DuckWarehouse) else None
    return log.stat().st_size if log and log.exists() else 0


@pytest.mark.parametrize("worth", [0, 2**40])
def test_what_is_only_read_does_not_wait_for_a_checkpoint(warehouse: Warehouse, monkeypatch, worth: int):
    monkeypatch.setattr(duck, "LOG_WORTH", worth)
    warehouse.append(IDENTITY, identities((1, 2)))
    before = log_of(warehouse)
    with warehouse.checkpointing():
        kept = warehouse.scratch("kept", IDENTITY.expr())
        assert warehouse.arrow(kept).equals(identities((1, 2)))
    assert log_of(warehouse) == (before if worth else 0)
    with pytest.raises(ZeroDivisionError), warehouse.checkpointing():
        raise ZeroDivisionError
    warehouse.append(IDENTITY, identities((3, 4)))
    assert consumers(warehouse) == {1: 2, 3: 4}


def test_no_checkpoint_is_made_inside_a_transaction(warehouse: Warehouse, monkeypatch):
    monkeypatch.setattr(duck, "LOG_WORTH", 0)
    with warehouse.transaction():
        warehouse.append(IDENTITY, identities((1, 2)))
        with warehouse.checkpointing():
            assert consumers(warehouse) == {1: 2}
    assert consumers(warehouse) == {1: 2}


def test_facts_of_a_transaction_that_fails_are_gone(warehouse: Warehouse):
    def fail() -> None:
        with warehouse.transaction():
            warehouse.append(ORDERS, orders(2, 6))
            raise ZeroDivisionError

    warehouse.append(ORDERS, orders(1, 5))
    with pytest.raises(ZeroDivisionError):
        fail()
    assert (paid(warehouse), warehouse.load_ids()) == ([5], {1})


def test_scratch_grows_and_is_replaced_by_rows_that_read_it(warehouse: Warehouse):
    kept = warehouse.scratch("kept", identities((1, 1)))
    warehouse.append_scratch("kept", identities((2, 2)))
    warehouse.append_scratch("kept", kept.mutate(identifier_id=kept.identifier_id + 10))
    assert sorted(row["identifier_id"] for row in warehouse.rows(kept)) == [1, 2, 11, 12]
    kept = warehouse.scratch("kept", kept.filter(kept.identifier_id > 10))
    assert warehouse.count(kept) == 2


def test_scratch_stands_when_what_it_was_made_from_changes(warehouse: Warehouse):
    warehouse.append(IDENTITY, identities((1, 1)))
    kept = warehouse.scratch("kept", IDENTITY.expr())
    warehouse.replace(IDENTITY, identities())
    assert warehouse.count(kept) == 1


def test_dropped_scratch_is_gone_and_scratch_does_not_outlive_the_process(opener: Opener):
    first = opener()
    kept, other = (first.scratch(name, identities((1, 1))) for name in ("kept", "other"))
    first.drop_scratch("kept", "never_made")
    assert first.count(other) == 1
    with pytest.raises(Exception, match="kept"):
        first.count(kept)
    first.close()
    again = opener()
    with pytest.raises(Exception, match="other"):
        again.count(other)
    again.close()


def test_a_scratch_table_cannot_hide_a_declared_one(warehouse: Warehouse):
    with pytest.raises(AssertionError, match="declared"):
        warehouse.scratch("identity", identities())


def test_what_is_told_of_a_kind_holds_until_its_facts_change(warehouse: Warehouse):
    assert not warehouse.has_facts("orders")
    warehouse.append(ORDERS, orders(1, 5, 6))
    assert warehouse.has_facts("orders")
    warehouse.drop_loads([1])
    assert not warehouse.has_facts("orders")


def test_what_is_told_of_corrections_holds_until_they_change(warehouse: Warehouse):
    warehouse.append(ORDERS, orders(1, 5, 6))
    corrected = superseded(orders(1, 5).column("fact_id")[0].as_py(), 0, load_id=2)
    assert paid(warehouse) == [5, 6]
    warehouse.append(SUPERSEDED, corrected)
    assert paid(warehouse) == [6]
    every = SUPERSEDED.expr()
    warehouse.replace_where(SUPERSEDED, "load_id", every.select("load_id"), every.filter(every.load_id > 2))
    assert paid(warehouse) == [5, 6]
    warehouse.replace(SUPERSEDED, corrected)
    assert paid(warehouse) == [6]
