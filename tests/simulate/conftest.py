"""One small simulated brand for all tests of this folder."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.simulate import Simulated, simulate
from siyu.simulate.parameters import Parameters
from siyu.simulate.season import season
from siyu.simulate.story import Story, tell

CONSUMERS, SEED = 3000, 11


@pytest.fixture(scope="session")
def brand(tmp_path_factory) -> Simulated:
    return simulate(tmp_path_factory.mktemp("brand"), consumers=CONSUMERS, seed=SEED)


@pytest.fixture(scope="session")
def story() -> Story:
    """What truly happened to 20,000 persons: enough for rates."""
    return tell(season(dt.date(2026, 6, 30), 30), 20_000, SEED, Parameters())
