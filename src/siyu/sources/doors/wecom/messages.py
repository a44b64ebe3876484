"""A callback of WeCom as rows: friends added and deleted, people who come into a group and leave it.

An end says when, not since when: it is a row of relation_ends, and every reader of relations finds what it ends. What a
callback of a group does not say (who is in a new one, who invited a member) is asked for afterwards (follow.py); the
unionid of a friend, and who was in a dissolved group, come with the next full list (sync.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from siyu.core.settings import Settings
from siyu.core.time import SECOND
from siyu.sources.doors.document import sound, spelled
from siyu.sources.doors.message import Message, Row, Unreadable, checked, iso, message_key, occurred
from siyu.sources.doors.wecom.lists import CHAT, EXTERNAL_ID, GROUP_CHAT, GROUP_MEMBER, PLATFORM, SERVICE
from siyu.sources.doors.wecom.xml import Fields, fields_of
from siyu.store.inbox import Arrival

#: Events (read 2026-11-25: developer.work.weixin.qq.com/document/path/92130).
OF_CONTACT, OF_CHAT = "change_external_contact", "change_external_chat"
#: Digits of the latest second that is taken for a time.
SECONDS_DIGITS = 11


@dataclass(frozen=True)
class Event:
    """A callback, its fields as they came. at: when it happened, as the cell of a row."""

    fields: Fields
    at: str

    def text(self, name: str) -> str:
        """A field that is one text; '' if there is none."""
        found = self.fields.get(name, "")
        if not isinstance(found, str):
            raise Unreadable(f"{name} is a list")
        return found

    def needed(self, name: str) -> str:
        """A field that must be there."""
        if not (found := self.text(name)):
            raise Unreadable(f"there is no {name}")
        return found

    def from_outside(self, name: str) -> list[str]:
        """The contacts in a list of ids, which WeCom writes as items, and wrote with commas; staff are left out."""
        found = self.fields.get(name, [])
        return [one for one in (found if isinstance(found, list) else found.split(",")) if EXTERNAL_ID.fullmatch(one)]


def messages(arrival: Arrival, _settings: Settings) -> Iterator[Message]:
    """The one message of a callback. WeCom tries a callback again with the same fields: those are its key."""
    text = sound(arrival.body.decode("utf-8", "replace"))
    key, at = _key(arrival, text), None
    try:
        fields = fields_of(arrival.body)
        key = _key(arrival, spelled(fields))
        at = _happened(fields, arrival.received_at)
        event = Event(fields, iso(at))
        rows, asks = checked(_rows(event)), _asks(event)
    except Unreadable as error:
        yield Message(key, arrival.received_at, text, stated_at=at, refused=str(error))
    else:
        yield Message(key, arrival.received_at, text, stated_at=at, rows=rows, asks=asks)


def _happened(fields: Fields, received_at: int) -> int:
    seconds = fields.get("CreateTime", "")
    if not (isinstance(seconds, str) and seconds.isascii() and seconds.isdigit() and len(seconds) <= SECONDS_DIGITS):
        raise Unreadable("CreateTime is no number of seconds since 1970")
    return occurred(received_at, None, int(seconds) * SECOND)


def _rows(event: Event) -> list[Row]:
    """The rows of a callback; none of what tells nothing of relations."""
    make = CHANGES.get((event.text("Event"), event.text("ChangeType")))
    return make(event) if make else []


def _asks(event: Event) -> tuple[str, ...]:
    """The group that is to be asked for: one that was made, or that people came into."""
    made = event.text("ChangeType") == "create" or event.text("UpdateDetail") == "add_member"
    return (event.needed("ChatId"),) if made and event.text("Event") == OF_CHAT else ()


def _added(event: Event) -> list[Row]:
    return [Row("relations", {**_friend(event), "touchpoint": CHAT, "started_at": event.at,
                              "campaign": event.text("State") or None})]  # fmt: skip


def _deleted(event: Event) -> list[Row]:
    return [Row("relation_ends", {**_friend(event), "ended_at": event.at})]


def _friend(event: Event) -> dict[str, str | None]:
    return {"relation_type": SERVICE, "platform": PLATFORM, "guide": event.needed("UserID"),
            "id.external_userid": event.needed("ExternalUserID")}  # fmt: skip


def _changed(event: Event) -> list[Row]:
    """People came into a group or left it; a change of its name or owner says nothing here."""
    match event.text("UpdateDetail"):
        case "add_member":
            return [Row("relations", {**member, "touchpoint": GROUP_CHAT, "started_at": event.at})
                    for member in _members(event)]  # fmt: skip
        case "del_member":
            return [Row("relation_ends", {**member, "ended_at": event.at}) for member in _members(event)]
    return []


def _members(event: Event) -> list[dict[str, str | None]]:
    group = event.needed("ChatId")
    return [{"relation_type": GROUP_MEMBER, "platform": PLATFORM, "group": group, "id.external_userid": who}
            for who in event.from_outside("MemChangeList")]  # fmt: skip


CHANGES: dict[tuple[str, str], Callable[[Event], list[Row]]] = {
    (OF_CONTACT, "add_external_contact"): _added,
    (OF_CONTACT, "add_half_external_contact"): _added,  # added without being asked back: a friend all the same
    (OF_CONTACT, "del_external_contact"): _deleted,  # by the staff
    (OF_CONTACT, "del_follow_user"): _deleted,  # by the customer
    (OF_CHAT, "update"): _changed,
}


def _key(arrival: Arrival, content: str) -> int:
    return message_key(arrival.source, hashlib.sha256(content.encode()).hexdigest())
