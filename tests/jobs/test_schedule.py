"""The schedule by a clock that is set: order, failures with back-off, early runs, restarts, clocks set back."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from siyu.core.time import SECOND, instant_of
from siyu.jobs.loop import Loop, states
from siyu.jobs.rhythm import Daily, Every
from siyu.jobs.schedule import Schedule
from siyu.store.schema import LOOP
from tests.jobs.conftest import run_all, silent

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT_FOUR = Daily(4, 0, SHANGHAI)  # the clock starts at nine in Shanghai


def test_loops_run_in_the_order_they_fell_due(operations, clock, noted):
    schedule = Schedule([noted.loop("slow", Every(20)), noted.loop("quick", Every(5))], operations, clock)
    run_all(schedule)
    clock.pass_(seconds=20)
    run_all(schedule)
    assert noted.ran == ["slow", "quick", "quick", "slow"]


def test_nothing_runs_before_it_is_due_and_the_wait_is_until_then(operations, clock, noted):
    schedule = Schedule([noted.loop("load", Every(5))], operations, clock)
    run_all(schedule)
    clock.pass_(seconds=3)
    assert not schedule.run_due(silent)
    assert schedule.wait_seconds() == 2


def test_a_failing_loop_holds_up_no_other_and_is_tried_less_and_less_often(operations, clock, noted):
    noted.failing.add("bad")
    schedule = Schedule([noted.loop("bad", Every(5)), noted.loop("good", Every(5))], operations, clock)
    tries = []
    for second in range(60):
        before = noted.ran.count("bad")
        run_all(schedule)
        tries += [second] if noted.ran.count("bad") > before else []
        clock.pass_(seconds=1)
    assert tries == [0, 5, 15, 35]
    assert noted.ran.count("good") == 12


def test_a_failing_loop_becomes_late_with_its_error_without_values_and_well_again_by_one_success(
    operations, clock, noted
):
    noted.failing.add("load")
    schedule = Schedule([noted.loop("load")], operations, clock)
    run_all(schedule)
    clock.pass_(seconds=61)
    run_all(schedule)
    failed = states(operations)["load"]
    assert (failed.failures, failed.late(instant_of(clock()))) == (2, True)
    assert failed.error.startswith("ValueError at ")
    assert "138" not in failed.error
    noted.failing.clear()
    clock.pass_(minutes=2)
    run_all(schedule)
    well = states(operations)["load"]
    assert (well.failures, well.error, well.late(instant_of(clock()))) == (0, "", False)


def test_a_daily_loop_runs_at_its_hour_each_day(operations, clock, noted):
    schedule = Schedule([noted.loop("daily", AT_FOUR)], operations, clock)
    hours = []
    for _ in range(72):
        hours += [clock().astimezone(SHANGHAI).hour] if schedule.run_due(silent) else []
        clock.pass_(hours=1)
    assert hours == [4, 4, 4]


def test_a_day_that_was_slept_through_is_made_up_for_once(operations, clock, noted):
    Schedule([noted.loop("daily", AT_FOUR)], operations, clock).run_due(silent)
    clock.pass_(days=1)
    run_all(Schedule([noted.loop("daily", AT_FOUR)], operations, clock))
    assert noted.ran == []  # it never ran here, so nothing was missed
    clock.pass_(days=1)
    first = Schedule([noted.loop("daily", AT_FOUR)], operations, clock)
    clock.pass_(days=1)
    run_all(first)
    clock.pass_(days=3)
    run_all(Schedule([noted.loop("daily", AT_FOUR)], operations, clock))
    assert noted.ran == ["daily", "daily"]


def test_what_a_killed_process_was_at_runs_again_at_the_next_start(operations, clock, noted):
    def killed(_now: dt.datetime, _say) -> None:
        raise KeyboardInterrupt

    schedule = Schedule([Loop("daily", AT_FOUR, killed)], operations, clock)
    clock.pass_(hours=20)
    try:
        schedule.run_due(silent)
    except KeyboardInterrupt:
        clock.pass_(minutes=5)
    run_all(Schedule([noted.loop("daily", AT_FOUR)], operations, clock))
    assert noted.ran == ["daily"]


def test_another_hour_in_the_settings_counts_from_the_next_start(operations, clock, noted):
    schedule = Schedule([noted.loop("daily", AT_FOUR)], operations, clock)
    clock.pass_(hours=19)
    run_all(schedule)
    [state] = Schedule([noted.loop("daily", Daily(6, 0, SHANGHAI))], operations, clock).states()
    assert state.due_at - instant_of(clock()) == 2 * 3600 * SECOND


def test_a_clock_that_is_set_back_a_year_holds_up_nothing(operations, clock, noted):
    clock.pass_(days=365)
    schedule = Schedule([noted.loop("load", Every(5))], operations, clock)
    run_all(schedule)
    clock.pass_(days=-365)
    run_all(schedule)
    clock.pass_(seconds=5)
    run_all(schedule)
    assert noted.ran == ["load", "load"]


def test_a_store_that_cannot_be_written_stops_no_loop(operations, clock, noted):
    schedule = Schedule([noted.loop("load", Every(5))], operations, clock)
    with operations.begin() as connection:
        connection.execute(sa.text(f"DROP TABLE {LOOP.name}"))
    run_all(schedule)
    clock.pass_(seconds=5)
    run_all(schedule)
    assert noted.ran == ["load", "load"]
    assert schedule.states()[0].succeeded_at == instant_of(clock())
