"""The command as a person runs it, in this process: exit code, standard output, standard error."""

from __future__ import annotations

import contextlib
import io
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


@pytest.fixture(scope="session")
def siyu() -> Siyu:
    """`siyu("load", "x.csv")`."""

    def ran(*arguments: object) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run([str(a) for a in arguments])
        return Ran(code, out.getvalue(), err.getvalue())

    return ran


@pytest.fixture
def brand(siyu: Siyu, tmp_path: Path) -> Path:
    """An empty workspace made by `siyu init`."""
    directory = tmp_path / "brand"
    assert siyu("init", directory).code == 0
    return directory
