"""Callbacks of WeCom as rows: friends, groups, ends that know no start; nothing makes the door raise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.doors.nonsense import is_sound, read
from tests.stand_ins.callbacks import ANNA, CHAT, LIN, MEI, callback, chat, contact, joined, parted

AT, WHEN = 1_764_028_800, "2025-11-25T00:00:00.000000+00:00"


def cells(body: bytes, kind: str = "relations") -> list[dict[str, str | None]]:
    (message,) = read("wecom", body)
    assert (message.refused, {row.kind for row in message.rows} <= {kind}) == ("", True)
    return [row.cells for row in message.rows]


@pytest.mark.parametrize("change", ["add_external_contact", "add_half_external_contact"])
def test_a_friend_added_is_a_dedicated_service_by_its_live_code(change: str):
    assert cells(contact(change, AT, State="qr-7", WelcomeCode="CODE")) == [{
        "relation_type": "dedicated_service", "touchpoint": "wecom_chat", "platform": "wecom", "guide": "zhangsan",
        "started_at": WHEN, "campaign": "qr-7", "id.external_userid": LIN}]  # fmt: skip


@pytest.mark.parametrize("change", ["del_external_contact", "del_follow_user"])
def test_a_friend_deleted_is_an_end_that_knows_no_start(change: str):
    assert cells(contact(change, AT, Source="DELETE_BY_TRANSFER"), "relation_ends") == [{
        "relation_type": "dedicated_service", "platform": "wecom", "guide": "zhangsan", "ended_at": WHEN,
        "id.external_userid": LIN}]  # fmt: skip


def test_people_who_come_into_a_group_are_its_members_and_the_companys_own_are_not():
    assert cells(joined(AT, LIN, "wangwu", MEI)) == [{
        "relation_type": "group_member", "touchpoint": "wecom_group", "platform": "wecom", "group": CHAT,
        "started_at": WHEN, "id.external_userid": who} for who in (LIN, MEI)]  # fmt: skip


def test_a_list_of_members_is_read_in_both_ways_that_wecom_wrote_it():
    parts = "update", AT, CHAT
    old = chat(*parts, UpdateDetail="add_member", MemChangeList=f"{LIN},wangwu,{MEI}")
    assert cells(old) == cells(joined(AT, LIN, "wangwu", MEI))


def test_people_who_leave_a_group_end_their_membership():
    assert [(row["ended_at"], row["id.external_userid"]) for row in cells(parted(AT, LIN, ANNA), "relation_ends")] == [
        (WHEN, LIN), (WHEN, ANNA)]  # fmt: skip


@pytest.mark.parametrize("body", [
    chat("create", AT), chat("dismiss", AT), chat("update", AT, UpdateDetail="change_name"),
    contact("edit_external_contact", AT), contact("transfer_fail", AT, FailReason="customer_refused"),
    callback("change_external_tag", "create", AT, Id="t"),
])  # fmt: skip
def test_what_tells_nothing_of_relations_gives_no_rows(body: bytes):
    assert cells(body) == []


def test_a_callback_tried_again_is_the_same_message_however_it_is_written():
    body = contact("add_external_contact", AT)
    spaced = body.replace(b"><", b">\n <").replace(b"<![CDATA[zhangsan]]>", b"zhangsan")
    (first,), (again,), (other,) = (
        read("wecom", b) for b in (body, spaced, contact("add_external_contact", AT, guide="lisi"))
    )
    assert first.key == again.key != other.key


@pytest.mark.parametrize(("body", "reason"), [
    (b"<xml", "a body that is no XML"),
    (contact("add_external_contact", AT, who=""), "there is no ExternalUserID"),
    (contact("add_external_contact", 4_000_000_000), "hours after it arrived"),
    (callback("change_external_chat", "update", AT, UpdateDetail="del_member"), "there is no ChatId"),
    (chat("dismiss", AT).replace(b"<CreateTime>", b"<CreateTime>x"), "CreateTime is no number of seconds since 1970"),
    (callback("change_external_contact", "add_external_contact", AT, UserID=["a"], ExternalUserID=LIN),
     "UserID is a list"),
])  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_reason(body: bytes, reason: str):
    (message,) = read("wecom", body)
    assert (reason in message.refused, message.rows) == (True, [])


TEXTS = st.text(st.characters(exclude_characters="<>&]\0", exclude_categories=["C"]), max_size=12)
NAMES = ("UserID", "ExternalUserID", "State", "ChatId", "UpdateDetail", "MemChangeList")
FIELDS = st.dictionaries(st.sampled_from(NAMES), TEXTS | st.lists(TEXTS, max_size=3), max_size=5)
EVENTS = st.sampled_from(["change_external_contact", "change_external_chat", ""])
CHANGES = st.sampled_from(["add_external_contact", "del_follow_user", "update", "dismiss", "create"])


@given(EVENTS, CHANGES, st.integers(-10, 10**12), FIELDS)
def test_no_callback_makes_it_raise(event: str, change: str, at: int, fields: dict):
    assert all(map(is_sound, read("wecom", callback(event, change, at, **fields))))


@given(st.binary(max_size=80))
def test_no_body_makes_it_raise(body: bytes):
    assert all(map(is_sound, read("wecom", body)))
