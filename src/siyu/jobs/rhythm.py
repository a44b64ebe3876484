"""When something is due again: every so many seconds, or each day at an hour of the brand's clocks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from siyu.core.time import DAY, SECOND, date_of, instant_of, local_day


class Rhythm(Protocol):
    """seconds: the usual time between two runs; after(instant): the first instant after it that is due."""

    @property
    def seconds(self) -> int: ...

    def after(self, instant: int) -> int: ...


@dataclass(frozen=True)
class Every:
    """Every so many seconds, counted from the last start.

    >>> Every(5).after(0) == 5 * SECOND
    True
    """

    seconds: int

    def after(self, instant: int) -> int:
        return instant + self.seconds * SECOND


@dataclass(frozen=True)
class Daily:
    """Each day when the zone's clocks show the hour and minute.

    Where clocks skip it in spring it is as much later as they skip; where they show it twice it is the first time.
    """

    hour: int
    minute: int
    zone: ZoneInfo

    @property
    def seconds(self) -> int:
        return DAY // SECOND

    def after(self, instant: int) -> int:
        today = local_day(instant, self.zone)
        return next(at for day in range(today, today + 3) if (at := self._on(day)) > instant)

    def _on(self, day: int) -> int:
        shown = dt.datetime.combine(date_of(day), dt.time(self.hour, self.minute))
        return instant_of(shown.replace(tzinfo=self.zone))
