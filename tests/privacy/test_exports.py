"""A copy for the person: all that is theirs with its source, nothing of others, plain only once it was checked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from siyu.core.errors import IdentityError, PrivacyError
from siyu.privacy import exports
from siyu.privacy.consent import Said, link, record
from siyu.privacy.docket import Case
from siyu.privacy.erase import run as erase
from siyu.privacy.exports import approve, file, look, reject, run
from siyu.privacy.requests import approve as approve_erasure
from siyu.privacy.requests import file as file_erasure
from siyu.store.audit import acts
from siyu.store.workspace import Workspace, open_workspace
from tests.privacy.planted import ADDRESS, AFTER, ANNA, BO, CARD, NAME, PHONE, REMARK, VALUES

LIN = f"phone:{PHONE}"


@pytest.fixture(scope="module")
def planted(grown: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A copy of the planted workspace that these tests share."""
    shutil.copytree(grown / "brand", folder := tmp_path_factory.mktemp("exports") / "brand")
    with open_workspace(folder) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def copy(planted: Workspace) -> dict:
    """What Lin is handed."""
    request = file(planted, LIN, Case("the person", "art. 45", "case 7"), actor="cli", now=AFTER)
    approve(planted.operations, request.number, actor="ann", now=AFTER)
    handed: list[dict] = []
    run(planted, request.number, actor="ann", now=AFTER, hand_over=handed.append)
    return json.loads(json.dumps(handed[0], allow_nan=False))


def test_every_kind_is_there_with_where_it_came_from(copy):
    held = {"orders", "order_lines", "relations", "events", "referrals", "contents", "feedback", "members"}
    assert set(copy["records"]) == held
    loads = {load["load"]: load["file"] for load in copy["loads"]}
    assert {loads[row["source"]["load"]].rpartition("/")[2] for row in copy["records"]["contents"]} == {"contents.csv"}
    assert {row["source"]["load"] for rows in copy["records"].values() for row in rows} <= set(loads)


def test_a_corrected_record_is_told_with_what_holds_now(copy):
    first = [(row["refund_amount"], row["in_force"]) for row in copy["records"]["orders"] if row["order_id"] == "o1"]
    assert first == [(2000, False), (2500, True)]


def test_lines_of_their_orders_are_theirs(copy):
    assert [row["order_id"] for row in copy["records"]["order_lines"]] == ["o1"]


def test_consents_come_with_their_proof_and_what_they_come_to(copy):
    assert {row["proof"] for row in copy["consents"]["ledger"]} == {None, "safe"}
    assert {"purpose": "marketing", "channel": "sms", "standing": "granted"} in copy["consents"]["standings"]


def test_what_measures_made_of_them_is_there(copy):
    assert {"purchase", "relation_span", "role_span"} <= set(copy["results"])


def test_values_and_what_nothing_else_keeps_are_plain_once_it_was_checked(copy):
    assert {"phone", "email", "member_card", "unionid"} <= {one["namespace"] for one in copy["identifiers"]}
    assert [one["value"] for one in copy["identifiers"] if one["namespace"] == "member_card"] == [CARD]
    raw = json.dumps(copy["raw_rows"], ensure_ascii=False)
    assert [value for value in (NAME, ADDRESS, REMARK, PHONE) if value not in raw] == []


def test_nobody_else_is_in_it(copy):
    told = json.dumps(copy, ensure_ascii=False)
    assert [value for value in (ANNA, BO, "Anna") if value in told] == []
    pairs = {(r["inviter_identifier"], r["invitee_identifier"]) for r in copy["records"]["referrals"]}
    assert pairs == {("phone:+86138****5678", "somebody"), ("somebody", "phone:+86138****5678")}


def test_a_look_shows_no_value_and_stands_in_the_audit(planted):
    seen = json.dumps(look(planted, LIN, actor="ann", now=AFTER), ensure_ascii=False)
    assert [value for value in VALUES if value in seen] == []
    newest = acts(planted.operations, act="export.", limit=1)[0]
    assert (newest.act, newest.actor, newest.detail["orders"] > 0) == ("export.look", "ann", True)


def test_what_was_handed_over_is_counted_and_who_it_was_is_forgotten(planted, copy):
    request = exports.get(planted.operations, copy["request"])
    assert (request.status, request.asked, request.receipt["orders"]) == ("done", {}, len(copy["records"]["orders"]))
    trail = [act.act for act in acts(planted.operations, act="export.") if act.subject == str(copy["request"])]
    assert trail == ["export.done", "export.approved", "export.request"]


def test_only_a_request_that_was_checked_is_carried_out(planted):
    request = file(planted, f"phone:{ANNA}", Case(), actor="cli", now=AFTER)
    with pytest.raises(PrivacyError, match=rf"Request {request.number} for .* is open \(requested\)"):
        file(planted, f"phone:{ANNA}", Case(), actor="cli", now=AFTER)
    with pytest.raises(PrivacyError, match="only an approved one"):
        run(planted, request.number, actor="cli", now=AFTER, hand_over=print)
    reject(planted.operations, request.number, actor="cli", now=AFTER)
    with pytest.raises(PrivacyError, match="is rejected; only a requested one"):
        approve(planted.operations, request.number, actor="cli", now=AFTER)


def test_a_copy_that_is_not_handed_over_leaves_the_request_open(planted):
    request = file(planted, f"phone:{BO}", Case(), actor="cli", now=AFTER)
    approve(planted.operations, request.number, actor="cli", now=AFTER)

    def full(_document: dict) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        run(planted, request.number, actor="cli", now=AFTER, hand_over=full)
    assert exports.get(planted.operations, request.number).status == "approved"


def test_who_is_erased_has_no_open_request_any_more_and_is_told_what_is_kept_as_proof(workspace):
    record(workspace, LIN, Said("marketing", "sms", "grant", "form", "v1"), actor="cli", now=AFTER)
    request = file(workspace, LIN, Case(), actor="cli", now=AFTER)
    erasure = file_erasure(workspace, LIN, Case(), actor="cli", now=AFTER)
    approve_erasure(workspace.operations, erasure.number, actor="cli", now=AFTER)
    erase(workspace, actor="cli", now=AFTER)
    left = exports.get(workspace.operations, request.number)
    assert (left.status, left.asked) == ("rejected", {})
    seen = look(workspace, LIN, actor="cli", now=AFTER)
    assert ([row["source"] for row in seen["consents"]["proofs"]], seen["identifiers"]) == (["form"], [])
    with pytest.raises(IdentityError, match="has been erased"):
        link(workspace, LIN, "marketing", actor="cli", now=AFTER)
