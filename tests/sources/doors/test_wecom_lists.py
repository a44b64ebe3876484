"""WeCom's lists loaded as snapshots: who is there, who is new, who has left, and what loads nothing."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from siyu.core.errors import RemoteError, SnapshotError
from siyu.core.time import datetime_of
from siyu.sources.doors.wecom.client import CONTACTS, FOLLOW_USERS, GROUP, GROUPS, TOKEN, Client
from siyu.sources.doors.wecom.client import Corp as Whose
from siyu.sources.doors.wecom.sync import sync
from siyu.sources.replay import rebuild
from tests.sources.arrivals import everything, in_force
from tests.stand_ins.wecom import CORP_ID, SECRET, Corp, external, follow, member, serving, staff

NOW = dt.datetime(2026, 6, 30, 4, tzinfo=dt.UTC)
TOMORROW = NOW + dt.timedelta(days=1)
AT = 1_780_000_000  # 2026-05-28T20:26:40Z


@pytest.fixture
def wecom():
    with serving() as running:
        yield running


@pytest.fixture
def run(workspace, wecom):
    """`run(now)`: one sync of the workspace."""

    def synced(now=NOW, **options):
        with Client(Whose(wecom.url, CORP_ID, SECRET), sleep=lambda _: None, clock=lambda: 0.0) as client:
            return sync(workspace, client, now=now, progress=lambda *_: None, **options)

    return synced


def relations(workspace, *columns):
    """The named columns of the relations in force, in order."""
    return sorted(in_force(workspace, "relations", *columns), key=str)


def held(workspace):
    """(relation, guide, whether it is held) of each relation."""
    return [(kind, guide, ended is None) for kind, guide, ended in
            relations(workspace, "relation_type", "guide", "ended_at")]  # fmt: skip


def test_a_contact_is_a_service_with_guide_start_and_channel(workspace, wecom, run):
    wecom.corp.contacts = [follow("lin", 1, AT, state="qr-spring")]
    report = run(groups=False)
    columns = ("relation_type", "touchpoint", "platform", "guide", "campaign", "started_at", "ended_at")
    assert relations(workspace, *columns) == [
        ("dedicated_service", "wecom_chat", "wecom", "lin", "qr-spring", AT * 1_000_000, None)]
    assert (report.read, report.counts["loaded"], report.refused) == (1, 1, 0)


def test_members_from_outside_are_group_members_and_staff_is_not(workspace, wecom, run):
    wecom.corp.groups = {"wr1": [staff("lin", AT), member(1, AT, state="poster")], "wr2": [member(1, AT + 5)]}
    run(contacts=False)
    assert relations(workspace, "relation_type", "touchpoint", "group", "campaign") == [
        ("group_member", "wecom_group", "wr1", "poster"), ("group_member", "wecom_group", "wr2", None)]


def test_both_ids_of_a_contact_name_one_person(workspace, wecom, run):
    wecom.corp.contacts = [follow("lin", 1, AT)]
    assert run(groups=False).files[0].identifiers_new == 2
    assert {row["namespace"] for row in workspace.warehouse.rows(workspace.warehouse.table("identifier"))} == {
        "external_userid", "unionid"}  # fmt: skip


def test_whom_a_customer_brought_along_is_a_referral_and_whom_staff_did_is_not(workspace, wecom, run):
    wecom.corp.groups = {"wr1": [staff("lin", AT), member(1, AT, "lin"), member(2, AT + 9, external(1)),
                                 member(3, AT + 9)]}  # fmt: skip
    run()
    assert in_force(workspace, "referrals", "kind", "touchpoint", "occurred_at") == [
        ("accepted", "wecom_group", (AT + 9) * 1_000_000)]


def test_a_second_sync_adds_nothing(workspace, wecom, run):
    wecom.corp.contacts = [follow("lin", n, AT + n) for n in range(150)]
    wecom.corp.groups = {"wr1": [member(1, AT), member(2, AT + 9, external(1))]}
    run()
    before = {name: rows for name, rows in everything(workspace).items() if name != "load"}
    again = run()
    assert (again.counts["loaded"], again.counts["duplicate"], again.counts["corrected"]) == (0, 153, 0)
    assert {name: rows for name, rows in everything(workspace).items() if name != "load"} == before


def test_one_contact_of_two_staff_is_two_services(workspace, wecom, run):
    wecom.corp.users = ["lin", "mei"]
    wecom.corp.contacts = [follow("lin", 1, AT), follow("mei", 1, AT + 60)]
    for now in (NOW, TOMORROW):
        run(now)
    assert held(workspace) == [("dedicated_service", "lin", True), ("dedicated_service", "mei", True)]


def test_a_contact_is_closed_when_the_last_of_the_staff_is_gone(workspace, wecom, run):
    wecom.corp.users = ["lin", "mei"]
    wecom.corp.contacts = [follow("lin", 1, AT), follow("mei", 1, AT + 60)]
    run()
    del wecom.corp.contacts[1]
    run(TOMORROW)
    assert [still for *_, still in held(workspace)] == [True, True]
    wecom.corp.contacts.clear()
    run(TOMORROW, allow_drop=True)
    assert [still for *_, still in held(workspace)] == [False, False]


def test_two_staff_who_add_a_contact_in_the_same_second_do_not_correct_each_other(workspace, wecom, run):
    wecom.corp.users = ["lin", "mei"]
    wecom.corp.contacts = [follow("mei", 1, AT), follow("lin", 1, AT)]
    assert (run().counts["corrected"], run(TOMORROW).counts["corrected"]) == (0, 0)
    assert held(workspace) == [("dedicated_service", "lin", True)]


def test_a_contact_that_is_gone_is_closed_at_the_start_of_that_day(workspace, wecom, run):
    wecom.corp.contacts = [follow("lin", n, AT) for n in range(10)]
    run()
    del wecom.corp.contacts[0]
    report = run(TOMORROW)
    assert report.files[0].snapshot == {"open_before": 10, "opened": 0, "closed": 1}
    ended = [at for (at,) in relations(workspace, "ended_at") if at is not None]
    assert [datetime_of(at, workspace.settings.zone).isoformat() for at in ended] == ["2026-07-01T00:00:00+08:00"]


def test_a_member_that_left_one_of_two_groups_stays_in_the_other(workspace, wecom, run):
    wecom.corp.groups = {"wr1": [member(n, AT + n) for n in range(10)], "wr2": [member(0, AT + 99)]}
    run()
    del wecom.corp.groups["wr1"][0]
    run(TOMORROW)
    left = [group for group, ended in relations(workspace, "group", "ended_at") if ended is not None]
    assert left == ["wr1"]


def test_lists_close_only_what_they_are_lists_of(workspace, wecom, run):
    wecom.corp.contacts = [follow("lin", 1, AT)]
    wecom.corp.groups = {"wr1": [member(1, AT)]}
    run()
    run(TOMORROW)
    run(TOMORROW, groups=False)
    assert [still for *_, still in held(workspace)] == [True, True]


def test_a_list_that_would_close_too_many_is_refused_and_the_other_loaded(workspace, wecom, run):
    wecom.corp.contacts = [follow("lin", n, AT) for n in range(10)]
    run()
    wecom.corp.contacts = wecom.corp.contacts[:5]
    wecom.corp.groups = {"wr1": [member(1, AT)]}
    report = run(TOMORROW)
    assert "would close 5 of 10" in report.files_refused[0]["message"]
    assert [still for *_, still in held(workspace)] == [True] * 11


def test_a_corp_without_contacts_all_at_once_is_refused_until_told_so(workspace, wecom, run):
    wecom.corp.contacts = [follow("lin", n, AT) for n in range(10)]
    run(groups=False)
    wecom.corp.contacts = []
    with pytest.raises(SnapshotError, match="would close 10 of 10"):
        run(TOMORROW, groups=False)
    assert run(TOMORROW, groups=False, allow_drop=True).files[0].snapshot == {
        "open_before": 10, "opened": 0, "closed": 10}  # fmt: skip


@pytest.mark.parametrize(("path", "trouble"), [
    (CONTACTS.path, [0, 48002]), (GROUPS.path, [60011]), (GROUP.path, [0, 48002]), (GROUP.path, ["404"]),
])  # fmt: skip
def test_what_fails_half_way_loads_nothing(workspace, wecom, run, path, trouble):
    wecom.corp = Corp(contacts=[follow("lin", n, AT) for n in range(101)],
                      groups={"wr1": [member(1, AT)], "wr2": [member(2, AT)]})  # fmt: skip
    wecom.trouble(path, *trouble)
    with pytest.raises(RemoteError):
        run()
    assert workspace.operations.committed_loads() == []
    assert not relations(workspace, "relation_type")


def test_one_group_that_is_refused_keeps_no_other_out_and_closes_nobody(workspace, wecom, run):
    wecom.corp = Corp(contacts=[follow("lin", 1, AT)], groups={"wr1": [member(1, AT)], "wr2": [member(2, AT)]})
    wecom.corp.hidden = {"wr1"}
    report = run()
    assert [(refused["file"], "60111" in refused["message"]) for refused in report.files_refused] == [
        ("wecom:groups", True)]  # fmt: skip
    assert held(workspace) == [("dedicated_service", "lin", True), ("group_member", None, True)]
    wecom.corp.groups["wr2"] = [member(3, AT)]
    run(TOMORROW)
    assert held(workspace) == [("dedicated_service", "lin", True)] + [("group_member", None, True)] * 2
    wecom.corp.hidden |= {"wr2"}
    assert (run(TOMORROW, contacts=False).refused, len(held(workspace))) == (2, 3)


@pytest.mark.parametrize(("path", "answer"), [
    (CONTACTS.path, {"external_contact_list": ["lin"]}), (FOLLOW_USERS.path, {"follow_user": [1, None, "lin"]}),
    (GROUP.path, {"group_chat": {"member_list": [7]}}), (GROUPS.path, {"group_chat_list": [None]}),
    (TOKEN.path, {"access_token": 1}),
])  # fmt: skip
def test_what_wecom_does_not_document_is_told_as_such(workspace, wecom, run, path, answer):
    wecom.corp = Corp(groups={"wr1": [member(1, AT)]})
    wecom.trouble(path, {"errcode": 0, **answer})
    with pytest.raises(RemoteError, match="is not what WeCom documents"):
        run()


def test_a_token_that_is_said_to_last_for_ever_and_nested_answers_are_no_bug(workspace, wecom, run):
    wecom.expires_in = 10**400
    wecom.trouble(GROUPS.path, "[" * 100_000)
    with pytest.raises(RemoteError, match="is not what WeCom documents"):
        run()


def test_half_a_character_in_a_channel_keeps_no_contact_out(workspace, wecom, run):
    contact = follow("lin", 1, AT, state="\ud800x")
    wecom.trouble(CONTACTS.path, {"errcode": 0, "external_contact_list": [contact], "fail_info": ["x"]})
    run(groups=False)
    assert relations(workspace, "campaign") == [("?x",)]


def test_a_contact_without_a_time_waits_in_quarantine_and_is_not_taken_for_gone(workspace, wecom, run):
    wecom.corp.contacts = [follow("lin", n, AT) for n in range(3)]
    run(groups=False)
    wecom.corp.contacts[0]["follow_info"]["createtime"] = "yesterday"
    report = run(TOMORROW, groups=False)
    assert report.counts["quarantined"] == 1
    assert [still for *_, still in held(workspace)] == [True] * 3


def test_a_contact_without_any_id_is_refused_by_itself(workspace, wecom, run):
    wecom.corp.contacts = [follow("lin", 1, AT), {"external_contact": {}, "follow_info": {"userid": "lin"}}]
    report = run(groups=False)
    assert (report.counts["loaded"], report.counts["quarantined"]) == (1, 1)


def test_names_are_not_taken(workspace, wecom, run):
    wecom.corp.contacts = [follow("lin", 1, AT)]
    report = run(groups=False)
    assert "客户1" not in json.dumps(report.as_json(), ensure_ascii=False)
    assert "客户1" not in str(everything(workspace))


@pytest.mark.slow
def test_what_was_synced_is_rebuilt_from_the_landed_rows(workspace, wecom, run):
    wecom.corp.contacts = [follow("lin", n, AT) for n in range(10)]
    wecom.corp.groups = {"wr1": [member(1, AT), member(2, AT, external(1))]}
    run()
    del wecom.corp.contacts[0]
    run(TOMORROW)
    before = relations(workspace, "relation_type", "started_at", "ended_at", "guide", "group")
    assert rebuild(workspace, TOMORROW).equal
    assert relations(workspace, "relation_type", "started_at", "ended_at", "guide", "group") == before
