"""Who brought whom: a few persons spread the word for some months, and some of those they bring do so too.

These are the invitations that really happened; what the referral file shows of them, with its self-invitations
and repetitions, is referrals.py.
"""

from dataclasses import dataclass

import numpy as np

from .columns import NEVER
from .parameters import Referring
from .season import DAY, Season


@dataclass(frozen=True)
class Invitations:
    """Per person: the inviter (-1 for none), the moment of acceptance, and whether the person spreads."""

    inviter: np.ndarray
    accepted: np.ndarray
    spreader: np.ndarray

    @property
    def invited(self) -> np.ndarray:
        return self.inviter >= 0


def invite(
    rng: np.random.Generator, calendar: Season, arrival: np.ndarray, truth: Referring
) -> tuple[Invitations, np.ndarray]:
    """Choose spreaders and those they bring; returns the invitations and the arrivals they imply."""
    count = len(arrival)
    shuffled = rng.permutation(count)
    spreaders, first, second = _sizes(count, truth)
    generation_1 = shuffled[spreaders : spreaders + first]
    generation_2 = shuffled[spreaders + first : spreaders + first + second]
    found = Invitations(np.full(count, -1, np.int64), np.full(count, NEVER), np.zeros(count, bool))
    arrival = arrival.copy()
    _bring(rng, calendar, arrival, found, shuffled[:spreaders], generation_1, truth)
    sharers = max(1, round(spreaders * truth.second_generation_share)) if first else 0
    _bring(rng, calendar, arrival, found, generation_1[:sharers], generation_2, truth)
    return found, arrival


def _sizes(count: int, truth: Referring) -> tuple[int, int, int]:
    brought = round(count * truth.brought_share)
    second = round(brought * truth.second_generation_share)
    return max(1, round(count * truth.spreader_share)), brought - second, second


def _bring(
    rng: np.random.Generator,
    calendar: Season,
    arrival: np.ndarray,
    found: Invitations,
    spreaders: np.ndarray,
    invitees: np.ndarray,
    truth: Referring,
) -> None:
    if not len(spreaders) or not len(invitees):
        return
    found.spreader[spreaders] = True
    eagerness = rng.gamma(1.3, 1.0, len(spreaders))
    chosen = rng.choice(len(spreaders), len(invitees), p=eagerness / eagerness.sum())
    begins, ends = _campaigns(rng, calendar, arrival[spreaders], truth)
    moments = calendar.to_clock(begins[chosen] + rng.random(len(invitees)) * (ends - begins)[chosen])
    moments = np.maximum(moments, arrival[spreaders][chosen] + 1)
    found.inviter[invitees] = spreaders[chosen]
    found.accepted[invitees] = np.minimum(moments, calendar.end - 1)
    arrival[invitees] = found.accepted[invitees]


def _campaigns(
    rng: np.random.Generator, calendar: Season, arrival: np.ndarray, truth: Referring
) -> tuple[np.ndarray, np.ndarray]:
    """When each spreader is at it, in busy time: from a moment after arriving, for some months."""
    since = calendar.to_busy(arrival)
    begins = since + rng.random(len(arrival)) * np.maximum(calendar.busy_end - since - 80 * DAY, 0)
    return begins, np.minimum(begins + truth.campaign_days * DAY, calendar.busy_end)
