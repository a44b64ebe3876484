"""Chance of a first purchase by month: a discrete hazard by rung and age, times what the entry touchpoint makes of it.

The hazard of sBG (Fader & Hardie 2007) where few were seen, what was seen where many were (discrete-time survival:
Singer & Willett 1993, Journal of Educational Statistics 18(2)). Together they back-test better than either alone
(docs/how-to/forecast-buyers.md). A basic consumer may become a member on the way and then has a member's chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa

from siyu.measures.clv.shifted_beta_geometric import ShiftedBetaGeometric
from siyu.measures.clv.shrinkage import shrunk
from siyu.measures.clv.summary import DAYS_PER_WEEK, Array
from siyu.measures.clv.waiting import BOUGHT, MOVED, PERIOD_DAYS, RUNGS
from siyu.measures.clv.weeks import Clock

#: First periods of the age bands in which the chance follows sBG, each band on a level of its own.
BANDS = np.array([0, 1, 2, 3, 4, 6, 9, 12, 18, 24, 36])
#: A level is drawn towards that of sBG with the weight of so many consumer-periods.
BORROWED = 30.0
#: Ages in periods that are told apart: ten years.
AGES = 121


@dataclass(frozen=True)
class Horizon:
    """The periods of a forecast: part of 30 days, usual trade in it (1 = 30 usual days), weeks left."""

    share: Array
    trade: Array
    weeks_left: Array

    @classmethod
    def of(cls, day: int, days: int, clock: Clock) -> Horizon:
        """Of the days after a day; the last period may be a part of one."""
        starts = np.arange(day, day + days, PERIOD_DAYS)
        ends = np.minimum(starts + PERIOD_DAYS, day + days)
        trade = clock.between(starts, ends)
        left = clock.between(ends, day + days) + trade / 2
        return cls((ends - starts) / PERIOD_DAYS, trade / (PERIOD_DAYS / DAYS_PER_WEEK), left)


class FirstPurchase:
    """hazard_ and moving_ by rung and age; factor_ of each touchpoint by rung and band; periods_, bought_ by rung.

    `measured_` is False where nobody was seen for a whole period: then nothing can be forecast.
    """

    hazard_: Array
    moving_: Array
    factor_: dict[str, Array]
    periods_: Array
    bought_: Array

    def fit(self, cells: pa.Table) -> Self:
        """Cells as `waiting.stays` gives them."""
        column = {name: cells[name].to_numpy(zero_copy_only=False) for name in cells.column_names}
        places, at_place = np.unique(column["touchpoint"].astype(str), return_inverse=True)
        risk, bought, moved = _counts(column, at_place, len(places))
        by_age = [counts.sum(axis=1) for counts in (risk, bought, moved)]
        self.hazard_ = _levelled(_prior(column), by_age[1], by_age[0])
        self.moving_ = _carried(_banded(by_age[2]), _banded(by_age[0]))[:, band_of(np.arange(AGES))]
        self.periods_, self.bought_ = by_age[0].sum(axis=1), by_age[1].sum(axis=1)
        self.factor_ = dict(zip(map(str, places), _factors(bought, risk, self.hazard_)))
        return self

    @property
    def measured_(self) -> bool:
        return bool(self.periods_.sum() > 0)

    def chances(self, rung: Array, touchpoint: Array, age: Array, horizon: Horizon) -> Array:
        """Chance that the first purchase falls into each period of the horizon: a row per cell, a column per period.

        `rung` is a place in RUNGS, `age` whole periods since entering F.
        """
        one = np.ones((len(RUNGS), len(BANDS)))
        factor = np.array([self.factor_.get(str(place), one) for place in touchpoint]).reshape(-1, *one.shape)
        each = np.arange(len(factor))
        stands = np.eye(len(RUNGS))[rung]
        found = []
        for step, (share, trade) in enumerate(zip(horizon.share, horizon.trade)):
            now = np.minimum(age + step, AGES - 1)
            buys = 1 - (1 - np.minimum(self.hazard_[:, now].T * factor[each, :, band_of(now)], 1.0)) ** trade
            moves = 1 - (1 - self.moving_[:, now].T) ** share
            found.append((stands * buys).sum(axis=1))
            waits = stands * (1 - buys)
            stands = waits * (1 - moves) + (waits * moves)[:, ::-1]
        return np.array(found).T

    def as_json(self) -> dict[str, Any]:
        """By rung: consumer-periods seen, first purchases in them, and the chance per period at entry and at a year."""
        return {rung: {"periods": int(self.periods_[i]), "first_purchases": int(self.bought_[i]),
                       "chance_at_entry": float(self.hazard_[i, 0]),
                       "chance_after_a_year": float(self.hazard_[i, 12])}
                for i, rung in enumerate(RUNGS)}  # fmt: skip


def band_of(age: Array | int) -> Array:
    """The band in BANDS of ages in periods."""
    return np.searchsorted(BANDS, age, side="right") - 1


def _counts(column: dict[str, Array], place: Array, places: int) -> tuple[Array, Array, Array]:
    """Consumers at risk, buying and moving: rung x touchpoint x period."""
    rung = (column["rung"] == RUNGS[1]).astype(int)
    first, last, n = (column[name].astype(np.int64) for name in ("from_period", "to_period", "consumers"))
    first, last = np.minimum(first, AGES - 1), np.minimum(last, AGES - 1)
    shape = (len(RUNGS), places, AGES + 1)
    change, bought, moved = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    np.add.at(change, (rung, place, first), n)
    np.add.at(change, (rung, place, last + 1), -n)
    for counts, how in ((bought, BOUGHT), (moved, MOVED)):
        ended = column["ending"] == how
        np.add.at(counts, (rung[ended], place[ended], last[ended]), n[ended])
    return change.cumsum(axis=2)[:, :, :AGES], bought[:, :, :AGES], moved[:, :, :AGES]


def _banded(counts: Array) -> Array:
    """Rung x period summed to rung x band."""
    band = band_of(np.arange(counts.shape[1]))
    return np.array([np.bincount(band, row, len(BANDS)) for row in counts])


def _factors(bought: Array, risk: Array, hazard: Array) -> Array:
    """What each touchpoint makes of a chance: touchpoint x rung x band.

    First of all ages, drawn towards 1 for few; then by age, where ages of a touchpoint differ by more than chance.
    """
    places = range(bought.shape[1])
    if not places:
        return np.empty(0)
    came, expected = (np.array([_banded(counts[:, place]) for place in places])
                      for counts in (bought, risk * hazard[:, None, :]))  # fmt: skip
    overall = np.array([shrunk(came[:, rung].sum(axis=1), expected[:, rung].sum(axis=1))
                        for rung in range(len(RUNGS))]).T[:, :, None]  # fmt: skip
    by_age = shrunk(came.ravel(), (expected * overall).ravel()).reshape(expected.shape)
    return overall * by_age


def _prior(column: dict[str, Array]) -> Array:
    """The hazard of sBG by rung and age; of a rung on which nobody was seen that of all, 0 where nobody was at all."""
    if not len(column["rung"]):
        return np.zeros((len(RUNGS), AGES))
    of_rung = [column["rung"] == rung for rung in RUNGS]
    chosen = [of if of.any() else np.ones(len(of), dtype=bool) for of in of_rung]
    return np.array([_sbg(column, of).hazard(np.arange(AGES) + 1) for of in chosen])


def _levelled(prior: Array, bought: Array, risk: Array) -> Array:
    """The curve of sBG, each band brought to the level at which it was seen."""
    came, expected, periods = _banded(bought), _banded(risk * prior), _banded(risk)
    middle = _banded(prior) / _banded(np.ones_like(prior))
    borrowed = BORROWED * np.where(periods > 0, expected / np.maximum(periods, 1.0), middle)
    level = (came + borrowed) / np.where(borrowed > 0, expected + borrowed, 1.0)
    return prior * level[:, band_of(np.arange(AGES))]


def _sbg(column: dict[str, Array], of: Array) -> ShiftedBetaGeometric:
    first, last, n = (column[name][of] for name in ("from_period", "to_period", "consumers"))
    return ShiftedBetaGeometric().fit(last + 1, column["ending"][of] == BOUGHT, n, entered=first)


def _carried(happened: Array, periods: Array) -> Array:
    """Shares by rung and band, each drawn towards the band before."""
    before, shares = np.zeros(len(RUNGS)), []
    for band in range(len(BANDS)):
        before = (happened[:, band] + BORROWED * before) / (periods[:, band] + BORROWED)
        shares.append(before)
    return np.array(shares).T
