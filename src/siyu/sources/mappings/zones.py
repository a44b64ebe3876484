"""Wall-clock times of the brand's zone as instants and days, whole columns at once.

A time that occurs twice (autumn) is the first of the two; one that does not exist (spring) moves on by the gap: the
same as Python's `datetime` with fold 0, which the rest of siyu uses.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from siyu.core.time import DAY, SECOND, instant_of

#: Zones' rules are read for these years; times outside them are refused as not plausible.
FIRST_YEAR, LAST_YEAR = 1901, 2199
#: Seconds between two looks at a zone's offset: no zone has changed twice in a week.
STEP = 7 * 86400
EARLIEST = instant_of(dt.datetime(FIRST_YEAR, 1, 1, tzinfo=dt.UTC))
LATEST = instant_of(dt.datetime(LAST_YEAR + 1, 1, 1, tzinfo=dt.UTC)) - 1


@dataclass(frozen=True)
class Offsets:
    """Offsets from UTC in microseconds: offset[i] holds from change[i - 1] (UTC) on."""

    change: np.ndarray
    offset: np.ndarray
    wall_change: np.ndarray  # the first wall-clock time that must be read with offset[i + 1]

    def utc(self, wall: np.ndarray) -> np.ndarray:
        """Instants of wall-clock microseconds."""
        return wall - self.offset[np.searchsorted(self.wall_change, wall, side="right")]

    def days(self, utc: np.ndarray) -> np.ndarray:
        """Business days (int32 since 1970-01-01) of instants."""
        return ((utc + self.offset[np.searchsorted(self.change, utc, side="right")]) // DAY).astype(np.int32)


@lru_cache(maxsize=8)
def offsets(zone: ZoneInfo) -> Offsets:
    """All changes of a zone's offset between FIRST_YEAR and LAST_YEAR, to the second."""
    moments = range(EARLIEST // SECOND - STEP, LATEST // SECOND + STEP, STEP)
    known = [(s, _offset(s, zone)) for s in moments]
    changes = [_exactly(a, b, zone) for (a, before), (b, after) in itertools.pairwise(known) if before != after]
    offset = [known[0][1], *(_offset(s, zone) for s in changes)]
    utc = np.array(changes, dtype=np.int64) * SECOND
    micro = np.array(offset, dtype=np.int64) * SECOND
    # Both in the gap and in the overlap, fold 0 means the offset before the change.
    return Offsets(utc, micro, utc + np.maximum(micro[:-1], micro[1:]) if len(utc) else utc)


def _offset(second: int, zone: ZoneInfo) -> int:
    delta = dt.datetime.fromtimestamp(second, zone).utcoffset()
    assert delta is not None, "a ZoneInfo always knows its offset"
    return delta.days * 86400 + delta.seconds


def _exactly(before: int, after: int, zone: ZoneInfo) -> int:
    """The second at which the offset changes, between two that differ."""
    first = _offset(before, zone)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(middle, zone) == first else (before, middle)
    return after
