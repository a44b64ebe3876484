"""`siyu --help`: every command with a line of its own, and nothing that has to be waited for."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer

from siyu.cli.main import COMMANDS, NOUNS, application

LINE = 80


@pytest.mark.parametrize("noun", NOUNS)
def test_a_module_has_the_commands_that_the_overview_names(noun):
    registered = typer.main.get_command(application((noun,)))
    assert list(registered.commands) == list(NOUNS[noun])  # type: ignore[attr-defined]


@pytest.mark.parametrize("asked", [("--help",), ("-h",), ()])
def test_the_overview_has_a_whole_line_for_every_command(siyu, asked):
    ran = siyu(*asked)
    text = (ran.out + ran.err).split("Commands:\n")[1]
    listed = [line for line in text.splitlines() if line.startswith("  ")]
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert all(line.endswith(".") and "..." not in line and len(line) < LINE for line in listed)


@pytest.mark.parametrize("asked", ["--help", "--version"])
def test_neither_help_nor_version_waits_for_an_engine(asked):
    code = (f"import sys; from siyu.cli.main import run; code = run([{asked!r}]);"
            "print({'duckdb', 'ibis', 'sqlalchemy', 'numpy'} & set(sys.modules)); sys.exit(code)")  # fmt: skip
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.endswith("set()\n")
