"""Consents as a canonical file: grants for sms and e-mail at joining, later withdrawals, channels that were closed,
and other purposes. Most members of Youzan have granted nothing here: their agreement lies outside the files.
"""

import numpy as np

from . import columns as text
from .exportfile import Cell, Exports, Flaw
from .id_columns import Shares, at_least, id_columns
from .relations import DEDICATED_SERVICE, FAN, GROUP_MEMBER, MEMBER, OFFLINE_MEMBER
from .season import DAY
from .story import Story
from .touchpoints import OFFLINE, SITE, TMALL, YOUZAN

PURPOSES = ("marketing", "personalization", "share_third_party", "cross_border")
CHANNELS = ("sms", "email", "wecom", "group", "subscription", "member_center")
SMS, EMAIL, WECOM, GROUP, SUBSCRIPTION, MEMBER_CENTER = range(6)
EVERY_CHANNEL = -1
Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]
CONSENT_SHARES = {  # platform: (share that grants sms, share that grants e-mail) on joining
    YOUZAN: (0.12, 0.0),
    TMALL: (0.05, 0.0),
    SITE: (0.25, 0.55),
    OFFLINE: (0.5, 0.05),
}
WITHDRAWS = 0.12
CONSENT_FLAWS = (Flaw("bad_date", "occurred_at", "--"), Flaw("unknown_value", "action", "maybe"))


def write_consents(story: Story, out: Exports) -> None:
    """consents.csv: grants for sms and e-mail at joining, later withdrawals, closed channels, other purposes."""
    rng = story.rng("export consents")
    parts = [*_grants(rng, story), *_closed_channels(rng, story), *_other_purposes(rng, story)]
    columns = [np.concatenate([part[n] for part in parts]) for n in range(5)]
    who, moment, purpose, channel, grants = columns
    keep = moment < story.calendar.end
    order = np.flatnonzero(keep)[np.lexsort((channel[keep], purpose[keep], who[keep], moment[keep]))]
    who, moment, purpose, channel, grants = (column[order] for column in columns)
    cells: dict[str, Cell] = {
        "occurred_at": text.iso_moments(moment),
        "purpose": text.pick(PURPOSES, purpose),
        "channel": text.pick(CHANNELS, channel),
        "action": text.either(grants > 0, "grant", "withdraw"),
        "source": text.either(grants > 0, "joining_form", "preference_page"),
        "notice_version": text.either(moment < story.calendar.start + 500 * DAY, "2023-06", "2025-05"),
        **id_columns(story, out, rng, "consents.csv", who, _consent_shares(story, who, channel)),
    }
    out.write("consents.csv", "consents", len(who), cells, spoil=rng, flaws=CONSENT_FLAWS)


def _grants(rng: np.random.Generator, story: Story) -> list[Rows]:
    every = story.relations
    found = []
    for platform, shares in CONSENT_SHARES.items():
        kind = OFFLINE_MEMBER if platform == OFFLINE else MEMBER
        joined = every.where((every.type == kind) & (every.platform == platform))
        for channel, share in zip((SMS, EMAIL), shares, strict=True):
            some = joined.where(rng.random(len(joined)) < share)
            found.append(_rows(some.person, some.started_at + 5, 0, channel, 1))
            ends = rng.random(len(some)) < WITHDRAWS
            later = some.started_at[ends] + rng.integers(DAY, 400 * DAY, int(ends.sum()))
            everything = rng.random(len(later)) < 0.15
            found.append(_rows(some.person[ends], later, 0, np.where(everything, EVERY_CHANNEL, channel), 0))
    return found


def _closed_channels(rng: np.random.Generator, story: Story) -> list[Rows]:
    """Blocked the service account, muted the friend, switched messages off in the member centre."""
    every = story.relations
    found = []
    for kind, channel, share in (
        (DEDICATED_SERVICE, WECOM, 0.05),
        (GROUP_MEMBER, GROUP, 0.02),
        (FAN, SUBSCRIPTION, 0.06),
        (MEMBER, MEMBER_CENTER, 0.03),
    ):
        some = every.where((every.type == kind) & (rng.random(len(every)) < share))
        later = some.started_at + rng.integers(DAY, 300 * DAY, len(some))
        found.append(_rows(some.person, later, 0, channel, 0))
    return found


def _other_purposes(rng: np.random.Generator, story: Story) -> list[Rows]:
    every = story.relations
    joined = every.where((every.type == MEMBER) & (rng.random(len(every)) < 0.1))
    purpose = rng.integers(1, len(PURPOSES), len(joined))
    return [_rows(joined.person, joined.started_at + 9, purpose, EVERY_CHANNEL, rng.random(len(joined)) < 0.6)]


def _rows(
    who: np.ndarray, moment: np.ndarray, purpose: int | np.ndarray, channel: int | np.ndarray, grants: int | np.ndarray
) -> Rows:
    shape = who.shape
    return (
        who,
        moment,
        np.broadcast_to(purpose, shape),
        np.broadcast_to(channel, shape),
        np.broadcast_to(grants, shape).astype(np.int64),
    )


def _consent_shares(story: Story, who: np.ndarray, channel: np.ndarray) -> Shares:
    wecom = np.isin(channel, (WECOM, GROUP))
    shares = {
        "external_userid": np.where(wecom, 1.0, 0.0),
        "unionid": np.where(channel == SUBSCRIPTION, 1.0, 0.0),
        "email": np.where(channel == EMAIL, 1.0, 0.0),
        "member_card": np.where(channel == SMS, 0.4, 0.0),
        "phone": np.where(channel == SMS, 1.0, 0.15),
    }
    return at_least(shares, story, who, "phone")
