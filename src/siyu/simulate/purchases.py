"""When persons buy, how much they spend and what they send back.

Repeat purchases follow BG/NBD (Fader, Hardie, Lee 2005) in busy time, spend per order follows Gamma-Gamma (Fader &
Hardie 2013). Order numbers, buyers' data and columns of a platform are left to the exports.
"""

from dataclasses import dataclass

import numpy as np

from .columns import NEVER
from .parameters import Parameters, Purchasing
from .people import People
from .season import DAY, HOUR, WEEK, Season
from .touchpoints import BUYING, PLATFORMS

HOME_LOYALTY = 0.72
LEAST_MINOR = 990


@dataclass(frozen=True)
class Orders:
    """Paid orders in order of payment; money in cents, moments in wall-clock seconds."""

    person: np.ndarray
    paid_at: np.ndarray
    ordered_at: np.ndarray
    amount_minor: np.ndarray
    refund_minor: np.ndarray
    refunded_at: np.ndarray
    platform: np.ndarray
    touchpoint: np.ndarray
    number: np.ndarray

    def where(self, keep: np.ndarray) -> "Orders":
        return Orders(**{name: column[keep] for name, column in vars(self).items()})

    def __len__(self) -> int:
        return len(self.person)


def buy(rng: np.random.Generator, calendar: Season, people: People, can_enter: np.ndarray, truth: Parameters) -> Orders:
    """All paid orders of the window. `can_enter` says (person, touchpoint) who is able to go where."""
    buyers, first = _first_purchases(rng, calendar, people, truth.purchasing)
    rate, dropout = heterogeneity(rng, len(buyers), truth.purchasing)
    rate = rate * _uplift(people, buyers, truth)
    owner, again = repeat(rng, first, calendar.busy_end, rate, dropout)
    index = np.concatenate([np.arange(len(buyers)), owner])
    moments = calendar.to_clock(np.concatenate([first, again]))
    index, moments = _second_of_the_day(rng, calendar, index, moments, truth.purchasing.second_order_share)
    order = np.lexsort((index, moments))
    index, moments = index[order], moments[order]
    amount = spend(rng, index, len(buyers), truth.purchasing)
    person, paid_at = buyers[index], np.minimum(moments, calendar.end - 1)
    platform = _platforms(rng, people, person, paid_at)
    refund, refunded_at = _refunds(rng, calendar, paid_at, amount, truth.purchasing)
    return Orders(
        person=person,
        paid_at=paid_at,
        ordered_at=np.maximum(paid_at - rng.integers(8, 900, len(person)), calendar.start + 60),
        amount_minor=amount,
        refund_minor=refund,
        refunded_at=refunded_at,
        platform=platform,
        touchpoint=_touchpoints(rng, can_enter, person, platform),
        number=np.arange(len(person)),
    )


def heterogeneity(rng: np.random.Generator, count: int, truth: Purchasing) -> tuple[np.ndarray, np.ndarray]:
    """Rate per week ~ Gamma(r, alpha) and probability to drop out after a repeat purchase ~ Beta(a, b)."""
    return rng.gamma(truth.r, 1 / truth.alpha, count), rng.beta(truth.a, truth.b, count)


def repeat(
    rng: np.random.Generator, first: np.ndarray, end: float, rate: np.ndarray, dropout: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Repeat purchases after `first` (seconds of busy time): the buyer's index and the moment of each.

    As in the paper nobody drops out after the first purchase: dropping out follows repeat purchases only.
    """
    alive = np.flatnonzero(first < end)
    moment = first[alive]
    owners, moments = [np.empty(0, np.int64)], [np.empty(0)]
    while len(alive):
        moment = moment + rng.exponential(1.0, len(alive)) / np.maximum(rate[alive], 1e-12) * WEEK
        inside = moment < end
        alive, moment = alive[inside], moment[inside]
        owners.append(alive)
        moments.append(moment)
        stays = rng.random(len(alive)) >= dropout[alive]
        alive, moment = alive[stays], moment[stays]
    return np.concatenate(owners), np.concatenate(moments)


def spend(rng: np.random.Generator, index: np.ndarray, buyers: int, truth: Purchasing) -> np.ndarray:
    """Cents per order: z ~ Gamma(p, nu), nu ~ Gamma(q, gamma) per buyer."""
    nu = rng.gamma(truth.q, 1 / truth.gamma, buyers)
    amount = rng.gamma(truth.p, 1.0, len(index)) / nu[index]
    return np.maximum(np.rint(amount * 100), LEAST_MINOR).astype(np.int64)


def _first_purchases(
    rng: np.random.Generator, calendar: Season, people: People, truth: Purchasing
) -> tuple[np.ndarray, np.ndarray]:
    at_once = (rng.random(people.count) < truth.at_once_share) | people.spreader
    wait = np.where(
        at_once, rng.uniform(120, 3 * HOUR, people.count), rng.exponential(truth.wait_days * DAY, people.count)
    )
    first = calendar.to_busy(people.arrival) + wait
    buyers = np.flatnonzero(people.buyer & (first < calendar.busy_end))
    return buyers, first[buyers]


def _uplift(people: People, buyers: np.ndarray, truth: Parameters) -> np.ndarray:
    member = np.where(people.joiner[buyers], truth.purchasing.member_rate_uplift, 1.0)
    return member * np.where(people.invited[buyers], truth.referring.invitee_rate_uplift, 1.0)


def _second_of_the_day(
    rng: np.random.Generator, calendar: Season, index: np.ndarray, moments: np.ndarray, share: float
) -> tuple[np.ndarray, np.ndarray]:
    """A few buy again within hours; both orders make one occasion."""
    later = moments + rng.integers(600, 2 * HOUR, len(moments))
    chosen = (rng.random(len(moments)) < share) & (later // DAY == moments // DAY) & (later < calendar.end)
    return np.concatenate([index, index[chosen]]), np.concatenate([moments, later[chosen]])


def _platforms(rng: np.random.Generator, people: People, person: np.ndarray, moments: np.ndarray) -> np.ndarray:
    elsewhere = rng.integers(0, len(PLATFORMS), len(person))
    goes = (rng.random(len(person)) >= HOME_LOYALTY) & (people.adopted[person, elsewhere] <= moments)
    return np.where(goes, elsewhere, people.home[person]).astype(np.int8)


def _refunds(
    rng: np.random.Generator, calendar: Season, paid_at: np.ndarray, amount: np.ndarray, truth: Purchasing
) -> tuple[np.ndarray, np.ndarray]:
    """Returned money and when; what would come back after the window is not known yet."""
    delay = HOUR + rng.exponential(truth.refund_delay_days * DAY, len(paid_at)).astype(np.int64)
    refunded = (rng.random(len(paid_at)) < truth.refund_share) & (paid_at + delay < calendar.end)
    part = np.maximum((amount * rng.uniform(0.15, 0.6, len(amount))).astype(np.int64), 1)
    value = np.where(rng.random(len(amount)) < truth.full_refund_share, amount, part)
    return np.where(refunded, value, 0), np.where(refunded, paid_at + delay, NEVER)


def _touchpoints(
    rng: np.random.Generator, can_enter: np.ndarray, person: np.ndarray, platform: np.ndarray
) -> np.ndarray:
    """The touchpoint an order is placed from: by the platform's shares among those the person can enter."""
    chosen = np.empty(len(person), np.int8)
    for index, shares in BUYING.items():
        rows = np.flatnonzero(platform == index)
        places = np.array(list(shares))
        drawn = places[rng.choice(len(places), len(rows), p=np.array(list(shares.values())))]
        chosen[rows] = np.where(can_enter[person[rows], drawn], drawn, places[0])
    return chosen


def abandon(rng: np.random.Generator, calendar: Season, orders: Orders, share: float) -> Orders:
    """The paid orders, and after them some that were placed and never paid."""
    source = rng.choice(len(orders), round(len(orders) * share), replace=False) if len(orders) else np.empty(0, int)
    some = orders.where(source)
    unpaid = {
        **vars(some),
        "ordered_at": np.maximum(some.ordered_at - rng.integers(1800, 3 * DAY, len(some)), calendar.start + 60),
        "paid_at": np.full(len(some), NEVER),
        "refund_minor": np.zeros(len(some), np.int64),
        "refunded_at": np.full(len(some), NEVER),
        "number": len(orders) + np.arange(len(some)),
    }
    return Orders(**{name: np.concatenate([column, unpaid[name]]) for name, column in vars(orders).items()})
