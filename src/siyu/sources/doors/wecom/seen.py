"""What was seen to work of WeCom, and against what. A call that was only tried against our stand-in may differ live.

Callbacks go the other way: WeCom calls our address, with one event each.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

STAND_IN, LIVE = "stand-in", "live"
TRIED_ON = dt.date(2026, 11, 25)
CALLED_ON = dt.date(2026, 11, 26)


@dataclass(frozen=True)
class Seen:
    """A call, what it is for, and what it was last seen working against: our stand-in, or a live corp."""

    call: str
    meaning: str
    against: str = STAND_IN
    on: dt.date = TRIED_ON


SEEN: tuple[Seen, ...] = (
    Seen("GET /cgi-bin/gettoken", "A token for the other calls; asked for anew when it ends or is not taken any more."),
    Seen("GET /cgi-bin/externalcontact/get_follow_user_list", "The staff who may have customers as contacts."),
    Seen("POST /cgi-bin/externalcontact/batch/get_by_user", "Their contacts: relations dedicated_service."),
    Seen("POST /cgi-bin/externalcontact/groupchat/list", "The customer groups."),
    Seen("POST /cgi-bin/externalcontact/groupchat/get",
         "A group's members: relations group_member, and referrals where a customer brought the member along."),
    Seen("callback: check of the address (GET)", "Answered with its echostr, opened.", on=CALLED_ON),
    Seen("callback change_external_contact: add_external_contact, add_half_external_contact",
         "A friend: relation dedicated_service, its State as campaign.", on=CALLED_ON),
    Seen("callback change_external_contact: del_external_contact, del_follow_user",
         "Deleted by the staff or by the customer: the end of that relation with that member of staff.", on=CALLED_ON),
    Seen("callback change_external_chat: create",
         "A group: its members and who invited whom are asked for with groupchat/get.", on=CALLED_ON),
    Seen("callback change_external_chat: update (add_member, del_member)",
         "Into a group, out of it: relation group_member and its end; who invited whom is asked for.", on=CALLED_ON),
)  # fmt: skip


def seen_calls() -> tuple[Seen, ...]:
    """Every call to WeCom, with what it was seen working against."""
    return SEEN
