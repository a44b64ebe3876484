"""What callbacks of groups leave unsaid is asked for once, and loaded; what fails is asked again."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest

from siyu.core.errors import RemoteError
from siyu.core.time import instant_of
from siyu.sources.doors import asks
from siyu.sources.doors.wecom.client import GROUP, Client
from siyu.sources.doors.wecom.client import Corp as Whose
from siyu.sources.doors.wecom.follow import GROUPS_MOST, follow
from siyu.sources.doors.wecom.sync import sync
from siyu.sources.live import drain
from siyu.store.inbox import Arrival
from tests.sources.arrivals import in_force
from tests.stand_ins.callbacks import CHAT, chat, contact, joined, parted
from tests.stand_ins.wecom import CORP_ID, SECRET, external, member, serving, staff

NOW = dt.datetime(2026, 6, 30, 4, tzinfo=dt.UTC)
AT = 1_780_000_000


@pytest.fixture
def wecom():
    with serving() as running:
        yield running


@pytest.fixture
def told(workspace, wecom):
    """`told(callbacks)`: they are loaded, and WeCom is asked for what they leave unsaid; how many loads that made."""

    def loaded(*bodies: bytes) -> int:
        if bodies:
            workspace.inbox.put([Arrival("wecom", "corp", instant_of(NOW), body) for body in bodies])
        drain(workspace, now=NOW)
        with Client(Whose(wecom.url, CORP_ID, SECRET), sleep=lambda _: None, clock=lambda: 0.0) as client:
            return len(follow(workspace, client, now=NOW, progress=lambda *_: None))

    return loaded


def test_who_is_in_a_group_that_was_made_and_who_invited_whom_is_asked_for(workspace, wecom, told):
    wecom.corp.groups = {CHAT: [staff("lin", AT), member(1, AT, "lin"), member(2, AT + 9, external(1))]}
    assert told(chat("create", AT)) == 2
    assert in_force(workspace, "relations", "relation_type", "group", "ended_at") == [("group_member", CHAT, None)] * 2
    assert in_force(workspace, "referrals", "kind", "occurred_at") == [("accepted", (AT + 9) * 1_000_000)]
    assert (wecom.calls[GROUP.path], told()) == (1, 0)


def test_who_joins_is_asked_for_and_who_leaves_is_not(workspace, wecom, told):
    wecom.corp.groups = {CHAT: [member(1, AT), member(2, AT + 9, external(1))]}
    told(parted(AT, external(3)), contact("add_external_contact", AT), chat("update", AT, UpdateDetail="change_name"))
    assert wecom.calls[GROUP.path] == 0
    told(joined(AT, external(1)), joined(AT + 9, external(2)), joined(AT + 9, external(2)))
    assert (wecom.calls[GROUP.path], len(in_force(workspace, "referrals", "kind"))) == (1, 1)


def test_a_group_that_is_gone_in_the_meantime_is_asked_for_once(workspace, wecom, told):
    assert (told(chat("create", AT)), asks.noted(workspace.operations, "wecom")) == (0, [])


def test_what_wecom_refuses_is_asked_again(workspace, wecom, told):
    wecom.corp.groups = {CHAT: [member(1, AT)]}
    wecom.trouble(GROUP.path, 48002)
    with pytest.raises(RemoteError, match="48002"):
        told(chat("create", AT))
    assert asks.noted(workspace.operations, "wecom") == [CHAT]
    assert (told(), asks.noted(workspace.operations, "wecom")) == (1, [])


def test_a_group_that_is_refused_stands_in_no_others_way(workspace, wecom, told):
    chats = [f"wr{n:030d}" for n in range(3)]
    wecom.corp.groups = {chat: [member(n, AT)] for n, chat in enumerate(chats)}
    wecom.trouble(GROUP.path, 0, 60111)
    assert told(*(chat("create", AT, name) for name in chats)) == 1
    assert (len(in_force(workspace, "relations", "group")), asks.noted(workspace.operations, "wecom")) == (2, [])


def test_groups_that_are_refused_for_good_leave_room_for_others(workspace, wecom, told):
    refused, good = [f"wr0{n:029d}" for n in range(GROUPS_MOST)], f"wr1{0:029d}"
    wecom.corp.groups = {good: [member(1, AT)]}
    wecom.corp.hidden = set(refused)
    workspace.inbox.put([Arrival("wecom", "corp", instant_of(NOW), chat("create", AT, name))
                         for name in (*refused, good)])  # fmt: skip
    drain(workspace, now=NOW)
    loads = 0
    with Client(Whose(wecom.url, CORP_ID, SECRET), sleep=lambda _: None, clock=lambda: 0.0) as client:
        for now in (NOW + dt.timedelta(seconds=n) for n in range(9)):
            with contextlib.suppress(RemoteError):
                loads += len(follow(workspace, client, now=now, progress=lambda *_: None))
    assert (loads, in_force(workspace, "relations", "group")) == (1, [(good,)])


def test_many_groups_are_asked_for_in_several_goes(workspace, wecom, told):
    told(*(chat("create", AT, f"wr{n:030d}") for n in range(GROUPS_MOST + 5)))
    assert (wecom.calls[GROUP.path], len(asks.noted(workspace.operations, "wecom"))) == (GROUPS_MOST, 5)


def test_the_list_that_comes_next_closes_nobody(workspace, wecom, told):
    wecom.corp.groups = {CHAT: [member(1, AT), member(2, AT + 9, external(1))]}
    told(chat("create", AT), joined(AT + 9, external(2)))
    with Client(Whose(wecom.url, CORP_ID, SECRET), sleep=lambda _: None, clock=lambda: 0.0) as client:
        report = sync(workspace, client, contacts=False, now=NOW, progress=lambda *_: None)
    assert (report.counts["loaded"], report.files[0].snapshot) == (0, {"open_before": 3, "opened": 0, "closed": 0})
