"""The page on backups is run as it is written."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from siyu.store.workspace import open_workspace
from tests.cli.conftest import Siyu
from tests.docs.test_pages import ROOT, commands

PAGE = ROOT / "docs" / "how-to" / "back-up-and-restore.md"


def test_the_page_runs_as_it_is_written(siyu: Siyu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text("order_id,paid_at,paid_amount,id.phone\n1,2026-06-01,5,13800000001\n")
    assert (siyu("init", "my-brand").code, siyu("load", "orders.csv", "-C", "my-brand").code) == (0, 0)
    for folder in ("safe", "backups"):
        (tmp_path / folder).mkdir()
    shutil.copy("my-brand/secret.keys", "safe/my-brand.keys")
    for command in commands(PAGE):
        ran = siyu(*shlex.split(command)[1:])
        assert ran.code in (0, 1 if "check" in command else 0), (command, ran.err)  # an unresolved load is told
    with open_workspace(tmp_path / "restored") as restored:
        assert restored.operations.committed_loads() == [1]
