"""A loop's row: kept on both stores, and read as late or not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from siyu.core.time import HOUR, SECOND
from siyu.jobs.loop import State, keep, states
from siyu.store.operations import Operations

DUE = State("load", 5, 10 * SECOND, 11 * SECOND, 15 * SECOND)


def test_a_row_is_kept_and_kept_anew(url: str):
    operations = Operations(url)
    keep(operations, DUE)
    keep(operations, replace(DUE, failures=2, error="OSError at load.py:7 load"))
    keep(operations, replace(DUE, name="daily", succeeded_at=None))
    found = states(operations)
    operations.close()
    assert list(found) == ["daily", "load"]
    assert found["load"] == replace(DUE, failures=2, error="OSError at load.py:7 load")


def test_what_is_overdue_within_its_grace_is_not_late():
    assert DUE.lag_seconds(75 * SECOND) == 60
    assert not DUE.late(75 * SECOND)
    assert DUE.late(76 * SECOND)


@pytest.mark.parametrize(("every", "grace"), [(5, 60), (3600, 900), (86400, 3600)])
def test_the_grace_grows_with_the_rhythm_within_bounds(every: int, grace: int):
    assert replace(DUE, every_seconds=every).grace_seconds == grace


def test_what_is_not_due_has_no_lag():
    assert DUE.lag_seconds(-HOUR) == 0
