"""Referrals, contents and feedback as canonical files."""

import numpy as np

from . import columns as text
from .contents import KINDS
from .exportfile import Cell, Exports, Flaw
from .id_columns import Shares, at_least, id_columns
from .orderids import order_ids
from .referrals import CLICK, SELF, WHY
from .season import DAY
from .story import Story
from .touchpoints import NAMES, YOUZAN

FEEDBACK_SHARE = 0.012
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


def write_feedback(story: Story, out: Exports) -> None:
    """feedback.csv: a few scores and complaints about orders of the mini program."""
    rng, orders = story.rng("export feedback"), story.orders
    rows = np.flatnonzero((orders.platform == YOUZAN) & (rng.random(len(orders)) < FEEDBACK_SHARE))
    moment = orders.paid_at[rows] + rng.integers(3 * DAY, 15 * DAY, len(rows))
    rows, moment = rows[moment < story.calendar.end], moment[moment < story.calendar.end]
    kind = rng.choice(4, len(rows), p=(0.5, 0.3, 0.12, 0.08))
    nps, csat = 10 - rng.binomial(10, 0.18, len(rows)), 5 - rng.binomial(4, 0.15, len(rows))
    score = np.select([kind == 0, kind == 1], [nps, csat], -1)
    said = text.pick(("物流慢", "包装破损", "过敏", "与描述不符"), rng.integers(0, 4, len(rows)))
    cells: dict[str, Cell] = {
        "occurred_at": text.moments(moment),
        "kind": text.pick(("nps", "csat", "complaint", "return_reason"), kind),
        "score": text.pick([str(n) for n in range(11)], score),
        "text": text.only(kind >= 2, said),
        "touchpoint": "mini_program",
        "order_id": text.take(order_ids(orders), rows),
        **id_columns(story, out, rng, "feedback.csv", orders.person[rows], {"phone": 1.0, "openid": 0.4}),
    }
    out.write("feedback.csv", "feedback", len(rows), cells)
