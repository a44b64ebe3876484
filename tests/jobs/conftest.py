"""A clock that only moves when told to, and loops that note their runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from siyu.jobs.loop import Loop, Say
from siyu.jobs.rhythm import Every, Rhythm
from siyu.jobs.schedule import Schedule
from siyu.store.operations import Operations
from tests.store.conftest import url  # noqa: F401  the fixture

MONDAY = dt.datetime(2026, 6, 29, 1, 0, tzinfo=dt.UTC)


@dataclass
class Clock:
    """The time, as it is set."""

    moment: dt.datetime = MONDAY

    def __call__(self) -> dt.datetime:
        return self.moment

    def pass_(self, **time: float) -> None:
        self.moment += dt.timedelta(**time)


@dataclass
class Noted:
    """Runs of loops, in order; those that are to fail do."""

    ran: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)

    def loop(self, name: str, rhythm: Rhythm | None = None) -> Loop:
        def work(_now: dt.datetime, _say: Say) -> None:
            self.ran.append(name)
            if name in self.failing:
                raise ValueError("13800001234 is no personal matter of a log")

        return Loop(name, rhythm or Every(5), work)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
def operations(tmp_path: Path) -> Iterator[Operations]:
    opened = Operations(f"sqlite:///{tmp_path / 'operations.sqlite'}")
    yield opened
    opened.close()


def silent(*_step: object) -> None:
    """Tells nobody."""


def run_all(schedule: Schedule) -> None:
    """Run whatever is due now."""
    while schedule.run_due(silent):
        pass
