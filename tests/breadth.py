"""How much of a wide claim the suite tries each time: its first cases; all others are long work, done once in CI."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def wide(cases: Iterable[Any], *, always: int) -> list[Any]:
    """The cases as parameters, all but the first `always` marked as slow."""
    return [case if n < always else _slow(case) for n, case in enumerate(cases)]


def _slow(case: Any) -> Any:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.slow)
