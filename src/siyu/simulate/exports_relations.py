"""Relations and members as canonical files.

Memberships and followers of Youzan stand in its customer lists; here are the friends, groups, live followers, mini
program users and card holders, and the members of Tmall, site and stores.
"""

import numpy as np

from . import columns as text
from .exportfile import Cell, Exports, Flaw
from .id_columns import Shares, id_columns
from .media import campaigns
from .names import CITIES, GROUPS, GUIDES, STORES
from .relations import (
    DEDICATED_SERVICE,
    FAN,
    GROUP_MEMBER,
    LIVE_FOLLOW,
    MEMBER,
    MINIPROGRAM_USER,
    OFFLINE_MEMBER,
    TYPES,
    Relations,
)
from .story import Story
from .touchpoints import LIVE_ROOM, NAMES, OFFLINE, PLATFORMS, SITE, TMALL, YOUZAN

RELATION_FLAWS = (Flaw("bad_date", "started_at", "2025-02-29 08:00:00"), Flaw("missing_value", "relation_type", ""))
MEMBER_FLAWS = (Flaw("bad_date", "joined_at", "31.12.2025"),)
PLATFORM_NAMES = (*PLATFORMS, "weixin")
WECOM_TYPES = (DEDICATED_SERVICE, GROUP_MEMBER)
SHOWN: dict[int, dict[str, float]] = {
    OFFLINE_MEMBER: {"member_card": 1, "phone": 0.9},
    FAN: {"unionid": 1},
    MINIPROGRAM_USER: {"openid": 1, "unionid": 0.8, "phone": 0.85},
    DEDICATED_SERVICE: {"external_userid": 1, "unionid": 0.88, "phone": 0.4},
    GROUP_MEMBER: {"external_userid": 1, "unionid": 0.2},
    LIVE_FOLLOW: {"unionid": 1, "openid": 0.3},
}


def write_relations(story: Story, out: Exports) -> None:
    """relations.csv, by start."""
    rng, every = story.rng("export relations"), story.relations
    elsewhere = (every.type == MEMBER) | ((every.type == FAN) & (every.platform == YOUZAN))
    rows = every.where(~elsewhere)
    rows = rows.where(np.lexsort((rows.type, rows.person, rows.started_at)))
    wecom = np.isin(rows.type, WECOM_TYPES)
    live = rows.touchpoint == LIVE_ROOM
    paid = live & (rng.random(len(rows)) < 0.3)
    cells: dict[str, Cell] = {
        "relation_type": text.pick(TYPES, rows.type),
        "touchpoint": text.pick(NAMES, rows.touchpoint),
        "platform": text.either(wecom, "wecom", text.pick(PLATFORM_NAMES, rows.platform)),
        "store": text.pick(STORES, rows.store),
        "started_at": text.moments(rows.started_at),
        "ended_at": text.moments(rows.ended_at),
        "campaign": campaigns(story, rows.started_at, paid),
        "paid_media": text.either(paid, "true", "false"),
        "source_domain": text.either(live, "public", "private"),
        "guide": text.pick(GUIDES, rows.guide),
        "group": text.pick(GROUPS, rows.group),
        **id_columns(story, out, rng, "relations.csv", rows.person, _shares(rows.type)),
    }
    out.write("relations.csv", "relations", len(rows), cells, spoil=rng, flaws=RELATION_FLAWS)


def _shares(types: np.ndarray) -> Shares:
    names = {name for shown in SHOWN.values() for name in shown}
    tables = {name: np.zeros(len(TYPES)) for name in sorted(names)}
    for kind, shown in SHOWN.items():
        for name, share in shown.items():
            tables[name][kind] = share
    return {name: table[types] for name, table in tables.items()}


def write_members(story: Story, out: Exports) -> None:
    """members.csv: the lists of Tmall, site and stores with those who left; a few hold two cards."""
    rng, every = story.rng("export members"), story.relations
    rows = every.where((every.type == MEMBER) & np.isin(every.platform, (TMALL, SITE, OFFLINE)))
    rows = rows.where(np.lexsort((rows.platform, rows.person, rows.started_at)))
    people, who = story.people, rows.person
    shares = {
        "taobao_nick": np.where(rows.platform == TMALL, 1.0, 0.0),
        "email": np.where(rows.platform == SITE, 1.0, 0.0),
        "member_card": np.where(rows.platform == OFFLINE, 1.0, 0.0),
        "anonymous_id": np.where(rows.platform == SITE, 0.7, 0.0),
        "phone": np.select([rows.platform == TMALL, rows.platform == SITE], [0.8, 0.45], 0.92),
    }
    ids = id_columns(story, out, rng, "members.csv", who, shares, by_hand=True)
    ids["id.member_card"] = _second_cards(story, out, rows, ids["id.member_card"])
    cells: dict[str, Cell] = {
        "platform": text.pick(PLATFORMS, rows.platform),
        "joined_at": text.moments(rows.started_at),
        "left_at": text.moments(rows.ended_at),
        "tier": text.pick(("普通", "银卡", "金卡"), who % 17 // 8),
        "birthday_month": text.only(who % 3 > 0, text.whole(people.birth_month[who])),
        "city": text.pick([name for name, _, _ in CITIES], people.city[who]),
        "gender": text.either(people.female[who], "female", "male"),
        **ids,
    }
    out.write("members.csv", "members", len(rows), cells, spoil=rng, flaws=MEMBER_FLAWS)


def _second_cards(story: Story, out: Exports, rows: Relations, cards: text.Text) -> text.Text:
    """Who lost the card joined again under a new one; the relations file still has the old."""
    second = text.take(story.names.second_card, rows.person)
    wears = (rows.platform == OFFLINE) & np.asarray(second.is_valid())
    out.plant("members.csv", "second_card", wears.sum())
    return text.either(wears, second, cards)
