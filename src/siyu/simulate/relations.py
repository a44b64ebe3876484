"""Relations of persons with the brand, as intervals: who joins, follows, befriends, enters groups, and leaves.

Where a relation is written (a customer list, a member list, a relations file) is left to the exports.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .columns import NEVER
from .names import GROUPS, GUIDES, STORES
from .parameters import Parameters, Relating
from .people import People
from .purchases import Orders
from .season import DAY, HOUR, Season
from .touchpoints import (
    FLAGSHIP_STORE,
    GROUP_CHAT,
    LIVE_ROOM,
    MINI_PROGRAM,
    OFFICIAL_ACCOUNT,
    OFFLINE,
    OFFLINE_STORE,
    PLATFORMS,
    SITE,
    TMALL,
    WEBSITE,
    WECOM_CHAT,
    YOUZAN,
)

TYPES = (
    "member", "offline_member", "fan", "miniprogram_user", "dedicated_service", "group_member", "live_follow",
)  # fmt: skip
MEMBER, OFFLINE_MEMBER, FAN, MINIPROGRAM_USER, DEDICATED_SERVICE, GROUP_MEMBER, LIVE_FOLLOW = range(7)
MEMBER_TOUCHPOINTS = {YOUZAN: MINI_PROGRAM, TMALL: FLAGSHIP_STORE, SITE: WEBSITE, OFFLINE: OFFLINE_STORE}
ELSEWHERE = len(PLATFORMS)
"""The platform of relations that live in WeChat itself, not in a shop."""

AT_ONCE, WITH_ORDER, JOIN_DAYS = 0.20, 0.06, 170.0


@dataclass(frozen=True)
class Bond:
    """What a relation is: its type, where it lives, and the share that ends some day, soon or after months."""

    type: int
    touchpoint: int
    platform: int | np.ndarray
    leaves: float | np.ndarray


@dataclass(frozen=True)
class Relations:
    """One entry per relation; `ended_at` is NEVER while it lasts, -1 stands for no guide or group."""

    person: np.ndarray
    type: np.ndarray
    platform: np.ndarray
    touchpoint: np.ndarray
    started_at: np.ndarray
    ended_at: np.ndarray
    store: np.ndarray
    guide: np.ndarray
    group: np.ndarray

    def where(self, keep: np.ndarray) -> "Relations":
        return Relations(**{name: column[keep] for name, column in vars(self).items()})

    def __len__(self) -> int:
        return len(self.person)


def relate(rng: np.random.Generator, calendar: Season, people: People, orders: Orders, truth: Parameters) -> Relations:
    """All relations of the window, by type, then by person and start."""
    parts = [
        *_memberships(rng, calendar, people, orders, truth.relating),
        *_followings(rng, calendar, people, truth.relating),
        *_friendships(rng, calendar, people, truth.relating),
    ]
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return Relations(*(np.concatenate(column) for column in columns))


def _memberships(
    rng: np.random.Generator, calendar: Season, people: People, orders: Orders, truth: Relating
) -> Iterator[Relations]:
    first = first_orders(people.count, orders)
    for platform, touchpoint in MEMBER_TOUCHPOINTS.items():
        who = np.flatnonzero(people.member_of[:, platform] & (people.adopted[:, platform] < NEVER))
        joins = _joining(rng, calendar, people.adopted[who, platform], first[who], people.spreader[who])
        bond = Bond(MEMBER, touchpoint, platform, np.where(people.spreader[who], 0, truth.member_leaves))
        joined = _hold(rng, calendar, who, joins, bond)
        if platform == OFFLINE:
            yield _as_type(joined, OFFLINE_MEMBER)
            joined = joined.where(rng.random(len(joined)) < truth.electronic_card)
        yield joined


def first_orders(count: int, orders: Orders) -> np.ndarray:
    """The moment of each person's first paid order, NEVER for those without."""
    first = np.full(count, NEVER)
    np.minimum.at(first, orders.person, orders.paid_at)
    return first


def _joining(
    rng: np.random.Generator, calendar: Season, since: np.ndarray, bought: np.ndarray, at_once: np.ndarray
) -> np.ndarray:
    """Some join on arrival, some on the way to or just after the first purchase, the rest when it suits them."""
    way = np.where(at_once, 0.0, rng.random(len(since)))
    later = calendar.to_clock(calendar.to_busy(since) + rng.exponential(JOIN_DAYS * DAY, len(since)))
    buys = (bought >= since) & (bought < NEVER)
    with_order = np.where(buys, bought + rng.integers(-600, 2 * HOUR, len(since)), later)
    arriving = since + rng.integers(30, 1800, len(since))
    return np.where(way < AT_ONCE, arriving, np.where(way < AT_ONCE + WITH_ORDER, with_order, later))


def _followings(rng: np.random.Generator, calendar: Season, people: People, truth: Relating) -> Iterator[Relations]:
    on_youzan = people.adopted[:, YOUZAN] < NEVER
    shop = np.where(on_youzan, YOUZAN, ELSEWHERE)
    for kind, touchpoint, could, share, wait, leaves in (
        (FAN, OFFICIAL_ACCOUNT, people.wechat, truth.fan, 25, truth.follow_leaves),
        (MINIPROGRAM_USER, MINI_PROGRAM, on_youzan, truth.miniprogram_user, 3, 0.03),
        (LIVE_FOLLOW, LIVE_ROOM, people.wechat, truth.live_follow, 60, truth.follow_leaves),
    ):
        who = np.flatnonzero(could & (rng.random(people.count) < share))
        since = np.where(on_youzan, people.adopted[:, YOUZAN], people.arrival)[who]
        starts = _after(rng, calendar, since, wait)
        yield _hold(rng, calendar, who, starts, Bond(kind, touchpoint, shop[who], leaves))


def _friendships(rng: np.random.Generator, calendar: Season, people: People, truth: Relating) -> Iterator[Relations]:
    who = np.flatnonzero(people.wecom)
    starts = _after(rng, calendar, people.arrival[who], 40)
    bond = Bond(DEDICATED_SERVICE, WECOM_CHAT, ELSEWHERE, truth.friend_leaves)
    friends = _hold(rng, calendar, who, starts, bond)
    yield _with(friends, guide=friends.person % len(GUIDES))
    for share, offset in ((truth.group_member, 0), (truth.group_member / 4, 5)):
        keep = rng.random(len(friends)) < share
        starts = friends.started_at[keep] + rng.exponential(20 * DAY, int(keep.sum())).astype(np.int64) + 300
        bond = Bond(GROUP_MEMBER, GROUP_CHAT, ELSEWHERE, truth.group_leaves)
        members = _hold(rng, calendar, friends.person[keep], starts, bond)
        yield _with(members, group=(members.person * 3 + offset) % len(GROUPS))


def _after(rng: np.random.Generator, calendar: Season, since: np.ndarray, wait_days: float) -> np.ndarray:
    wait = rng.exponential(wait_days * DAY, len(since)) + 60
    return calendar.to_clock(calendar.to_busy(since) + wait)


def _hold(rng: np.random.Generator, calendar: Season, who: np.ndarray, starts: np.ndarray, bond: Bond) -> Relations:
    """The relations that start inside the window, each until its end or NEVER."""
    ends = starts + 600 + rng.exponential(300 * DAY, len(who)).astype(np.int64)
    ended = (rng.random(len(who)) < bond.leaves) & (ends < calendar.end)
    none = np.full(len(who), -1)
    made = Relations(
        person=who,
        type=np.full(len(who), bond.type, np.int8),
        platform=np.broadcast_to(np.asarray(bond.platform, np.int8), who.shape),
        touchpoint=np.full(len(who), bond.touchpoint, np.int8),
        started_at=starts,
        ended_at=np.where(ended, ends, NEVER),
        store=np.where(bond.platform == np.int8(OFFLINE), who % len(STORES), -1),
        guide=none,
        group=none,
    )
    return made.where(starts < calendar.end - 1)


def _as_type(relations: Relations, kind: int) -> Relations:
    return _with(relations, type=np.full(len(relations), kind, np.int8))


def _with(relations: Relations, **columns: np.ndarray) -> Relations:
    return Relations(**{**vars(relations), **columns})
