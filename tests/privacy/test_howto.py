"""The page on erasing and copies: its commands, run as they stand, do what it says."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from siyu.cli.main import run
from tests.docs.test_pages import ROOT, commands
from tests.sources.arrivals import csv

PAGE = ROOT / "docs" / "how-to" / "erase-a-person.md"
PHONE = "13800001234"


def test_the_page_runs_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.chdir(tmp_path)
    members = csv(tmp_path, "members.csv", f"joined_at,id.phone,id.member_card\n2026-01-01,{PHONE},c1")
    assert [run(["init", "my-brand"]), run(["load", str(members), "-C", "my-brand"])] == [0, 0]
    capsys.readouterr()
    told = {}
    for command in commands(PAGE):
        assert run(shlex.split(command)[1:]) == 0, command
        told[command] = capsys.readouterr()
    assert [command for command, said in told.items() if PHONE in said.out + said.err] == []
    assert f"+86{PHONE}" in {one["value"] for one in json.loads((tmp_path / "copy.json").read_text())["identifiers"]}
    assert run(["load", str(members), "-C", "my-brand"]) == 0
    capsys.readouterr()
    assert run(["query", "SELECT * FROM members", "--json", "-C", "my-brand"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == []
