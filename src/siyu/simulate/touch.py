"""What persons do at touchpoints: entries before purchases and joins, browsing, and the events around them.

An entry comes minutes or hours before what it leads to, so touchpoint gravity has something true to find.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .columns import NEVER
from .parameters import Advertising
from .people import People
from .purchases import Orders
from .relations import DEDICATED_SERVICE, GROUP_MEMBER, MINIPROGRAM_USER, Relations
from .season import DAY, HOUR, Season
from .touchpoints import (
    FLAGSHIP_STORE,
    GROUP_CHAT,
    LIVE_ROOM,
    MINI_PROGRAM,
    MOMENTS_AD,
    OFFICIAL_ACCOUNT,
    OFFLINE,
    OFFLINE_STORE,
    SITE,
    TMALL,
    TOUCHPOINTS,
    WEBSITE,
    WECOM_CHAT,
    YOUZAN,
)

ENTRY, VIEW, WATCH, CART, FAVORITE, INTERACT, SEARCH, SAMPLE, BENEFIT, CLICK, IMPRESSION = range(11)
EVENTS = (
    "", "view", "watch", "add_to_cart", "favorite", "interact", "brand_search", "claim_sample", "claim_benefit",
    "click", "impression",
)  # fmt: skip
ORDER_ENTRY_SHARE, JOIN_ENTRY_SHARE = 0.8, 0.8
VISITS_PER_PERSON = 6.0
ENGAGED_DAYS = 420.0
CONTENTS = 40
NOBODY_SHARE = 0.02

FOLLOWS = (  # event, share of entries, share of entries that lead to an order, only at these touchpoints
    (VIEW, 0.2, 0.6, None),
    (WATCH, 0.8, 0.9, (LIVE_ROOM,)),
    (CART, 0.10, 0.45, (MINI_PROGRAM, FLAGSHIP_STORE, WEBSITE, LIVE_ROOM)),
    (FAVORITE, 0.05, 0.08, (MINI_PROGRAM, FLAGSHIP_STORE, WEBSITE)),
    (INTERACT, 0.22, 0.25, (WECOM_CHAT, GROUP_CHAT, LIVE_ROOM, OFFICIAL_ACCOUNT)),
    (SEARCH, 0.12, 0.2, (FLAGSHIP_STORE, WEBSITE)),
    (SAMPLE, 0.03, 0.02, (OFFLINE_STORE, MINI_PROGRAM)),
    (BENEFIT, 0.05, 0.08, (MINI_PROGRAM, GROUP_CHAT, FLAGSHIP_STORE)),
    (CLICK, 0.12, 0.1, (OFFICIAL_ACCOUNT, GROUP_CHAT)),
)


@dataclass(frozen=True)
class Touches:
    """Events in order of time; `person` is -1 where nobody was recognised, `content` -1 where none was shown."""

    person: np.ndarray
    moment: np.ndarray
    event: np.ndarray
    touchpoint: np.ndarray
    paid: np.ndarray
    content: np.ndarray
    order: np.ndarray
    """The number of the order an entry led to, else -1."""

    def where(self, keep: np.ndarray) -> "Touches":
        return Touches(**{name: column[keep] for name, column in vars(self).items()})

    def __len__(self) -> int:
        return len(self.person)


def can_enter(people: People) -> np.ndarray:
    """(person, touchpoint): who has the account, the friend or the shop that the touchpoint needs."""
    uses = people.adopted < NEVER
    table = np.zeros((people.count, len(TOUCHPOINTS)), bool)
    table[:, MINI_PROGRAM] = uses[:, YOUZAN]
    table[:, [OFFICIAL_ACCOUNT, LIVE_ROOM, MOMENTS_AD]] = people.wechat[:, None]
    table[:, [WECOM_CHAT, GROUP_CHAT]] = people.wecom[:, None]
    table[:, FLAGSHIP_STORE] = uses[:, TMALL]
    table[:, WEBSITE] = uses[:, SITE]
    table[:, OFFLINE_STORE] = uses[:, OFFLINE]
    return table


def touch(
    rng: np.random.Generator,
    calendar: Season,
    people: People,
    reach: np.ndarray,
    orders: Orders,
    relations: Relations,
    truth: Advertising,
) -> Touches:
    """All events of the window."""
    entries = _join(
        [
            _order_entries(rng, orders),
            _join_entries(rng, reach, relations),
            _visits(rng, calendar, people, reach),
        ]
    )
    entries = entries.where((entries.moment >= calendar.start) & (entries.moment < calendar.end))
    everything = _join(
        [entries, *_around(rng, entries), *_advertisements(rng, people), *_retargeted(rng, people, orders, truth)]
    )
    everything = everything.where((everything.moment >= calendar.start) & (everything.moment < calendar.end))
    order = np.lexsort((everything.event, everything.person, everything.moment))
    return _forget(rng, everything.where(order))


def _order_entries(rng: np.random.Generator, orders: Orders) -> Touches:
    rows = np.flatnonzero(rng.random(len(orders)) < ORDER_ENTRY_SHARE)
    before = 60 + np.minimum(rng.exponential(35 * 60, len(rows)), 20 * HOUR).astype(np.int64)
    return _events(
        rng, orders.person[rows], orders.ordered_at[rows] - before, ENTRY, orders.touchpoint[rows], orders.number[rows]
    )


def _join_entries(rng: np.random.Generator, reach: np.ndarray, relations: Relations) -> Touches:
    share = np.where(relations.type == MINIPROGRAM_USER, 0.6, JOIN_ENTRY_SHARE)
    rows = np.flatnonzero(rng.random(len(relations)) < share)
    person, place = relations.person[rows], relations.touchpoint[rows].copy()
    # Nobody enters a chat before being its friend: the code was scanned somewhere else.
    new = np.isin(relations.type[rows], (DEDICATED_SERVICE, GROUP_MEMBER))
    scanned = np.where(reach[person, MINI_PROGRAM], MINI_PROGRAM, OFFLINE_STORE)
    scanned = np.where(reach[person, scanned], scanned, OFFICIAL_ACCOUNT)
    place = np.where(new & (relations.type[rows] == DEDICATED_SERVICE), scanned, np.where(new, WECOM_CHAT, place))
    before = 20 + np.minimum(rng.exponential(12 * 60, len(rows)), 6 * HOUR).astype(np.int64)
    return _events(rng, person, relations.started_at[rows] - before, ENTRY, place)


def _visits(rng: np.random.Generator, calendar: Season, people: People, reach: np.ndarray) -> Touches:
    """Looking round without buying, while interest lasts."""
    person = np.repeat(np.arange(people.count), rng.poisson(VISITS_PER_PERSON * _interest(rng, people)))
    since = calendar.to_busy(people.arrival)
    lasts = rng.exponential(ENGAGED_DAYS * DAY, people.count)
    moment = calendar.to_clock(since[person] + rng.random(len(person)) * lasts[person])
    likes = np.cumsum(reach[person] * [place.browsing for place in TOUCHPOINTS], axis=1)
    total = likes[:, -1]
    place = (likes < (rng.random(len(person)) * total)[:, None]).sum(axis=1)
    keep = total > 0
    return _events(rng, person[keep], moment[keep], ENTRY, place[keep])


def _interest(rng: np.random.Generator, people: People) -> np.ndarray:
    return rng.gamma(1.2, 1 / 1.2, people.count) * np.where(people.joiner, 1.3, 0.75)


def _around(rng: np.random.Generator, entries: Touches) -> Iterator[Touches]:
    """What follows an entry within the visit."""
    leads = entries.order >= 0
    for event, share, share_before_order, places in FOLLOWS:
        wanted = rng.random(len(entries)) < np.where(leads, share_before_order, share)
        if places is not None:
            wanted &= np.isin(entries.touchpoint, places)
        some = entries.where(wanted)
        moment = some.moment + rng.integers(5, 50, len(some))
        yield _events(rng, some.person, moment, event, some.touchpoint, paid=some.paid, order=some.order)


def _advertisements(rng: np.random.Generator, people: People) -> Iterator[Touches]:
    """Paid impressions in WeChat Moments, mostly before a person arrives; some are clicked."""
    who = np.flatnonzero(people.wechat & (rng.random(people.count) < 0.55))
    moment = people.arrival[who] - rng.exponential(5 * DAY, len(who)).astype(np.int64)
    shown = _events(rng, who, moment, IMPRESSION, np.full(len(who), MOMENTS_AD), paid=np.ones(len(who), bool))
    yield shown
    clicked = shown.where(rng.random(len(shown)) < 0.18)
    yield _events(rng, clicked.person, clicked.moment + 3, CLICK, clicked.touchpoint, paid=clicked.paid)


def _retargeted(rng: np.random.Generator, people: People, orders: Orders, truth: Advertising) -> Iterator[Touches]:
    """Advertisements shown to those who are about to buy in the mini program's shop, the last of them clicked."""
    able = (orders.platform == YOUZAN) & people.wechat[orders.person]
    rows = np.flatnonzero(able & (rng.random(len(orders)) < truth.retargeted_share))
    clicked_at = orders.ordered_at[rows] - rng.integers(HOUR // 4, 12 * HOUR, len(rows))
    place = np.full(len(rows), MOMENTS_AD)
    paid = np.ones(len(rows), bool)
    yield _events(rng, orders.person[rows], clicked_at, CLICK, place, paid=paid)
    for _ in range(truth.shown_per_click):
        shown_at = clicked_at - rng.integers(3, 6 * DAY, len(rows))
        yield _events(rng, orders.person[rows], shown_at, IMPRESSION, place, paid=paid)


def _events(
    rng: np.random.Generator,
    person: np.ndarray,
    moment: np.ndarray,
    event: int,
    touchpoint: np.ndarray,
    order: np.ndarray | None = None,
    paid: np.ndarray | None = None,
) -> Touches:
    count = len(person)
    shows = np.isin(touchpoint, (LIVE_ROOM, OFFICIAL_ACCOUNT, MOMENTS_AD))
    public = np.isin(touchpoint, (LIVE_ROOM, FLAGSHIP_STORE))
    return Touches(
        person=person,
        moment=moment,
        event=np.full(count, event, np.int8),
        touchpoint=touchpoint.astype(np.int8),
        paid=public & (rng.random(count) < 0.3) if paid is None else paid,
        content=np.where(shows, moment // (21 * DAY) % CONTENTS, -1).astype(np.int16),
        order=np.full(count, -1) if order is None else order,
    )


def _join(parts: list[Touches]) -> Touches:
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return Touches(*(np.concatenate(column) for column in columns))


def _forget(rng: np.random.Generator, touches: Touches) -> Touches:
    """A few events come without anybody: a blocked cookie, a shared screen."""
    nobody = rng.random(len(touches)) < NOBODY_SHARE
    return Touches(**{**vars(touches), "person": np.where(nobody, -1, touches.person)})
