"""The whole diagnosis: of a worked brand with targets, of a brand with little, of none."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from siyu.core.jsontext import plain
from siyu.core.time import day_of
from siyu.measures.asked import Asked
from siyu.measures.diagnosis.diagnose import Diagnosis, diagnose
from siyu.measures.diagnosis.guarantees import answer
from siyu.store import workspace as workspaces
from tests.plain import load_plain

DAY = dt.date(2026, 6, 30)
NOW = dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)


def diagnosis_of(workspace, window: int = 30):
    return diagnose(workspace, Asked(day_of(DAY), window, workspace.settings), NOW)


@pytest.fixture(scope="module")
def worked(tmp_path_factory, shared):
    with workspaces.create(tmp_path_factory.mktemp("worked") / "brand") as workspace:
        load_plain(workspace, shared / "oracles" / "brand_13")
        load_plain(workspace, {"targets": [
            {"metric": "F", "period": "2026-Q2", "value": "100"}, {"metric": "T", "period": "2026-06", "value": "0.9"},
            {"metric": "F", "period": "soon", "value": "7"}]})  # fmt: skip
        answer(workspace, "supply.stock", "yes", now=NOW)
        yield diagnosis_of(workspace)


def test_the_weakest_driver_names_its_campaign(worked):
    shown = worked.as_json()
    lowest = min(light["index"] for light in shown["lights"] if light["index"] is not None)
    assert shown["weakest"]["index"] == lowest
    campaign = next(c for c in shown["campaigns"] if c["code"] == shown["campaign"])
    assert campaign["raises"] == shown["weakest"]["letter"]


def test_every_light_names_its_reference_or_says_why_there_is_none(worked):
    kinds = {light["letter"]: light["reference"]["kind"] for light in worked.as_json()["lights"]}
    assert kinds == {"F": "target", "A": "own_history", "S": "own_history", "T": "target"}


def test_a_row_nobody_understands_is_listed(worked):
    (row,) = worked.as_json()["unread"]
    assert (row["period"], "is not understood" in row["reason"]) == ("soon", True)


def test_findings_are_the_largest_expected_gains(worked):
    money = [finding["money_minor"] for finding in worked.findings]
    assert money == sorted(money, reverse=True)
    assert all(finding["people"] >= 10 for finding in worked.findings)


def campaign(code: str, *money: int):
    actions = [{"code": f"{code}{minor}", "people": 20, "money_minor": minor} for minor in money]
    return {"code": code, "raises": "F", "scenarios": [{"code": "s", "name": {}, "actions": actions}]}


def test_the_weightiest_of_each_campaign_is_a_finding_before_a_third_of_the_same():
    campaigns = [campaign("a", 9, 8, 7), campaign("b", 2)]
    found = Diagnosis("brand", "CNY", DAY, 30, None, [], [], campaigns, (), [], [], {}).findings
    assert [finding["code"] for finding in found] == ["a9", "a8", "b2"]


def test_the_document_is_json_and_holds_the_guarantees(worked):
    shown = json.loads(json.dumps(plain(worked.as_json()), allow_nan=False))
    assert shown["guarantees"]["score"] == 1 / 20
    assert [one["name"] for one in shown["decompositions"]] == ["revenue", "S", "A"]
    assert {row["days"] for row in shown["a_cohort"]} == {30, 60, 90}


def test_a_brand_with_orders_only_says_what_it_lacks(workspace):
    load_plain(workspace, {"orders": [{"order_id": "1", "paid_at": "2026-06-01", "paid_amount": "10",
                                       "id.phone": "13800000001"}]})  # fmt: skip
    shown = diagnosis_of(workspace).as_json()
    reasons = {light["letter"]: light["reason"] for light in shown["lights"]}
    assert reasons["F"] == reasons["A"] == "not measurable: no relations and no members"
    assert shown["weakest"] is None
    assert {d["name"]: bool(d["reason"]) for d in shown["decompositions"]} == {"revenue": False, "S": True, "A": True}


def test_without_facts_everything_is_null_with_its_reason_and_the_guarantees_stand(workspace):
    shown = diagnosis_of(workspace).as_json()
    assert all(light["value"] is None and light["reason"] for light in shown["lights"])
    assert all(one["reason"] for one in shown["decompositions"])
    assert (shown["alerts"], shown["findings"], shown["weakest"]) == ([], [], None)
    assert shown["guarantees"]["score"] == 0.0
