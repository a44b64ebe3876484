"""A_std and A_cohort equal their SQL definition on random brands, and mean what they say on brands told by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.settings import defaults
from siyu.core.time import day_of
from siyu.measures import build
from siyu.measures.asked import Asked
from siyu.measures.fast_plus.cohort import a_cohort
from siyu.measures.fast_plus.standard import a_std
from siyu.store import workspace as workspaces
from tests.breadth import wide
from tests.measures.random_brand import AS_OF, random_brand, zone_of
from tests.measures.reference import cursor_of
from tests.measures.reference.diagnosis import a_standard_and_cohorts
from tests.plain import load_plain

NOW = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)


def asked_of(workspace, day: str, window: int = 30) -> Asked:
    build.refresh(workspace)
    return Asked(day_of(dt.date.fromisoformat(day)), window, workspace.settings)


def joined(phone: int, at: str, **more: str) -> dict[str, str]:
    return {"joined_at": at, "id.phone": f"138000000{phone:02d}", **more}


def order(phone: int, at: str, **more: str) -> dict[str, str]:
    who = {"id.phone": f"138000000{phone:02d}"}
    return {"order_id": f"o{phone}-{at}", "paid_at": at, "paid_amount": "10", **who, **more}


@pytest.mark.parametrize("seed", wide(range(6), always=2))
def test_both_equal_the_sql_reference(tmp_path, seed):
    as_of, window = AS_OF[seed % len(AS_OF)], (30, 7, 90, 1)[(seed + seed // 4) % 4]
    with workspaces.create(tmp_path / "brand", defaults().with_values(brand__zone=zone_of(seed))) as workspace:
        load_plain(workspace, random_brand(seed, consumers=40), now=NOW)
        asked = asked_of(workspace, as_of.isoformat(), window)
        wanted, cohorts = a_standard_and_cohorts(cursor_of(workspace), workspace.settings, as_of, window)
        months = sorted({row["month"] for row in cohorts})
        found = a_cohort(workspace.warehouse, asked, months)
        assert a_std(workspace.warehouse, asked) == pytest.approx(wanted, abs=1e-12)
        key = ("month", "days", "newcomers", "progressed")
        assert sorted(tuple(r[k] for k in key) for r in found) == sorted(tuple(r[k] for k in key) for r in cohorts)


def test_a_std_does_not_move_with_who_stands_where(workspace):
    """In the first year one of two unpurchased members and none of two first-buyers stand below the top."""
    members = [joined(n, "2024-01-01") for n in range(4)]
    early = [order(n, "2024-01-01 10:00") for n in (2, 3)]
    late = [order(0, "2026-06-20"), *(order(n, "2026-05-01") for n in (4, 5, 6))]
    load_plain(workspace, {"members": members + [joined(n, "2026-05-01") for n in (4, 5, 6)], "orders": early + late})
    found = a_std(workspace.warehouse, asked_of(workspace, "2026-06-30"))
    assert found == pytest.approx(0.5 * 1 / 2 + 0.5 * 0 / 5)


def test_a_std_is_null_before_anyone_could_rise(workspace):
    load_plain(workspace, {"members": [joined(1, "2026-06-15")]})
    assert a_std(workspace.warehouse, asked_of(workspace, "2026-06-30")) is None


def test_a_newcomer_who_buys_on_the_last_day_counts_and_one_day_later_does_not(workspace):
    load_plain(workspace, {"members": [joined(1, "2026-03-01 09:00"), joined(2, "2026-03-01 09:00")],
                           "orders": [order(1, "2026-03-31 23:59"), order(2, "2026-04-01 00:00")]})  # fmt: skip
    found = a_cohort(workspace.warehouse, asked_of(workspace, "2026-06-30"), ["2026-03"], (30, 60))
    assert [row["value"] for row in found] == [0.5, 1.0]


def test_a_refunded_purchase_is_none(workspace):
    back = {"refund_amount": "10", "refunded_at": "2026-04-01"}
    load_plain(workspace, {"members": [joined(1, "2026-03-01")], "relations": [
        {"relation_type": "fan", "started_at": "2026-03-01", "id.phone": "13800000002"}],
        "orders": [order(2, "2026-03-05", **back)]})  # fmt: skip
    (found,) = a_cohort(workspace.warehouse, asked_of(workspace, "2026-06-30"), ["2026-03"], (30,))
    assert (found["newcomers"], found["progressed"]) == (2, 0)


def test_a_month_too_young_is_flagged(workspace):
    load_plain(workspace, {"members": [joined(1, "2026-05-02")]})
    found = a_cohort(workspace.warehouse, asked_of(workspace, "2026-06-30"), ["2026-05", "2026-06"])
    assert [(r["month"], r["days"]) for r in found if r["mature"]] == [("2026-05", 30)]
    assert [r["value"] for r in found if r["month"] == "2026-06"] == [None, None, None]


def test_who_came_and_went_within_a_day_does_not_begin_the_reference_year(workspace):
    """Otherwise the year would be over before the two unpurchased members of 2024 began it."""
    gone = joined(9, "2022-05-01 10:00", left_at="2022-05-01 12:00")
    members = [joined(n, "2024-01-01") for n in range(2)]
    load_plain(workspace, {"members": [gone, *members], "orders": [order(0, "2026-06-20")]})
    assert a_std(workspace.warehouse, asked_of(workspace, "2026-06-30")) == pytest.approx(0.5)
