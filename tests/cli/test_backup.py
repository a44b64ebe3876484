"""`siyu backup` and `siyu restore` as an operator types them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from siyu.cli import checks
from siyu.store.workspace import KEYS_VARIABLE, open_workspace
from tests.cli.conftest import Siyu
from tests.sources.arrivals import NOW


@pytest.fixture
def loaded(siyu: Siyu, brand: Path, tmp_path: Path) -> Path:
    (tmp_path / "orders.csv").write_text("order_id,paid_at,paid_amount,id.phone\n1,2026-06-01,5,13800000001\n")
    assert siyu("load", tmp_path / "orders.csv", "-C", brand).code == 0
    return brand


def test_a_workspace_goes_into_a_folder_and_comes_back(siyu: Siyu, loaded: Path, tmp_path: Path):
    (tmp_path / "safe").mkdir()
    shutil.copy(loaded / "secret.keys", tmp_path / "copy.keys")
    made = siyu("backup", tmp_path / "safe", "--json", "-C", loaded).json
    assert (made["loads"], Path(made["file"]).parent) == (1, tmp_path / "safe")
    shutil.rmtree(loaded)

    refused = siyu("restore", made["file"], loaded)
    assert (refused.code, "--keys" in refused.err) == (2, True)
    back = siyu("restore", made["file"], loaded, "--keys", tmp_path / "copy.keys", "--json")
    assert (back.code, back.json["loads"], back.json["erased_again"]) == (0, 1, [])
    assert siyu("query", "SELECT count(*) AS n FROM orders", "--json", "-C", loaded).json["rows"] == [{"n": 1}]
    assert siyu("restore", made["file"], loaded, "--keys", tmp_path / "copy.keys").code == 2


def test_keys_of_the_environment_open_it_and_are_not_written_down(siyu: Siyu, loaded, tmp_path, monkeypatch):
    assert siyu("backup", tmp_path / "one", "-C", loaded).code == 0
    with open_workspace(loaded) as workspace:
        keys = workspace.keys
    monkeypatch.setenv(KEYS_VARIABLE, f"{keys.id_secret.hex()}:{keys.cipher_key.hex()}")
    shown = siyu("restore", tmp_path / "one", tmp_path / "again")
    assert (shown.code, "Erasures known through" in shown.err) == (0, True)
    assert not (tmp_path / "again" / "secret.keys").exists()
    assert siyu("tables", "-C", tmp_path / "again").code == 0


def test_the_cipher_key_is_rotated(siyu: Siyu, loaded: Path, tmp_path: Path):
    before = (loaded / "secret.keys").read_text(encoding="utf-8").splitlines()
    assert siyu("key", "rotate", "--json", "-C", loaded).json["resealed"]["identifiers"] == 1
    after = (loaded / "secret.keys").read_text(encoding="utf-8").splitlines()
    assert [(b == a) for b, a in zip(before, after, strict=True)][-2:] == [True, False]
    assert siyu("rebuild", "-C", loaded).code == 0


def test_the_check_says_when_the_newest_was_made(siyu: Siyu, loaded: Path, tmp_path: Path):
    with open_workspace(loaded) as workspace:
        assert _line(workspace).found.startswith("none was made")
    assert siyu("backup", tmp_path / "one", "-C", loaded).code == 0
    with open_workspace(loaded) as workspace:
        assert str(tmp_path) in _line(workspace).found


def _line(workspace) -> checks.Finding:
    return next(finding for finding in checks.run(workspace, NOW) if finding.name == "backup")
