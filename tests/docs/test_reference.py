"""The reference is the code: every command, setting, table, kind and metric has its line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from siyu.cli.docs import PAGES, walk
from siyu.measures.measure import measure
from siyu.measures.registry import BUILT_IN
from siyu.measures.results import figures
from tests.plain import load_plain

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
CONTRACT = (
    *("init", "demo", "simulate", "load", "coverage", "resolve", "measure", "report", "daily", "query", "tables"),
    *("metrics", "settings", "check", "rebuild"),
    *("consent declare", "identity show", "identity unlink", "identity review"),
)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_reference_equals_the_code(name: str):
    assert (REFERENCE / f"{name}.md").read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


def test_the_names_of_commands_are_a_contract():
    named = {name for name, _ in walk()}
    assert {f"siyu {name}" for name in CONTRACT} <= named


def test_every_command_and_option_says_what_it_does():
    silent = [name for name, command in walk() if not command.help or any(not p.help for p in command.params)]
    assert silent == []


def test_every_figure_of_the_document_is_declared_and_every_declared_one_is_there(workspace, shared: Path):
    load_plain(workspace, shared / "oracles" / "brand_11")
    document = measure(workspace, as_of=dt.date(2026, 6, 30), now=dt.datetime(2026, 7, 2, tzinfo=dt.UTC))
    found = {".".join(path.split(".")[: 2 if path.startswith("fast.") else 3]) for path, *_ in figures(document)}
    assert found | {"fast_plus.A.transitions"} == {figure.code for figure in BUILT_IN.figures}
