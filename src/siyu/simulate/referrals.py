"""What the referral file records: true invitations, self-invitations, repetitions, late acceptances and clicks."""

from dataclasses import dataclass

import numpy as np

from .columns import NEVER
from .parameters import Referring
from .people import People
from .purchases import Orders
from .relations import first_orders
from .season import DAY, Season
from .touchpoints import YOUZAN

ACCEPTED, SELF, REPEATED, LATE, CLICK = range(5)
WHY = ("invitation", "self", "repeated", "late", "click")
"""Why the row is in the file; only an invitation is a valid referral, only a click is of kind click."""


@dataclass(frozen=True)
class Referrals:
    inviter: np.ndarray
    invitee: np.ndarray
    moment: np.ndarray
    why: np.ndarray

    def __len__(self) -> int:
        return len(self.inviter)


def refer(rng: np.random.Generator, calendar: Season, people: People, orders: Orders, truth: Referring) -> Referrals:
    """All rows of the window in order of time."""
    invited = np.flatnonzero(people.invited)
    spreaders = np.flatnonzero(people.spreader)
    parts = [(people.inviter[invited], invited, people.accepted[invited], ACCEPTED)]
    if len(invited):
        parts += [
            _selves(rng, people, invited, truth),
            _repeated(rng, people, invited, spreaders, truth),
            _late(rng, people, orders, invited, spreaders, truth),
        ]
    parts.append(_clicks(rng, people, orders, spreaders, truth))
    columns = [np.concatenate(column) for column in zip(*(part[:3] for part in parts), strict=True)]
    why = np.concatenate([np.full(len(part[0]), part[3]) for part in parts])
    inside = (columns[2] >= calendar.start) & (columns[2] < calendar.end)
    keep = inside & ((columns[0] != columns[1]) | (why == SELF))
    order = np.lexsort((why, columns[1], columns[2]))
    order = order[keep[order]]
    return Referrals(*(column[order] for column in columns), why=why[order])


def _selves(rng: np.random.Generator, people: People, invited: np.ndarray, truth: Referring) -> tuple:
    """Somebody takes the newcomer's reward with the own link, under another identifier."""
    who = rng.choice(people.inviter[invited], max(1, round(len(invited) * truth.self_share)))
    return who, who, people.arrival[who] + rng.integers(DAY, 60 * DAY, len(who)), SELF


def _repeated(
    rng: np.random.Generator, people: People, invited: np.ndarray, spreaders: np.ndarray, truth: Referring
) -> tuple:
    """The same newcomer accepts a second invitation; the first counts."""
    who = rng.choice(invited, max(1, round(len(invited) * truth.repeated_share)), replace=False)
    return rng.choice(spreaders, len(who)), who, people.accepted[who] + rng.integers(600, 90 * DAY, len(who)), REPEATED


def _late(
    rng: np.random.Generator,
    people: People,
    orders: Orders,
    invited: np.ndarray,
    spreaders: np.ndarray,
    truth: Referring,
) -> tuple:
    """Somebody who has long been a buyer accepts: no new buyer was brought."""
    first = first_orders(people.count, orders)
    known = np.flatnonzero((people.home == YOUZAN) & ~people.invited & (first < NEVER))
    who = rng.choice(known, round(len(invited) * truth.late_share) if len(known) else 0)
    return rng.choice(spreaders, len(who)), who, first[who] + rng.integers(DAY, 200 * DAY, len(who)), LATE


def _clicks(rng: np.random.Generator, people: People, orders: Orders, spreaders: np.ndarray, truth: Referring) -> tuple:
    """A share was clicked some days before an order."""
    rows = np.flatnonzero((orders.platform == YOUZAN) & (rng.random(len(orders)) < truth.click_share))
    before = 60 + rng.exponential(1.5 * DAY, len(rows)).astype(np.int64)
    return rng.choice(spreaders, len(rows)), orders.person[rows], orders.ordered_at[rows] - before, CLICK
