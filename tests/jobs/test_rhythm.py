"""Rhythms: the next due instant, through changes of the clocks, whatever the host's own zone is."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.core.time import HOUR, SECOND, datetime_of, instant_of
from siyu.jobs.rhythm import Daily, Every

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = sorted(available_timezones() - {"localtime"})
HOSTS = ("Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC")
#: Prints five runs of a daily loop through both changes of the clocks.
PRINTED = """
import datetime as dt, zoneinfo
from siyu.jobs.rhythm import Daily
at = int(dt.datetime(2026, {month}, {day}, tzinfo=dt.UTC).timestamp()) * 1_000_000
for _ in range(5):
    at = Daily(2, 30, zoneinfo.ZoneInfo("Europe/Berlin")).after(at)
    print(at)
"""


def shown(daily: Daily, *after: int) -> str:
    """When it is due after a time of the zone, as the zone's clocks show it."""
    since = instant_of(dt.datetime(*after, tzinfo=daily.zone))
    return datetime_of(daily.after(since), daily.zone).isoformat()


def test_every_counts_from_the_last_start():
    assert Every(90).after(7 * SECOND) == 97 * SECOND


def test_daily_is_due_at_its_hour_and_a_day_later_from_then_on():
    daily = Daily(3, 15, ZoneInfo("Asia/Shanghai"))
    assert shown(daily, 2026, 6, 30, 3, 14) == "2026-06-30T03:15:00+08:00"
    assert shown(daily, 2026, 6, 30, 3, 15) == "2026-07-01T03:15:00+08:00"


def test_an_hour_that_spring_skips_comes_as_much_later_once():
    assert shown(Daily(2, 30, BERLIN), 2026, 3, 29, 0, 0) == "2026-03-29T03:30:00+02:00"
    assert shown(Daily(2, 30, BERLIN), 2026, 3, 29, 3, 30) == "2026-03-30T02:30:00+02:00"


def test_an_hour_that_autumn_shows_twice_comes_once():
    first = Daily(2, 30, BERLIN).after(instant_of(dt.datetime(2026, 10, 25, 0, 0, tzinfo=BERLIN)))
    assert datetime_of(first, BERLIN).isoformat() == "2026-10-25T02:30:00+02:00"
    assert datetime_of(Daily(2, 30, BERLIN).after(first), BERLIN).isoformat() == "2026-10-26T02:30:00+01:00"


@given(st.sampled_from(ZONES), st.integers(0, 23), st.integers(0, 59), st.integers(0, 2_000_000_000))
def test_in_every_zone_runs_are_about_a_day_apart_and_each_is_later_than_the_last(zone, hour, minute, since):
    daily, runs = Daily(hour, minute, ZoneInfo(zone)), [since * SECOND]
    for _ in range(4):
        runs.append(daily.after(runs[-1]))
    assert all(later > earlier for earlier, later in pairwise(runs))
    assert all(20 * HOUR < later - earlier <= 49 * HOUR for earlier, later in pairwise(runs[1:]))


@pytest.mark.parametrize(("month", "day"), [(3, 27), (10, 23)])
def test_the_zone_of_the_host_changes_nothing(month: int, day: int):
    code = PRINTED.format(month=month, day=day)
    found = {_printed(code, zone) for zone in HOSTS}
    assert len(found) == 1


def _printed(code: str, host_zone: str) -> str:
    ran = subprocess.run([sys.executable, "-c", code], env={**os.environ, "TZ": host_zone}, capture_output=True,
                         text=True, check=True)  # fmt: skip
    assert ran.stdout.count("\n") == 5
    return ran.stdout
