"""Refusals are explained, bugs are logged without values, and nobody sees a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from siyu.cli import errors, workspace
from siyu.core.errors import DamagedError


def test_a_folder_that_is_no_workspace_is_refused_with_what_to_do(siyu, tmp_path: Path):
    ran = siyu("check", "-C", tmp_path)
    assert ran.code == 2
    assert ran.out == ""
    assert "siyu init DIR" in ran.err


def test_the_workspace_may_be_named_before_or_after_the_command(siyu, brand: Path):
    assert siyu("-C", brand, "check").code == siyu("check", "-C", brand).code == 0


@pytest.mark.parametrize("arguments", [("lod",), ("init",), ("query",), ("check", "--jsn")])
def test_a_mistyped_command_is_refused_without_a_traceback(siyu, arguments):
    ran = siyu(*arguments)
    assert ran.code == 2
    assert "siyu --help" in ran.err
    assert "Traceback" not in ran.err


def test_a_bug_says_so_and_the_log_holds_no_values(siyu, brand: Path, monkeypatch):
    phone = str(13_800_001_230 + 4)

    def fail(_opened, _now):
        raise ValueError(f"{phone} is Lin's")

    monkeypatch.setattr(workspace.checks, "run", fail)
    ran = siyu("check", "-C", brand)
    assert ran.code == 2
    assert "bug in siyu (ValueError)" in ran.err
    log = (brand / errors.LOG).read_text(encoding="utf-8")
    assert "ValueError" in log
    assert phone not in log + ran.err


def test_an_error_raised_from_itself_has_an_end():
    error = ValueError("again")
    error.__cause__ = error
    assert errors.places(error).splitlines() == ["ValueError"]


def test_ctrl_c_is_not_a_traceback(siyu, brand: Path, monkeypatch):
    def stop(_opened, _now):
        raise KeyboardInterrupt

    monkeypatch.setattr(workspace.checks, "run", stop)
    ran = siyu("check", "-C", brand)
    assert ran.code == 130
    assert "Stopped" in ran.err


def test_a_damaged_warehouse_is_explained_and_a_rebuild_offered(capfd):
    assert errors.explain(DamagedError("warehouse.duckdb will not open: x")) == 2
    assert "siyu rebuild" in capfd.readouterr().err
