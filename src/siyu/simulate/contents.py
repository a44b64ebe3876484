"""What persons write: reviews of what they bought, and posts of a few creators who keep at it for some months."""

from dataclasses import dataclass

import numpy as np

from .people import People
from .purchases import Orders
from .relations import first_orders
from .season import DAY, Season
from .touchpoints import SITE, YOUZAN

REVIEW, UGC = range(2)
KINDS = ("review", "ugc")
REVIEW_SHARE, CREATOR_SHARE, POSTS_PER_CREATOR = 0.09, 0.006, 6.0


@dataclass(frozen=True)
class Contents:
    person: np.ndarray
    moment: np.ndarray
    kind: np.ndarray
    approved: np.ndarray
    positive: np.ndarray

    def __len__(self) -> int:
        return len(self.person)


def create(rng: np.random.Generator, calendar: Season, people: People, orders: Orders) -> Contents:
    """All contents of the window in order of time."""
    reviewed = np.flatnonzero((rng.random(len(orders)) < REVIEW_SHARE) & np.isin(orders.platform, (YOUZAN, SITE)))
    about = orders.paid_at[reviewed] + rng.integers(2 * DAY, 20 * DAY, len(reviewed))
    creator, posted = _posts(rng, calendar, people, orders)
    person = np.concatenate([orders.person[reviewed], creator])
    moment = np.concatenate([about, posted])
    kind = np.repeat([REVIEW, UGC], [len(reviewed), len(creator)])
    found = {
        "person": person,
        "moment": moment,
        "kind": kind,
        "approved": rng.random(len(person)) < np.where(kind == UGC, 0.88, 0.97),
        "positive": rng.random(len(person)) < 0.86,
    }
    order = np.lexsort((kind, person, moment))
    order = order[moment[order] < calendar.end]
    return Contents(**{name: column[order] for name, column in found.items()})


def _posts(rng: np.random.Generator, calendar: Season, people: People, orders: Orders) -> tuple[np.ndarray, np.ndarray]:
    """Members who have bought post for about half a year, from some moment after the first purchase."""
    first = first_orders(people.count, orders)
    able = np.flatnonzero(people.member_of[:, YOUZAN] & people.wechat & (first < calendar.end - 30 * DAY))
    creators = able[rng.random(len(able)) < CREATOR_SHARE * people.count / max(len(able), 1)]
    room = np.maximum(calendar.end - first[creators] - 60 * DAY, 0)
    begins = first[creators] + (rng.random(len(creators)) * room).astype(np.int64)
    who = np.repeat(np.arange(len(creators)), 1 + rng.poisson(POSTS_PER_CREATOR, len(creators)))
    return creators[who], begins[who] + rng.integers(DAY, 180 * DAY, len(who))
