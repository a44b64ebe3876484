"""Brand time: exact microseconds, days of the brand's zone, whatever its clocks do."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from siyu.core.time import (
    DAY,
    EPOCH,
    HOUR,
    OPEN_AT,
    OPEN_DAY,
    date_of,
    datetime_of,
    day_ends,
    day_of,
    day_starts,
    days_start,
    instant_of,
    local_day,
)

SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
HAVANA, SAO_PAULO = ZoneInfo("America/Havana"), ZoneInfo("America/Sao_Paulo")
OTHERS = [ZoneInfo(name) for name in ("Asia/Kathmandu", "Pacific/Chatham", "UTC")]
ZONES = st.sampled_from([SHANGHAI, LONDON, HAVANA, SAO_PAULO, *OTHERS])
DAYS = st.integers(day_of(dt.date(1990, 1, 1)), day_of(dt.date(2037, 12, 31)))
MOMENTS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2037, 12, 31), timezones=st.just(dt.UTC))


@given(MOMENTS, ZONES)
def test_an_instant_keeps_every_microsecond(moment: dt.datetime, zone: ZoneInfo):
    """Compared in one zone: Python calls a repeated hour unlike every time of another zone."""
    assert datetime_of(instant_of(moment), zone).astimezone(dt.UTC) == moment
    assert instant_of(moment.astimezone(zone)) == instant_of(moment)


@given(DAYS, ZONES)
def test_a_day_is_what_lies_between_its_midnights(day: int, zone: ZoneInfo):
    first, end = day_starts(day, zone), day_ends(day, zone)
    assert [local_day(instant, zone) for instant in (first - 1, first, end - 1, end)] == [day - 1, day, day, day + 1]


@given(DAYS, st.integers(0, 500), ZONES)
def test_many_days_start_as_each_of_them_does(first: int, more: int, zone: ZoneInfo):
    assert days_start(first, first + more, zone).tolist() == [day_starts(first + n, zone) for n in range(more + 1)]


@given(DAYS)
def test_days_and_dates_are_the_same_thing(day: int):
    assert day_of(date_of(day)) == day


def test_a_day_has_the_hours_its_clocks_give_it():
    def hours(zone: ZoneInfo, *date: int) -> float:
        day = day_of(dt.date(*date))
        return (day_ends(day, zone) - day_starts(day, zone)) / HOUR

    springs, falls = hours(LONDON, 2026, 3, 29), hours(LONDON, 2026, 10, 25)
    without_midnight, with_two = hours(SAO_PAULO, 2018, 11, 4), hours(HAVANA, 2025, 11, 2)
    assert (hours(SHANGHAI, 2026, 3, 29), springs, falls, without_midnight, with_two) == (24, 23, 25, 23, 25)


def test_open_ends_lie_after_every_fact():
    last = instant_of(dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC))
    assert last + 365 * DAY < OPEN_AT
    assert day_of(dt.date(9999, 12, 31)) < OPEN_DAY
    assert day_of(EPOCH) == 0


@given(st.sampled_from(["Africa/Casablanca", "America/Sao_Paulo", "Asia/Gaza", "Asia/Shanghai"]), st.integers(0, 6))
def test_the_days_of_many_years_start_when_each_of_them_does(name: str, later: int):
    first, last, zone = day_of(dt.date(2010, 1, 1)) + later, day_of(dt.date(2016, 1, 1)), ZoneInfo(name)
    assert days_start(first, last, zone).tolist() == [day_starts(day, zone) for day in range(first, last + 1)]
