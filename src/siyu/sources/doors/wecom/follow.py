"""What callbacks of groups leave unsaid is asked for: who is in a group that was made, under which unionid, and who
invited whom. Loaded as rows like any others: no list, so nobody is closed by it.
"""

from __future__ import annotations

import datetime as dt
import random

from siyu.core.kinds import REFERRALS, RELATIONS
from siyu.core.progress import Progress
from siyu.sources.doors import asks
from siyu.sources.doors.wecom import lists
from siyu.sources.doors.wecom.client import Client
from siyu.sources.doors.wecom.sync import DOOR, Listing, load_listing
from siyu.sources.loading.loadreport import FileReport
from siyu.store.workspace import Workspace

#: Groups asked for in one go; the others wait for the next, so that loads and questions come in between.
GROUPS_MOST = 20


def follow(workspace: Workspace, client: Client, *, now: dt.datetime, progress: Progress) -> list[FileReport]:
    """Ask for the groups that callbacks told of, and load what is answered. A group that WeCom refuses while it tells
    of others is forgotten, or it would be asked for ever. RemoteError, with nothing forgotten, if it refuses
    all, or cannot be asked at all.
    """
    chats = _next(asks.noted(workspace.operations, DOOR), now)
    found = lists.members_of(client, chats, progress)
    if found.refused and len(found.refused) == len(chats):
        raise found.refused[0]
    listings = (Listing("wecom:groups", RELATIONS, found.members), Listing("wecom:invitations", REFERRALS,
                                                                            found.referrals))  # fmt: skip
    reports = [load_listing(workspace, listing, allow_drop=False, now=now, progress=progress)
               for listing in listings if listing.rows.num_rows]  # fmt: skip
    asks.answered(workspace.operations, DOOR, chats)
    return reports


def _next(chats: list[str], now: dt.datetime) -> list[str]:
    """Some of the groups, at each instant others: should WeCom refuse some for good, they stand in nobody's way."""
    return random.Random(now.isoformat()).sample(chats, min(len(chats), GROUPS_MOST))
