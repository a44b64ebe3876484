"""CDNOW as the papers used it: 39 weeks to calibrate, 39 to compare, and a fit of each model on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pytest

from siyu.measures.clv.summary import Summary

CALIBRATED = dt.date(1997, 9, 30).toordinal()
ENDED = dt.date(1998, 6, 30).toordinal()


@dataclass(frozen=True)
class Cdnow:
    """Purchases of the sample, and their statistics at the end of the calibration."""

    buyer: np.ndarray
    day: np.ndarray
    summary: Summary


@pytest.fixture(scope="session")
def cdnow(shared) -> Cdnow:
    rows = [line.split() for line in (shared / "data" / "cdnow_sample.txt").read_text().splitlines()]
    buyer = np.array([int(row[1]) for row in rows])
    day = np.array([dt.date.fromisoformat(row[2]).toordinal() for row in rows])
    amount = np.array([float(row[4]) for row in rows])
    return Cdnow(buyer, day, Summary.of_purchases(buyer, day, amount, end_day=CALIBRATED))
