"""The data dictionary: every table and column named once, typed and explained."""

from __future__ import annotations

import pytest

from siyu.core.kinds import KINDS
from siyu.store.tables import BY_NAME, LEVELS, NAMING, TABLES, Table


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_and_its_columns_are_explained_and_its_key_exists(table: Table):
    assert table.meaning.endswith(".")
    assert all(column.meaning.endswith(".") for column in table.columns)
    assert len(set(table.column_names)) == len(table.columns)
    assert table.key
    assert set(table.key) <= set(table.column_names)


def test_names_are_used_once_and_every_kind_has_its_table():
    assert len(BY_NAME) == len(TABLES)
    assert {kind.name for kind in KINDS} <= set(BY_NAME)


def test_facts_know_the_load_that_brought_them():
    assert all("load_id" in table.column_names for table in TABLES if table.fact)
    assert not any("load_id" in table.column_names for table in TABLES if not table.fact)


# -- how sensitive they are


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_has_a_level_and_none_that_tells_of_people_is_public(table: Table):
    levels = {column.name: table.level_of(column) for column in table.columns}
    assert set(levels.values()) <= set(LEVELS)
    naming = [name for name in table.column_names if name in NAMING or name.endswith(("identifier_id", "consumer_id"))]
    assert {levels[name] for name in naming} <= {"personal", "sensitive"}
    if naming:
        assert "public" not in levels.values()
    assert table.level == max(levels.values(), key=list(LEVELS).index)


def test_values_of_identifiers_and_what_people_write_are_sensitive():
    found = {(t.name, c.name) for t in TABLES for c in t.columns if t.level_of(c) == "sensitive"}
    written = {(kind.name, field.column) for kind in KINDS for field in kind.fields if field.free_text}
    ciphers = {(t.name, c.name) for t in TABLES for c in t.columns if c.type == "bytes"}
    held = {("identifier", "key"), ("identifier", "key_word"), ("identifier", "masked"),
            ("members", "gender"), ("members", "birthday_month")}  # fmt: skip
    assert found == written | ciphers | held


def test_what_is_public_tells_of_goods_and_industries():
    assert {t.name for t in TABLES if "public" in map(t.level_of, t.columns)} == {"products", "benchmarks"}
