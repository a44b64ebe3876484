"""The data dictionary: every table and column named once, typed and explained."""

from __future__ import annotations

import ibis
import pytest

from siyu.core.kinds import KINDS
from siyu.store.tables import ARROW, BY_NAME, IBIS, TABLES, Table


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_and_its_columns_are_explained_and_its_key_exists(table: Table):
    assert table.meaning.endswith(".")
    assert all(column.meaning.endswith(".") for column in table.columns)
    assert len(set(table.column_names)) == len(table.columns)
    assert table.key
    assert set(table.key) <= set(table.column_names)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_arrow_and_ibis_agree_on_types(table: Table):
    assert ibis.Schema.from_pyarrow(table.schema) == table.expr().schema()


def test_names_are_used_once_and_every_kind_has_its_table():
    assert len(BY_NAME) == len(TABLES)
    assert {kind.name for kind in KINDS} <= set(BY_NAME)
    assert set(ARROW) == set(IBIS)


def test_facts_know_the_load_that_brought_them():
    assert all("load_id" in table.column_names for table in TABLES if table.fact)
    assert not any("load_id" in table.column_names for table in TABLES if not table.fact)
