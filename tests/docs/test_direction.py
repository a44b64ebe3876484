"""The direction of imports is a contract: a wrong import breaks `make lint`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WRONG = {
    "core/money.py": "from siyu.store import tables",
    "sources/readers/files.py": "from siyu.measures import registry",
    "sources/mappings/zones.py": "from siyu.sources.facts import stage",
    "measures/ratio.py": "from siyu.identity import decisions",
    "jobs/loop.py": "from siyu.sources import load",
    "daily.py": "from siyu.console import report",
    "simulate/season.py": "from siyu.store import operations",
}


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a copy of the project with some wrong imports."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", copy)
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for path, line in WRONG.items():
        with (copy / "src" / "siyu" / path).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    ran = subprocess.run(command, cwd=copy, env={**os.environ, "PYTHONPATH": str(copy / "src")}, text=True,
                         capture_output=True, check=False)  # fmt: skip
    assert ran.returncode == 1, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_import_breaks_the_contract(verdict: str, path: str):
    importer = "siyu." + path.removesuffix(".py").replace("/", ".")
    imported = WRONG[path].removeprefix("from ").split(" import ")[0]
    assert f"{importer} -> {imported}" in verdict
