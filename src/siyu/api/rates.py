"""How often somebody may call: a bucket for each caller holds a second's calls and fills at the caller's rate."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Hashable
from dataclasses import dataclass

from siyu.api.refusals import Refusal

#: Callers remembered: beyond them all begin anew, so that many fill no memory.
CALLERS_MOST = 100_000


@dataclass
class _Bucket:
    """Calls that may be made at once, as of an instant."""

    left: float
    at: dt.datetime


class Rates:
    """Counts the calls of many callers."""

    def __init__(self) -> None:
        self._buckets: dict[Hashable, _Bucket] = {}

    def take(self, caller: Hashable, rate: int, now: dt.datetime) -> None:
        """Count one call; rate: calls a second, 0 = any number. Raises Refusal (429) with the seconds after which one
        may be made.
        """
        if rate == 0:
            return
        if len(self._buckets) >= CALLERS_MOST:
            self._buckets.clear()
        bucket = self._buckets.setdefault(caller, _Bucket(rate, now))
        passed = max(0.0, (now - bucket.at).total_seconds())
        bucket.left, bucket.at = min(float(rate), bucket.left + passed * rate), now
        if bucket.left < 1:
            wait = max(1, math.ceil((1 - bucket.left) / rate))
            raise Refusal(429, "too_often", f"At most {rate} calls a second.", wait)
        bucket.left -= 1
