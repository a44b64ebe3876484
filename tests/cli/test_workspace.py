"""init, settings, tables, query, check."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from siyu.core.settings import SETTINGS
from siyu.store.tables import TABLES


def test_init_makes_a_commented_settings_file_and_a_private_key_file(brand: Path):
    assert "# IANA time zone" in (brand / "siyu.toml").read_text(encoding="utf-8")
    assert stat.S_IMODE((brand / "secret.keys").stat().st_mode) == 0o600


def test_init_refuses_a_workspace_and_leaves_it_as_it_is(siyu, brand: Path):
    keys = (brand / "secret.keys").read_bytes()
    again = siyu("init", brand)
    assert again.code == 2
    assert "already a workspace" in again.err
    assert (brand / "secret.keys").read_bytes() == keys


def test_all_mistakes_of_the_settings_are_told_together_with_a_guess(siyu, brand: Path):
    (brand / "siyu.toml").write_text('[brand]\nzon = "Asia/Shanghai"\ncurrency = "yuan"\n', encoding="utf-8")
    ran = siyu("check", "-C", brand)
    assert ran.code == 2
    assert "Did you mean 'brand.zone'?" in ran.err
    assert "ISO code" in ran.err


def test_settings_prints_every_setting_even_outside_a_workspace(siyu, tmp_path: Path):
    ran = siyu("settings", "-C", tmp_path, "--json")
    assert {row["name"] for row in ran.json["settings"]} == {s.name for s in SETTINGS}


def test_tables_is_the_data_dictionary(siyu):
    assert [t["name"] for t in siyu("tables", "--json").json["tables"]] == [t.name for t in TABLES]


def test_an_unknown_table_gets_a_guess(siyu):
    ran = siyu("tables", "order")
    assert ran.code == 2
    assert "Did you mean 'orders'?" in ran.err


def test_query_writes_lengths_of_time_as_their_standard_does(siyu, brand: Path):
    sql = "SELECT INTERVAL 2 MONTH + INTERVAL 3 DAY AS long, [INTERVAL 90 SECOND] AS several"
    assert siyu("query", sql, "-C", brand, "--json").json["rows"] == [{"long": "P2M3D", "several": ["PT90S"]}]
    assert "P2M3D" in siyu("query", sql, "-C", brand).out


def test_query_gives_columns_and_rows_with_large_ids_as_strings(siyu, brand: Path):
    ran = siyu("query", "SELECT 9007199254740993 AS id, 7 AS n, DATE '2026-06-30' AS day", "-C", brand, "--json")
    assert ran.json == {
        "columns": ["id", "n", "day"],
        "rows": [{"id": "9007199254740993", "n": 7, "day": "2026-06-30"}],
    }


@pytest.mark.parametrize("sql", ["SELECT DATE '99999-01-01' AS x", "SELECT 'infinity'::TIMESTAMP AS x"])
def test_a_day_that_has_no_date_here_is_told(siyu, brand: Path, sql: str):
    ran = siyu("query", sql, "-C", brand)
    assert (ran.code, "outside the years 1 to 9999" in ran.err) == (2, True)


def test_query_refuses_what_writes(siyu, brand: Path):
    ran = siyu("query", "DROP TABLE orders", "-C", brand)
    assert ran.code == 2
    assert "one SELECT" in ran.err


def test_check_prints_an_ok_for_every_question(siyu, brand: Path):
    ran = siyu("check", "-C", brand)
    assert ran.code == 0
    assert ran.out.count("OK") >= 6


def test_check_says_that_keys_are_open_to_others(siyu, brand: Path):
    (brand / "secret.keys").chmod(0o644)
    ran = siyu("check", "-C", brand, "--json")
    assert ran.code == 1
    assert [c["name"] for c in ran.json["checks"] if not c["fine"]] == ["keys"]


def test_init_over_a_file_is_refused(siyu, tmp_path: Path):
    (tmp_path / "a.csv").touch()
    ran = siyu("init", tmp_path / "a.csv")
    assert (ran.code, "is a file; expected a folder" in ran.err) == (2, True)


@pytest.mark.parametrize(("place", "told"), [
    ("a.csv/brand", "a.csv/brand cannot be made: Not a directory"), ("what?", "what? cannot hold a workspace"),
    ("d\udce9", "its path is not UTF-8"),
])  # fmt: skip
def test_init_where_no_workspace_can_be_is_refused(siyu, tmp_path: Path, place: str, told: str):
    (tmp_path / "a.csv").touch()
    ran = siyu("init", tmp_path / place)
    assert (ran.code, told in ran.err, [path.name for path in tmp_path.iterdir()]) == (2, True, ["a.csv"])


@pytest.mark.parametrize("name", ["b c", "b%20c", "h#y", "~t", "d'q", "[x]*", "品牌"])
def test_a_workspace_lies_in_the_folder_that_was_named_and_no_other(siyu, tmp_path: Path, monkeypatch, name: str):
    monkeypatch.chdir(tmp_path)
    for folder in ("b c", name):
        if not Path(folder).exists():
            assert siyu("init", folder).code == 0
    assert siyu("check", "-C", name).code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"b c", name}
    assert {"operations.sqlite", "warehouse.duckdb"} <= {path.name for path in (tmp_path / name).iterdir()}


def test_the_next_command_can_be_pasted(siyu, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "siyu load FILES -C 'my brand'" in siyu("init", "my brand").err
