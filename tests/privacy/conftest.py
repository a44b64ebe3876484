"""A brand with Lin in everything, planted once: tests work on copies."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from siyu.store import workspace as workspaces
from siyu.store.workspace import open_workspace
from tests.privacy.planted import plant


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the workspace `brand` and the files it was loaded from, `files`; not to be changed."""
    folder = tmp_path_factory.mktemp("planted")
    with workspaces.create(folder / "brand") as workspace:
        plant(workspace, folder / "files")
    return folder


@pytest.fixture
def brand(grown: Path, tmp_path: Path):
    """A copy of the planted workspace, open."""
    shutil.copytree(grown / "brand", tmp_path / "planted")
    with open_workspace(tmp_path / "planted") as workspace:
        yield workspace
