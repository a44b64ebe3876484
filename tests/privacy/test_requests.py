"""Requests to be forgotten: filed once, due by a working day, checked by somebody, then carried out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from siyu.core.errors import IdentityError, PrivacyError
from siyu.core.time import datetime_of
from siyu.privacy import requests
from siyu.privacy.docket import ERASING, Case
from siyu.privacy.underway import told
from siyu.store.audit import acts
from siyu.store.workspace import Workspace
from tests.sources.arrivals import take

FRIDAY = dt.datetime(2026, 7, 3, 9, tzinfo=dt.UTC)
PHONE = "phone:13800001234"


def filed(workspace: Workspace, query: str = PHONE, **case: str) -> requests.Request:
    return requests.file(workspace, query, Case(**case), actor="cli", now=FRIDAY)


def test_a_request_is_due_at_the_end_of_the_fifteenth_working_day(workspace):
    request = filed(workspace)
    due = datetime_of(request.due_at, workspace.settings.zone)
    # the midnight that ends Friday the 24th
    assert (due.isoformat(), due.weekday()) == ("2026-07-25T00:00:00+08:00", 5)
    assert not request.overdue(due)
    assert request.overdue(due + dt.timedelta(seconds=1))


def test_the_setting_says_how_many_working_days(workspace):
    workspace.settings = workspace.settings.with_values(privacy__erasure_days=1)
    assert datetime_of(filed(workspace).due_at, workspace.settings.zone).date() == dt.date(2026, 7, 7)


def test_what_people_write_into_a_request_shows_no_phone(workspace):
    request = filed(workspace, requester="she", reason="call 13800001234", reference="case 7")
    assert (request.requester, request.reason, request.reference) == ("she", "call ***", "case 7")
    (act,) = acts(workspace.operations)
    assert (act.act, act.subject, act.detail) == ("erasure.request", "1", {})


def test_somebody_is_asked_for_once(workspace):
    filed(workspace)
    with pytest.raises(PrivacyError, match=r"Request 1 for phone:\+86138\*\*\*\*1234 is open \(requested\)"):
        filed(workspace, "phone=138 0000 1234")


def test_a_rejected_request_may_be_filed_again(workspace):
    requests.reject(workspace.operations, filed(workspace).number, actor="cli", now=FRIDAY)
    assert filed(workspace).number == 2


def test_only_a_request_that_waits_for_it_is_checked(workspace):
    number = filed(workspace).number
    requests.approve(workspace.operations, number, actor="ann", now=FRIDAY)
    with pytest.raises(PrivacyError, match="Request 1 is approved"):
        requests.reject(workspace.operations, number, actor="ann", now=FRIDAY)
    with pytest.raises(PrivacyError, match="no erasure request 9"):
        requests.approve(workspace.operations, 9, actor="ann", now=FRIDAY)
    assert [act.act for act in acts(workspace.operations)] == ["erasure.approved", "erasure.request"]


def test_a_phone_is_asked_for_as_buyer_and_as_receiver(workspace):
    assert len(filed(workspace).asked) == 2
    assert len(filed(workspace, "email:lin@example.com").asked) == 1


def test_an_id_must_be_known_and_a_value_need_not(workspace, tmp_path):
    with pytest.raises(PrivacyError, match="12345 has not been seen"):
        filed(workspace, "12345")
    with pytest.raises(IdentityError, match=r"Unknown namespace 'fone'\. Did you mean 'phone'"):
        filed(workspace, "fone:138")
    take(workspace, tmp_path, "contents.csv", "occurred_at,id.phone\n 2026-01-01,13900000001")
    (known,) = workspace.warehouse.rows(workspace.warehouse.table("identifier"))
    assert filed(workspace, str(known["identifier_id"])).asked == {known["identifier_id"]: known["key"]}


def test_a_receipt_under_way_names_neither_files_nor_whom_they_stood_beside(workspace):
    found = {"erased": {"events": 1}, "landed": {"1": 2, "7": 3}, "beside": {"99": 1}}
    request = replace(filed(workspace), status=ERASING, receipt=found)
    assert told(request) == {"erased": {"events": 1}, "landed": {"files": 2, "rows": 5}}
