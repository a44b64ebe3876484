"""The index names its reference: a target that covers the day, else own history, else a benchmark."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.time import day_of
from siyu.measures.asked import Asked
from siyu.measures.diagnosis.drivers import earlier
from siyu.measures.diagnosis.index import lights, weakest
from siyu.measures.facts import Facts
from siyu.measures.measure import measure
from tests.plain import load_plain

DAY = dt.date(2026, 6, 30)
VALUES = {"sustainable_relationships": 90.0, "A_std": 0.04, "own_total": 50_000.0, "clv_mean": 500.0,
          "touchpoint_gravity": 0.2}  # fmt: skip
NO_PAST: dict[str, list[float]] = {"F": [], "A": [], "S": [], "T": []}
PAST = {**NO_PAST, "F": [80.0, 100.0, 120.0, 60.0]}


def target(metric: str, value: str, period: str = "2026", scope: str = "") -> dict[str, str]:
    return {"metric": metric, "value": value, "period": period, "scope": scope}


def lit(workspace, brand, past=NO_PAST, values=VALUES):
    load_plain(workspace, brand)
    found, unread = lights(Facts(workspace.warehouse), Asked(day_of(DAY), 30, workspace.settings), values, past, {})
    return {light.driver.letter: light for light in found}, unread


def test_a_target_that_covers_the_day_wins_over_history_and_benchmark(workspace):
    benchmark = {"metric": "F", "median": "10", "industry": "beauty"}
    found, _ = lit(workspace, {"targets": [target("F", "120")], "benchmarks": [benchmark]}, PAST)
    assert (found["F"].index, found["F"].light, found["F"].as_json()["reference"]["kind"]) == (0.75, "red", "target")


def test_the_shortest_period_that_covers_the_day_is_taken(workspace):
    rows = [target("F", "1", "2026-Q2"), target("F", "100", "2026-06"), target("F", "2"), target("F", "3", "2026-07")]
    found, _ = lit(workspace, {"targets": rows})
    assert (found["F"].index, found["F"].light) == (0.9, "amber")


def test_without_a_target_the_median_of_earlier_windows_is_the_reference(workspace):
    found, _ = lit(workspace, {}, PAST)
    assert (found["F"].index, found["F"].light) == (1.0, "green")
    assert found["F"].as_json()["reference"] == {
        "kind": "own_history", "value": 90.0, "windows": 4, "values": PAST["F"], "lowest": 60.0, "highest": 120.0
    }  # fmt: skip


def test_two_earlier_windows_are_no_history(workspace):
    found, _ = lit(workspace, {}, {**NO_PAST, "F": [80.0, 100.0]})
    assert found["F"].index is None
    assert "fewer than 3 earlier windows" in found["F"].reason


def test_a_benchmark_places_the_value_between_median_and_excellent(workspace):
    row = {"metric": "T", "median": "0.1", "excellent": "0.3", "period": "2026-Q1", "industry": "beauty"}
    found, _ = lit(workspace, {"benchmarks": [row]})
    assert found["T"].index == pytest.approx(2.0)
    assert found["T"].as_json()["reference"]["position"] == pytest.approx(0.5)


def test_targets_of_money_are_in_currency_units(workspace):
    found, _ = lit(workspace, {"targets": [target("own_total", "625")]})
    assert found["S"].index == 50_000 / 62_500


def test_a_target_of_s_judges_the_mean_per_consumer_in_f(workspace):
    found, _ = lit(workspace, {"targets": [target("relationship_value", "10", scope="brand")]})
    assert (found["S"].figure.name, found["S"].index) == ("clv_mean", 0.5)


def test_targets_of_a_are_set_on_the_standard_mix(workspace):
    found, _ = lit(workspace, {"targets": [target("A", "0.05")]})
    assert (found["A"].figure.name, found["A"].index) == ("A_std", pytest.approx(0.8))
    assert found["A"].light == "amber"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (target("gmv", "9"), "none of the four drivers"),
        (target("F", "9", "FY26"), "period 'FY26' is not understood"),
        (target("T", "17"), "0.17 for 17%"),
        (target("F", "0"), "above 0"),
        (target("F", "9", scope="north"), "'north'"),
    ],
)
def test_a_row_that_cannot_be_used_is_listed_with_its_reason(workspace, row, words):
    found, (unread,) = lit(workspace, {"targets": [row]})
    assert words in unread.reason
    assert (unread.metric, unread.period) == (row["metric"], row["period"])
    assert all(light.index is None for light in found.values())


def test_the_weakest_has_the_lowest_index(workspace):
    found, _ = lit(workspace, {"targets": [target("F", "100"), target("T", "0.4"), target("A", "0.01")]})
    assert weakest(list(found.values())) is found["T"]
    assert weakest([found["S"]]) is None


def test_a_value_that_is_null_has_a_reason_and_no_light(workspace):
    found, _ = lit(workspace, {"targets": [target("T", "0.4")]}, values={**VALUES, "touchpoint_gravity": None})
    assert (found["T"].light, found["T"].index) == (None, None)
    assert found["T"].reason.startswith("not measurable")


@pytest.mark.slow
def test_earlier_windows_equal_the_documents_of_their_days(workspace, shared):
    load_plain(workspace, shared / "oracles" / "brand_12")
    now = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
    measure(workspace, as_of=DAY, now=now)
    past = earlier(Facts(workspace.warehouse), Asked(day_of(DAY), 30, workspace.settings))
    for back in range(2):
        day = DAY - dt.timedelta(days=30 * (back + 1))
        parts = measure(workspace, as_of=day, window=30, now=now)["fast_plus"]
        assert past["F"][back] == parts["F"]["sustainable_relationships"]
        assert past["S"][back] == pytest.approx(parts["S"]["clv_mean"])
        assert past["T"][back] == parts["T"]["value"]
