"""WeCom's full lists as rows of the canonical kinds: contacts are services, members of groups are group members, and a
member whom a customer brought along is a referral. Names are not taken. Reads everything before anything is loaded.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from siyu.core.errors import RemoteError
from siyu.core.progress import Progress
from siyu.sources.doors.document import sound
from siyu.sources.doors.wecom.client import Client, Document, in_hundreds, of_this_alone

PLATFORM = "wecom"
CHAT, GROUP_CHAT = "wecom_chat", "wecom_group"
SERVICE, GROUP_MEMBER = "dedicated_service", "group_member"
PERSON = ("id.external_userid", "id.unionid")
CONTACT_COLUMNS = ("relation_type", "touchpoint", "platform", *PERSON, "started_at", "guide", "campaign")
MEMBER_COLUMNS = ("relation_type", "touchpoint", "platform", *PERSON, "started_at", "group", "campaign")
REFERRAL_COLUMNS = ("occurred_at", "kind", "touchpoint", "inviter.id.external_userid", "invitee.id.external_userid",
                    "invitee.id.unionid")  # fmt: skip
#: Types of a group's members: of the staff, or from outside.
STAFF, EXTERNAL = 1, 2
#: What tells relations of one list apart (core/kinds.py); a second row of it would only correct the first.
KEY = ("id.external_userid", "started_at", "group")
#: External ids begin so (术语说明, read 2026-11-25); staff have ids that the corp chose.
EXTERNAL_ID = re.compile(r"w[mo][\w-]{20,}")


@dataclass(frozen=True)
class Groups:
    """Members of groups, and those of them whom a customer brought along. refused: why some groups are not among
    them.
    """

    members: pa.Table
    referrals: pa.Table
    refused: tuple[RemoteError, ...] = ()


def contacts(client: Client, tell: Progress) -> pa.Table:
    """All contacts of all staff: one row per contact and staff, columns CONTACT_COLUMNS."""
    users = client.follow_users()
    parts: list[pa.Table] = []
    for place, some in enumerate(in_hundreds(users)):
        tell("WeCom contacts", place * 100 / len(users))
        parts += [_table(map(_contact, page), CONTACT_COLUMNS) for page in client.contacts(some)]
    return _once(_whole(parts, CONTACT_COLUMNS))


def groups(client: Client, tell: Progress) -> Groups:
    """All members of all groups: columns MEMBER_COLUMNS and REFERRAL_COLUMNS."""
    return members_of(client, sorted(set(client.groups(client.follow_users()))), tell)


def members_of(client: Client, chats: Sequence[str], tell: Progress) -> Groups:
    """All members of some groups, without those that were dissolved, and those of which WeCom refuses to tell."""
    members: list[pa.Table] = []
    referrals: list[pa.Table] = []
    refused: list[RemoteError] = []
    for place, chat in enumerate(chats):
        tell("WeCom groups", place / len(chats))
        try:
            group = client.group(chat)
        except RemoteError as error:
            if not of_this_alone(error):
                raise
            refused.append(error)
            continue
        if group:
            members.append(_table(_members(chat, group), MEMBER_COLUMNS))
            referrals.append(_table(_referrals(group), REFERRAL_COLUMNS))
    return Groups(_once(_whole(members, MEMBER_COLUMNS)), _whole(referrals, REFERRAL_COLUMNS), tuple(refused))


def _contact(document: Document) -> Document:
    person, follow = _part(document, "external_contact"), _part(document, "follow_info")
    return {"relation_type": SERVICE, "touchpoint": CHAT, "platform": PLATFORM,
            "id.external_userid": person.get("external_userid"), "id.unionid": person.get("unionid"),
            "started_at": _instant(follow.get("createtime")), "guide": follow.get("userid"),
            "campaign": follow.get("state")}  # fmt: skip


def _members(chat: str, group: Document) -> Iterator[Document]:
    for member in _external(group):
        yield {"relation_type": GROUP_MEMBER, "touchpoint": GROUP_CHAT, "platform": PLATFORM,
               "id.external_userid": member.get("userid"), "id.unionid": member.get("unionid"),
               "started_at": _instant(member.get("join_time")), "group": chat,
               "campaign": member.get("state")}  # fmt: skip


def _referrals(group: Document) -> Iterator[Document]:
    """Members whom somebody from outside invited; staff who invite do their work."""
    staff = {member.get("userid") for member in group["member_list"] if member.get("type") == STAFF}
    for member in _external(group):
        inviter = str(_part(member, "invitor").get("userid") or "")
        if EXTERNAL_ID.fullmatch(inviter) and inviter not in staff:
            yield {"occurred_at": _instant(member.get("join_time")), "kind": "accepted", "touchpoint": GROUP_CHAT,
                   "inviter.id.external_userid": inviter, "invitee.id.external_userid": member.get("userid"),
                   "invitee.id.unionid": member.get("unionid")}  # fmt: skip


def _external(group: Document) -> list[Document]:
    return [member for member in group["member_list"] if member.get("type") == EXTERNAL]


def _part(document: Document, name: str) -> Document:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _instant(seconds: Any) -> str:
    """Seconds since 1970 as the cell of a row; what is no number stays as it is, for the quarantine to show."""
    if type(seconds) is not int:
        return str(seconds or "")
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _table(rows: Any, columns: tuple[str, ...]) -> pa.Table:
    cells = [{name: sound(str(cell)) for name, cell in row.items() if cell not in (None, "")} for row in rows]
    return pa.table({name: pa.array([row.get(name) for row in cells], pa.string()) for name in columns})


def _whole(parts: list[pa.Table], columns: tuple[str, ...]) -> pa.Table:
    return pa.concat_tables(parts).combine_chunks() if parts else _table([], columns)


def _once(rows: pa.Table) -> pa.Table:
    """Rows in an order of their own, without a second row of one key: so the same list always gives the same rows."""
    key = [name for name in KEY if name in rows.column_names]
    rows = rows.sort_by([(name, "ascending") for name in (*key, *rows.column_names)])
    if rows.num_rows < 2:
        return rows
    same = (pc.equal(rows[name].slice(1), rows[name].slice(0, rows.num_rows - 1)) for name in key)
    again = functools.reduce(pc.and_, same)
    again = pc.fill_null(again.combine_chunks(), False)  # a row without a person is no repetition: it is refused later
    return rows.filter(pa.concat_arrays([pa.array([True]), pc.invert(again)]))
