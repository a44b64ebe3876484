"""The command as a person runs it, in this process: exit code, standard output, standard error."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from siyu.cli.main import run


@dataclass(frozen=True)
class Ran:
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Siyu = Callable[..., Ran]


@pytest.fixture
def siyu(capfd: pytest.CaptureFixture[str]) -> Siyu:
    """`siyu("load", "x.csv")`."""

    def ran(*arguments: object) -> Ran:
        capfd.readouterr()
        code = run([str(a) for a in arguments])
        found = capfd.readouterr()
        return Ran(code, found.out, found.err)

    return ran


@pytest.fixture
def brand(siyu: Siyu, tmp_path: Path) -> Path:
    """An empty workspace made by `siyu init`."""
    directory = tmp_path / "brand"
    assert siyu("init", directory).code == 0
    return directory
