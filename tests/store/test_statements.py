"""Statements that were kept say what the compiler would say."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.store import sql, statements
from siyu.store.statements import Statements

ORDERS = ibis.table({"id": "int64", "day": "int32", "at": "int64", "note": "string"}, name="orders")
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 40_000) | st.sampled_from([999, 1000, 20_011, 20_028])


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Statements:
    """Statements that nobody has kept yet."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return Statements(tmp_path / "texts")


def asked(kept: Statements, expression: ir.Table, *, anew: list[str] | None = None) -> str:
    """What these statements say of an expression; `anew` gathers what the compiler was asked for."""

    def compiled(shown: ir.Expr) -> str:
        text = sql.compiled(shown, "duckdb")
        if anew is not None:
            anew.append(text)
        return text

    return kept.of(expression, "duckdb", compiled)


def example(first: int, last: int, since: int, word: str = "paid", most: int = 5) -> ir.Table:
    rows = ORDERS.filter(ORDERS.day.between(first, last), ORDERS.at >= since, ORDERS.note == word)
    return rows.mutate(age=last - rows.day, share=rows.id * 0.5).limit(most)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, st.text(max_size=3)), min_size=2, max_size=4))
def test_whatever_the_numbers_and_texts_it_is_what_the_compiler_says(tmp_path_factory, calls):
    kept = Statements(tmp_path_factory.mktemp("kept") / "texts")
    for first, last, since, word in calls:
        expression = example(first, last, since, word)
        assert asked(kept, expression) == sql.compiled(expression, "duckdb")


def test_a_shape_that_comes_back_is_known_to_all_processes(kept: Statements, tmp_path: Path):
    anew: list[str] = []
    for day in (20_000, 20_001):
        expression = example(day, day + 30, day * 10**11)
        assert asked(kept, expression, anew=anew) == sql.compiled(expression, "duckdb")
    kept.keep()
    later = example(20_500, 20_900, 10**15)
    assert asked(Statements(tmp_path / "texts"), later, anew=anew) == sql.compiled(later, "duckdb")
    assert len(anew) == 3  # as they are, and the second with marks in its gaps


OTHERS = (
    example(20_000, 20_000, 10**15), example(20_000, 20_030, 10**9), example(20_000, 999, 10**15),
    example(20_000, 20_030, 10**15, "order"), example(20_000, 20_030, 10**15, most=6), example(40_000, 20_030, 10**15),
    example(20_000, 20_030, 10**15).distinct(), ORDERS.filter(ORDERS.day >= 20_000),
    ORDERS.filter(ORDERS.at > 20_000), ORDERS.rename(other="day").filter(ibis._.other > 20_000),
)  # fmt: skip


@pytest.mark.parametrize("other", range(len(OTHERS)))
def test_what_differs_in_anything_else_is_another_shape(kept: Statements, other: int):
    for expression in (example(20_000, 20_030, 10**15), ORDERS.filter(ORDERS.day > 20_000), OTHERS[other]):
        assert asked(kept, expression) == sql.compiled(expression, "duckdb")


def test_of_too_many_numbers_nothing_is_kept(kept: Statements):
    for first in (1_000, 2_000):
        expression = ORDERS.filter(ORDERS.day.isin(range(first, first + 900)))
        assert asked(kept, expression) == sql.compiled(expression, "duckdb")


def test_a_text_that_looks_like_a_mark_is_compiled_each_time(kept: Statements):
    for day in (20_000, 20_001):
        anew: list[str] = []
        expression = example(day, day, 10**15, "a 20011 b")
        assert asked(kept, expression, anew=anew) == sql.compiled(expression, "duckdb")
        assert len(anew) == 1


@pytest.mark.parametrize("damaged", [
    lambda text: "", lambda text: text[:-9], lambda text: text.replace("orders", "relations"),
    lambda text: text[1:], lambda text: "[]", lambda text: "\udc80"],
    ids=["empty", "short", "other words", "beheaded", "unsealed", "no text"])  # fmt: skip
def test_a_file_of_others_or_a_damaged_one_is_none(kept: Statements, tmp_path: Path, damaged: Callable[[str], str]):
    expression = example(20_000, 20_030, 10**15)
    for _time in range(2):
        asked(kept, expression)
    kept.keep()
    path = tmp_path / "texts"
    path.write_text(damaged(path.read_text(encoding="utf-8")), encoding="utf-8", errors="surrogateescape")
    again, anew = Statements(path), list[str]()
    for _time in range(2):
        assert asked(again, expression, anew=anew) == sql.compiled(expression, "duckdb")
    assert len(anew) == 3
    again.keep()
    asked(Statements(path), expression, anew=(later := list[str]()))
    assert later == []


def test_what_two_processes_keep_at_once_is_kept_by_both(tmp_path: Path, kept: Statements):
    other = Statements(tmp_path / "texts")
    asked(kept, example(1, 2, 3))
    asked(other, ORDERS.distinct())
    kept.keep()
    other.keep()
    anew: list[str] = []
    for expression in (example(1, 2, 3), ORDERS.distinct()):
        asked(Statements(tmp_path / "texts"), expression, anew=anew)
    assert anew == []
    assert os.listdir(tmp_path) == ["texts"]


@pytest.mark.parametrize("word", [
    "13911112222", "张13911112222", "１３９１１１１２２２２", "zoe@brand.example", "Zoë Quux"])  # fmt: skip
def test_words_that_are_not_of_the_package_are_not_kept(tmp_path: Path, kept: Statements, word: str):
    assert word in asked(kept, example(1, 2, 3, word))
    kept.made(word, lambda: [f"SELECT '{word}' AS \"o'clock\"", "said"])
    asked(kept, example(1, 2, 3, "phone"))
    kept.keep()
    (text,) = json.loads((tmp_path / "texts").read_text(encoding="utf-8").partition("\n")[2]).values()
    assert "'phone'" in "".join(piece for piece in text if isinstance(piece, str))


ROWS = ibis.table({"s": "int16", "at": "int64", "note": "string", "list": "array<int64>"}, name="rows")


@pytest.mark.parametrize("worked_out", [
    lambda n: ROWS.mutate(x=ROWS.note.nth(n).over(ibis.window(order_by="at"))), lambda n: ROWS.mutate(x=ROWS.list[n]),
    lambda n: ROWS.mutate(x=ROWS.list[1000:n])], ids=["nth", "index", "slice"])  # fmt: skip
def test_numbers_that_the_compiler_works_with_are_no_gaps(kept: Statements, worked_out: Callable[[int], ir.Table]):
    for n in (4_000, 5_000, 4_000):
        expression = worked_out(n).filter(ibis._.s < n, ibis._.s < 1000)
        assert asked(kept, expression) == sql.compiled(expression, "duckdb")


def test_types_whose_names_read_alike_are_apart(kept: Statements):
    for fields in ({"a: int64, b": "int64"}, {"a": "int64", "b": "int64"}):
        expression = ibis.table({"s": dt.Struct(fields)}, name="rows").distinct().mutate(x=ibis._.s.cast("string"))
        assert asked(kept, expression) == sql.compiled(expression, "duckdb")
    assert len(kept._new) == 2


def test_where_the_code_cannot_be_looked_at_nothing_made_is_kept(kept: Statements, monkeypatch: pytest.MonkeyPatch):
    statements._code.cache_clear()
    monkeypatch.setattr(statements, "PACKAGE", Path("no such folder"))
    made: list[int] = []
    for _time in range(2):
        assert kept.made("a recipe", lambda: made.append(1) or ["text"]) == ["text"]
    statements._code.cache_clear()
    assert len(made) == 2


def test_a_link_to_nowhere_among_the_sources_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "one.py").write_text("word", encoding="utf-8")
    (tmp_path / ".#two.py").symlink_to(tmp_path / "nowhere")
    monkeypatch.setattr(statements, "PACKAGE", tmp_path)
    statements._code.cache_clear()
    assert (statements._words(), len(statements._code())) == ({"word"}, 64)
    statements._code.cache_clear()


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, kept: Statements, monkeypatch: pytest.MonkeyPatch):
    asked(kept, example(1, 2, 3))
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    kept.keep()
    assert os.listdir(tmp_path) == []


def test_what_is_made_by_a_recipe_is_made_once_by_all_processes(tmp_path: Path, kept: Statements):
    made: list[int] = []

    def make() -> list:
        made.append(1)
        return ["text", [("a", 1)]]

    assert kept.made("a recipe", make) == kept.made("a recipe", make) == ["text", [["a", 1]]]
    kept.keep()
    assert Statements(tmp_path / "texts").made("a recipe", make) == ["text", [["a", 1]]]
    assert Statements(tmp_path / "texts").made("another", make) == ["text", [["a", 1]]]
    assert len(made) == 2


def test_only_so_many_are_kept_and_the_oldest_go(tmp_path: Path, kept: Statements, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(statements, "MOST", 3)
    for word in "abcde":
        asked(kept, example(1, 2, 3, word))
    kept.keep()
    anew: list[str] = []
    for word in "abcde":
        asked(Statements(tmp_path / "texts"), example(1, 2, 3, word), anew=anew)
    assert len(anew) == 2


@pytest.mark.parametrize("place", ["no folder/texts", "file/texts"])
def test_where_nothing_can_be_kept_nothing_is_and_nothing_fails(tmp_path: Path, kept: Statements, place: str):
    (tmp_path / "file").write_text("")
    homeless = Statements(tmp_path / place)
    asked(homeless, example(1, 2, 3))
    homeless.keep()
    assert os.listdir(tmp_path) == ["file"]
