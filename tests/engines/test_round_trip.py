"""What goes in comes out: nulls, integers no float holds, texts, bytes, flags; after reopening too."""

from __future__ import annotations

import pyarrow as pa
import pytest

from siyu.store.tables import BY_NAME, CONSUMER, DAILY_SERIES, IDENTIFIER, IDENTITY, TABLES
from siyu.store.warehouse import Warehouse
from tests.breadth import wide
from tests.engines.conftest import Opener
from tests.engines.rows import ABOVE_FLOAT, filled, identities, orders


def test_nulls_and_integers_no_float_holds_survive(warehouse: Warehouse):
    given = identities((ABOVE_FLOAT, None), (2**63 - 1, ABOVE_FLOAT), (1, -(2**53) - 1))
    warehouse.append(IDENTITY, given)
    assert warehouse.arrow(IDENTITY.expr()).sort_by("identifier_id") == given.sort_by("identifier_id")


def test_they_survive_an_expression_and_scratch(warehouse: Warehouse):
    kept = warehouse.scratch("kept", identities((ABOVE_FLOAT, None), (3, ABOVE_FLOAT)))
    warehouse.replace(IDENTITY, kept.mutate(identity_version=kept.consumer_id))
    found = {row["identifier_id"]: row["identity_version"] for row in warehouse.rows(IDENTITY.expr())}
    assert found == {ABOVE_FLOAT: None, 3: ABOVE_FLOAT}


def test_texts_bytes_flags_and_numbers_survive(warehouse: Warehouse):
    texts = ["", "it's \"quoted\" `so`", "back\\slash ${x} %s", "线\n行\t思域 🛒", None]
    named = filled(IDENTIFIER, *({"identifier_id": i, "masked": text, "cipher": bytes([0, 255, i]), "load_id": 1}
                                 for i, text in enumerate(texts)))
    flags = filled(CONSUMER, *({"consumer_id": i, "has_phone": flag} for i, flag in enumerate([True, False, None])))
    numbers = filled(DAILY_SERIES, *({"day": -i, "value": v} for i, v in enumerate([0.1, 1e300, -0.0, None])))
    for table, rows in ((IDENTIFIER, named), (CONSUMER, flags), (DAILY_SERIES, numbers)):
        warehouse.append(table, rows)
        key = table.column_names[0]
        assert warehouse.arrow(table.expr()).sort_by(key).equals(rows.sort_by(key))


def test_a_text_in_an_expression_is_taken_as_it_stands(warehouse: Warehouse):
    nasty = "it's \\ ${x} \"线\""
    warehouse.append(IDENTIFIER, filled(IDENTIFIER, {"identifier_id": 1, "masked": nasty, "load_id": 1}))
    expression = IDENTIFIER.expr()
    assert warehouse.count(expression.filter(expression.masked == nasty)) == 1


def test_an_empty_warehouse_answers_for_every_table(warehouse: Warehouse):
    for table in (TABLES if warehouse.dialect == "duckdb" else (BY_NAME["orders"], IDENTITY)):
        assert warehouse.arrow(table.expr()).schema == table.schema
        assert warehouse.count(table) == 0


def test_writing_no_rows_leaves_an_empty_table(warehouse: Warehouse):
    warehouse.append(BY_NAME["orders"], orders(1))
    warehouse.replace(IDENTITY, identities())
    assert (warehouse.count(BY_NAME["orders"]), warehouse.count(IDENTITY)) == (0, 0)


def test_columns_are_matched_by_name_and_widened(warehouse: Warehouse):
    given = pa.table({"identity_version": pa.array([7], pa.int8()), "consumer_id": [2], "identifier_id": [1]})
    warehouse.append(IDENTITY, given)
    assert warehouse.row(IDENTITY.expr()) == {"identifier_id": 1, "consumer_id": 2, "identity_version": 7}


def test_a_stream_of_batches_is_appended_whole(warehouse: Warehouse):
    rows = pa.concat_tables([orders(1, 5, 6), orders(2, 7)])
    warehouse.append(BY_NAME["orders"], pa.RecordBatchReader.from_batches(rows.schema, rows.to_batches(1)))
    assert sorted(row["paid_amount"] for row in warehouse.rows(BY_NAME["orders"].expr())) == [5, 6, 7]


def test_reopening_sees_the_same_rows(opener: Opener):
    first = opener()
    first.append(BY_NAME["orders"], orders(1, ABOVE_FLOAT, None))
    first.replace(IDENTITY, identities((1, 1)))
    first.close()
    again = opener()
    assert {row["paid_amount"] for row in again.rows(BY_NAME["orders"].expr())} == {ABOVE_FLOAT, None}
    assert again.count(IDENTITY) == 1
    again.close()


@pytest.mark.parametrize("size", wide([2, 1, 100], always=1))
def test_batches_give_every_row_once(warehouse: Warehouse, size: int):
    kept = warehouse.scratch("kept", identities(*((i, None) for i in range(5))))
    batches = list(warehouse.batches(kept, rows=size))
    assert sorted(i for batch in batches for i in batch.column("identifier_id").to_pylist()) == [0, 1, 2, 3, 4]
    assert all(0 < batch.num_rows <= size and batch.schema == IDENTITY.schema for batch in batches)


def test_writing_between_two_batches_disturbs_neither(warehouse: Warehouse):
    warehouse.append(IDENTITY, identities((1, None), (2, None)))
    seen = []
    for batch in warehouse.batches(IDENTITY.expr(), rows=1):
        seen += batch.column("identifier_id").to_pylist()
        warehouse.append(IDENTITY, identities((10 + len(seen), None)))
    assert sorted(seen) == [1, 2]
    assert warehouse.count(IDENTITY) == 4
