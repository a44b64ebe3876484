"""Feedback as a canonical file: scores and complaints about orders, and why goods came back.

Each platform asks in its own way: Tmall for a shop score (DSR), the stores for a recommendation, the others for both
that and satisfaction.
"""

import numpy as np

from . import columns as text
from .columns import NEVER
from .exportfile import Cell, Exports
from .id_columns import Shares, at_least, id_columns
from .orderids import order_ids
from .purchases import Orders
from .season import DAY, HOUR
from .story import Story
from .touchpoints import NAMES, OFFLINE, PLATFORMS, SITE, TMALL, YOUZAN

NPS, CSAT, DSR, COMPLAINT, RETURN_REASON = range(5)
KINDS = ("nps", "csat", "dsr", "complaint", "return_reason")
FEEDBACK_SHARE, REASON_SHARE, SETTLED_SHARE = 0.02, 0.4, 0.85
ASKED = {OFFLINE: (0.8, 0.05, 0, 0.15), TMALL: (0, 0.05, 0.8, 0.15)}  # shares of the first four kinds
ASKED_ELSEWHERE = (0.5, 0.35, 0, 0.15)
COMPLAINTS = ("物流慢", "包装破损", "过敏", "客服回复慢")
REASONS = ("与描述不符", "过敏", "买多了", "色号不合适")


def write_feedback(story: Story, out: Exports) -> None:
    """feedback.csv, in order of time."""
    rng = story.rng("export feedback")
    about, kind, moment = _given(story, rng)
    orders = story.orders.where(about)
    cells: dict[str, Cell] = {
        "occurred_at": text.moments(moment),
        "kind": text.pick(KINDS, kind),
        "score": text.pick([str(n) for n in range(11)], _scores(rng, kind)),
        "text": _said(rng, kind),
        "touchpoint": text.pick(NAMES, orders.touchpoint),
        "order_id": order_ids(orders),
        "resolved_at": text.moments(_settled(story, rng, kind, moment)),
        **id_columns(story, out, rng, "feedback.csv", orders.person, _shown(story, orders)),
    }
    out.write("feedback.csv", "feedback", len(about), cells)


def _given(story: Story, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The orders that feedback is about, its kind and its moment within the window."""
    orders = story.orders
    asked = np.flatnonzero(rng.random(len(orders)) < FEEDBACK_SHARE)
    sent_back = np.flatnonzero((orders.refunded_at < NEVER) & (rng.random(len(orders)) < REASON_SHARE))
    shares = np.array([ASKED.get(platform, ASKED_ELSEWHERE) for platform in range(len(PLATFORMS))])
    drawn = rng.random(len(asked))[:, None] > np.cumsum(shares[orders.platform[asked]], axis=1)
    kind = np.concatenate([np.minimum(drawn.sum(axis=1), COMPLAINT), np.full(len(sent_back), RETURN_REASON)])
    later = orders.paid_at[asked] + rng.integers(3 * DAY, 15 * DAY, len(asked))
    moment = np.concatenate([later, orders.refunded_at[sent_back] - rng.integers(60, HOUR, len(sent_back))])
    about = np.concatenate([asked, sent_back])
    order = np.lexsort((kind, about, moment))
    order = order[moment[order] < story.calendar.end]
    return about[order], kind[order], moment[order]


def _scores(rng: np.random.Generator, kind: np.ndarray) -> np.ndarray:
    """0 to 10 for a recommendation, 1 to 5 for satisfaction and the shop; -1 where none is asked."""
    ten, five = 10 - rng.binomial(10, 0.18, len(kind)), 5 - rng.binomial(4, 0.12, len(kind))
    return np.select([kind == NPS, (kind == CSAT) | (kind == DSR)], [ten, five], -1)


def _said(rng: np.random.Generator, kind: np.ndarray) -> text.Text:
    word = rng.integers(0, len(COMPLAINTS), len(kind))
    place = np.select([kind == COMPLAINT, kind == RETURN_REASON], [word, word + len(COMPLAINTS)], -1)
    return text.pick((*COMPLAINTS, *REASONS), place)


def _settled(story: Story, rng: np.random.Generator, kind: np.ndarray, moment: np.ndarray) -> np.ndarray:
    """Complaints are settled within days, most of them."""
    done = moment + (HOUR + rng.exponential(1.5 * DAY, len(kind))).astype(np.int64)
    settled = (kind == COMPLAINT) & (rng.random(len(kind)) < SETTLED_SHARE) & (done < story.calendar.end)
    return np.where(settled, done, NEVER)


def _shown(story: Story, orders: Orders) -> Shares:
    tmall, youzan = orders.platform == TMALL, orders.platform == YOUZAN
    shares = {
        "taobao_nick": np.where(tmall, 1.0, 0.0),
        "openid": np.where(youzan, 0.4, 0.0),
        "email": np.where(orders.platform == SITE, 0.5, 0.0),
        "member_card": np.where(orders.platform == OFFLINE, 0.6, 0.0),
        "phone": np.where(tmall, 0.0, 1.0),
    }
    return at_least(shares, story, orders.person, "phone")
