"""The persons behind the records: when they arrive, where they are at home, where else they go.

Who invites whom is decided in invitations.py, what they are called in identifiers.py.
"""

from dataclasses import dataclass

import numpy as np

from .columns import NEVER
from .invitations import Invitations
from .names import CITIES
from .parameters import Parameters
from .season import DAY, Season
from .touchpoints import OFFLINE, PLATFORMS, SITE, TMALL, WEIXIN_SHOP, YOUZAN

HOME_SHARES = (0.42, 0.16, 0.07, 0.14, 0.21)
ALSO_ON = np.array(  # share of those at home on the row's platform who some day also use the column's
    [
        [1.00, 0.16, 0.08, 0.05, 0.14],
        [0.16, 1.00, 0.04, 0.05, 0.08],
        [0.30, 0.10, 1.00, 0.03, 0.06],
        [0.16, 0.12, 0.03, 1.00, 0.12],
        [0.28, 0.10, 0.04, 0.06, 1.00],
    ]
)
FRIEND_SHARES = np.array([0.22, 0.03, 0.08, 0.04, 0.20])
LAUNCH_SHARE, LAUNCH_DAYS = 0.34, 60.0
ADOPTION_DAYS = 150.0


@dataclass(frozen=True)
class People:
    """One entry per person in every array; moments are wall-clock seconds, NEVER where it does not happen."""

    arrival: np.ndarray
    home: np.ndarray
    adopted: np.ndarray
    """(person, platform): the moment from which the person uses the platform."""
    member_of: np.ndarray
    """(person, platform): whether the person joins its membership some day."""
    wechat: np.ndarray
    wecom: np.ndarray
    buyer: np.ndarray
    spreader: np.ndarray
    inviter: np.ndarray
    accepted: np.ndarray
    city: np.ndarray
    female: np.ndarray
    birth_month: np.ndarray

    @property
    def count(self) -> int:
        return len(self.arrival)

    @property
    def joiner(self) -> np.ndarray:
        return np.any(self.member_of, axis=1)

    @property
    def invited(self) -> np.ndarray:
        return self.inviter >= 0


def arrivals(rng: np.random.Generator, calendar: Season, count: int) -> np.ndarray:
    """Moments of first contact: a surge at the launch, then steady with a slow growth, in busy time."""
    launch = rng.random(count) < LAUNCH_SHARE
    surge = rng.exponential(LAUNCH_DAYS * DAY, count) % calendar.busy_end
    steady = rng.random(count) ** 0.93 * calendar.busy_end
    return np.minimum(calendar.to_clock(np.where(launch, surge, steady)), calendar.end - 1)


def settle(
    rng: np.random.Generator, calendar: Season, arrival: np.ndarray, invitations: Invitations, truth: Parameters
) -> People:
    """Give every person a home, other platforms, and the traits that their behaviour follows from."""
    count = len(arrival)
    drawn = invitations.invited | invitations.spreader
    home = np.where(drawn, YOUZAN, rng.choice(len(PLATFORMS), count, p=HOME_SHARES)).astype(np.int8)
    uses = rng.random((count, len(PLATFORMS))) < ALSO_ON[home]
    wecom = rng.random(count) < FRIEND_SHARES[home]
    member_of = _memberships(rng, uses, wecom, truth) | (invitations.spreader[:, None] & _only(YOUZAN))
    joiner = np.any(member_of, axis=1)
    return People(
        arrival=arrival,
        home=home,
        adopted=_adoption(rng, calendar, arrival, home, uses),
        member_of=member_of,
        wechat=uses[:, YOUZAN] | uses[:, WEIXIN_SHOP] | wecom | (rng.random(count) < 0.2),
        wecom=wecom,
        buyer=invitations.spreader | (rng.random(count) < _buying(joiner, invitations.invited, truth)),
        spreader=invitations.spreader,
        inviter=invitations.inviter,
        accepted=invitations.accepted,
        city=rng.choice(len(CITIES), count, p=[share for _, _, share in CITIES]).astype(np.int8),
        female=rng.random(count) < 0.84,
        birth_month=rng.integers(1, 13, count).astype(np.int8),
    )


def _memberships(rng: np.random.Generator, uses: np.ndarray, wecom: np.ndarray, truth: Parameters) -> np.ndarray:
    shares = np.zeros(len(PLATFORMS))
    shares[[YOUZAN, TMALL, SITE, OFFLINE]] = (
        truth.relating.youzan_member,
        truth.relating.tmall_member,
        truth.relating.site_member,
        truth.relating.offline_member,
    )
    odds = shares * np.where(wecom, truth.relating.friend_joins, 1.0)[:, None]
    return uses & (rng.random(uses.shape) < odds)


def _adoption(
    rng: np.random.Generator, calendar: Season, arrival: np.ndarray, home: np.ndarray, uses: np.ndarray
) -> np.ndarray:
    wait = rng.exponential(ADOPTION_DAYS * DAY, uses.shape)
    wait[np.arange(len(home)), home] = 0
    moment = arrival[:, None] + wait.astype(np.int64)
    return np.where(uses & (moment < calendar.end), moment, NEVER)


def _buying(joiner: np.ndarray, invited: np.ndarray, truth: Parameters) -> np.ndarray:
    buying = truth.purchasing
    uplift = truth.referring.invitee_buyer_uplift
    return buying.buyer_share + buying.joiner_buyer_uplift * joiner + uplift * invited


def _only(platform: int) -> np.ndarray:
    return np.arange(len(PLATFORMS)) == platform
