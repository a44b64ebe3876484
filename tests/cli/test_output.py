"""What commands print."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.cli import errors, output
from siyu.core.errors import SiyuError


@given(st.integers())
def test_json_never_loses_a_digit_of_an_id(number: int):
    shown = json.loads(json.dumps(output.plain({"id": number})))["id"]
    assert int(shown) == number
    assert isinstance(shown, str) == (abs(number) > 2**53)


def test_values_of_every_kind_become_json():
    value = {
        "a": dt.date(2026, 6, 30),
        "b": Path("x"),
        "c": float("nan"),
        "d": (1, None, True),
        "e": b"\x01",
        "f": Decimal("1.50"),
        "g": Decimal(7),
    }
    assert output.plain(value) == {
        "a": "2026-06-30",
        "b": "x",
        "c": None,
        "d": [1, None, True],
        "e": "01",
        "f": 1.5,
        "g": 7,
    }


def test_short_work_says_nothing_where_there_is_no_terminal(capfd):
    with output.progress() as tell:
        tell("links")
        tell("orders.csv", 0.5)
    assert capfd.readouterr() == ("", "")


def test_long_work_names_each_step_once(capfd, monkeypatch):
    monkeypatch.setattr(output, "QUIET_SECONDS", 0.0)
    with output.progress() as tell:
        for share in (0.1, 0.6, None):
            tell("orders.csv", share)
    assert capfd.readouterr().err.count("orders.csv") == 1


def test_brackets_in_a_table_are_text(capfd):
    output.table("Of [/all]", ("[/meaning]",), [("intervals [started_at, ended_at)",)])
    shown = capfd.readouterr().out
    assert all(text in shown for text in ("Of [/all]", "[/meaning]", "[started_at, ended_at)"))


HEADS = ("touchpoint", *(f"a long head of {n}" for n in range(9)))


def test_where_heads_do_not_fit_they_are_folded_and_no_figure_is_cut(capfd):
    output.table("", HEADS, [("live room", *["1,234.50"] * 9)])
    shown = capfd.readouterr().out
    assert shown.count("1,234.50") == 9
    assert "live room" in shown
    assert max(map(len, shown.splitlines())) <= output.PIPED_WIDTH


def test_where_figures_do_not_fit_beside_each_other_a_row_is_a_list(capfd, monkeypatch):
    monkeypatch.setattr(output, "PIPED_WIDTH", 80)
    output.table("Sums", HEADS, [("live room", *["1,234.50"] * 9)])
    shown = capfd.readouterr().out.splitlines()
    assert shown[:3] == ["Sums", "live room", "  a long head of 0: 1,234.50"]


def test_a_figure_that_is_not_known_leaves_its_column_one_of_figures(capfd):
    output.table("", ("name", "share of them"), [("a", "-"), ("b", "12.5%")])
    assert "│             - │" in capfd.readouterr().out


ORDERS = "\x1b[31mred\x1b]0;pwn\x07 \x9b2J\x7f\u202eabc\u2066"


@pytest.mark.parametrize("width", [160, 12])
def test_what_data_holds_gives_no_orders_to_a_terminal(capfd, monkeypatch, width):
    monkeypatch.setattr(output, "PIPED_WIDTH", width)
    output.table(f"Of {ORDERS}", ("store", f"head {ORDERS}"), [(ORDERS, 1), ("two\nlines", 2)])
    output.say(f"No category {ORDERS}.")
    output.suggest(f"siyu potential --category {ORDERS}", "again")
    errors.explain(SiyuError(f"There is no [{ORDERS}].", remedy=f"Name another than {ORDERS}."))
    shown = capfd.readouterr()
    for text in shown:
        assert r"\x1b[31mred" in text
        assert not [c for c in text if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u202e\u2066")]


def test_what_is_spelled_out_leaves_the_frame_of_a_table_straight(capfd):
    output.table("", ("store", "n"), [(ORDERS, 1), ("Wu", 2)])
    assert len({len(line) for line in capfd.readouterr().out.splitlines()}) == 1


def test_a_terminal_still_gets_its_colours_and_bars(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    console = output.err()
    with console.capture() as told:
        console.print("red", ORDERS, style="bold red")
    assert told.get().startswith("\x1b[1;31mred")
    assert "\x1b]0;" not in told.get()


def test_json_keeps_what_it_was_given(capfd):
    output.emit({"store": ORDERS})
    assert json.loads(capfd.readouterr().out) == {"store": ORDERS}
