"""What was asked: the as-of day and window of one measurement, as days and instants, with its settings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from siyu.core.settings import Settings
from siyu.core.time import date_of, day_ends


@dataclass(frozen=True)
class Asked:
    """State is taken at the end of `day`; the period is the `window` days that end with it."""

    day: int
    window: int
    settings: Settings

    @property
    def opening_day(self) -> int:
        """The day at whose end the period opens."""
        return self.day - self.window

    @property
    def first_day(self) -> int:
        """First day of the period."""
        return self.opening_day + 1

    @cached_property
    def closing_at(self) -> int:
        """The midnight that ends the as-of day; facts at or after it do not count."""
        return day_ends(self.day, self.settings.zone)

    @property
    def date(self) -> dt.date:
        return date_of(self.day)

    def last_days(self, days: int) -> tuple[int, int]:
        """First and last day of the last `days` days as of the day."""
        return self.day - days + 1, self.day

    @property
    def value_days(self) -> tuple[int, int]:
        """First and last of the days of which purchases make value."""
        return self.last_days(self.settings["value.days"])

    def on(self, day: int) -> Asked:
        """The same question as of another day."""
        return Asked(day, self.window, self.settings)
