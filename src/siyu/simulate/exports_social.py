"""Referrals and contents as canonical files."""

import numpy as np

from . import columns as text
from .contents import KINDS
from .exportfile import Cell, Exports, Flaw
from .id_columns import Shares, at_least, id_columns
from .referrals import CLICK, SELF, WHY
from .story import Story
from .touchpoints import NAMES

MINI_PROGRAM_USER = {"unionid": 0.6, "openid": 1.0, "phone": 0.15}
FLAWS = (Flaw("bad_date", "occurred_at", "2026-00-10"),)


def write_referrals(story: Story, out: Exports) -> None:
    """referrals.csv: who accepted whose invitation, and clicks on shares."""
    rng, found = story.rng("export referrals"), story.referrals
    invitee = {**MINI_PROGRAM_USER, "openid": np.where(found.why == SELF, 0.0, 1.0)}
    invitee["phone"] = np.where(found.why == SELF, 1.0, MINI_PROGRAM_USER["phone"])
    cells: dict[str, Cell] = {
        "occurred_at": text.moments(found.moment),
        "kind": text.either(found.why == CLICK, "click", "accepted"),
        "campaign": "老带新",
        "touchpoint": text.pick(NAMES, np.where(found.inviter % 3 == 0, 3, 0)),
        **_ids(story, out, rng, found.inviter, MINI_PROGRAM_USER, "inviter.id."),
        **_ids(story, out, rng, found.invitee, invitee, "invitee.id."),
    }
    for number, why in enumerate(WHY[1:], start=1):
        out.plant("referrals.csv", f"{why}_referral", (found.why == number).sum())
    out.write("referrals.csv", "referrals", len(found), cells, spoil=rng, flaws=FLAWS)


def _ids(
    story: Story, out: Exports, rng: np.random.Generator, who: np.ndarray, shares: Shares, prefix: str
) -> dict[str, text.Text]:
    sure = at_least(shares, story, who, "phone")
    return id_columns(story, out, rng, "referrals.csv", who, sure, prefix=prefix)


def write_contents(story: Story, out: Exports) -> None:
    """contents.csv: reviews and posts."""
    rng, found = story.rng("export contents"), story.contents
    shares = at_least({"unionid": 1.0, "phone": 0.3}, story, found.person, "phone")
    cells: dict[str, Cell] = {
        "occurred_at": text.moments(found.moment),
        "kind": text.pick(KINDS, found.kind),
        "approved": text.either(found.approved, "true", "false"),
        "positive": text.either(found.positive, "true", "false"),
        **id_columns(story, out, rng, "contents.csv", found.person, shares),
    }
    out.write("contents.csv", "contents", len(found), cells, spoil=rng, flaws=FLAWS)
