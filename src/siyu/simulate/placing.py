"""Where each order was placed when the brand sells on many platforms, and which rows an export so has.

A person is at home on one platform and now and then buys on another one. Generations of one platform's export follow
each other in time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from . import columns as text
from .columns import NEVER
from .samples import Numbers, Sample
from .season import DAY
from .shown import FEE, RECEIPT, REFUND, Shown
from .story import Story

#: Of the orders one in so many is placed elsewhere than where its person is at home.
AWAY_EVERY = 6
#: Of the persons on a list of customers one in so many has a second account under the same phone.
TWICE_EVERY = 40


def tellers(story: Story, samples: Sequence[Sample]) -> np.ndarray:
    """Per placed order the number of the sample that tells it."""
    generations = [
        [number for number, sample in enumerate(samples) if sample.platform == platform and sample.tells_orders]
        for platform in _platforms(samples)
    ]
    placed, calendar = story.placed, story.calendar
    away = np.where(placed.number % AWAY_EVERY == 0, placed.number, 0)
    platform = (placed.person + away) % len(generations)
    counts = np.array([len(own) for own in generations])[platform]
    turn = (placed.ordered_at - calendar.start) * counts // (calendar.end - calendar.start)
    table = np.array([own + own[-1:] * (max(map(len, generations)) - len(own)) for own in generations])
    return table[platform, turn]


def _platforms(samples: Sequence[Sample]) -> list[str]:
    return sorted({sample.platform for sample in samples if sample.tells_orders})


def shown(story: Story, samples: Sequence[Sample], teller: np.ndarray, sample: Sample) -> Shown:
    """The rows of one export."""
    told = next(number for number, other in enumerate(samples) if other.header == (sample.of or sample.header))
    orders = np.flatnonzero(teller == told)
    orders = orders[np.lexsort((story.placed.number[orders], story.placed.ordered_at[orders]))]
    if sample.rows == "people":
        home = _platforms(samples).index(sample.platform)
        return _people(story, np.arange(home, story.people.count, len(_platforms(samples))))
    return ROWS[sample.rows](story, orders, samples[told].order_id)


def numbered(story: Story, numbers: Numbers, orders: np.ndarray) -> text.Text:
    """The orders' numbers in the style of a platform."""
    base = 10 ** (numbers.digits - 1) * 4
    return text.digits(base + story.placed.number[orders] * 7_919, numbers.digits, numbers.before)


def _orders(story: Story, orders: np.ndarray, numbers: Numbers) -> Shown:
    return _shown(story, orders, numbers)


def _lines(story: Story, orders: np.ndarray, numbers: Numbers) -> Shown:
    rank = np.full(len(story.placed), -1)
    rank[orders] = np.arange(len(orders))
    lines = np.flatnonzero(rank[story.basket.order] >= 0)
    lines = lines[np.argsort(rank[story.basket.order[lines]], kind="stable")]
    return _shown(story, story.basket.order[lines], numbers, line=lines)


def _movements(story: Story, orders: np.ndarray, numbers: Numbers) -> Shown:
    """The account's movements in order of time: what came in for an order, what it cost, what went back."""
    placed = story.placed
    paid = orders[placed.paid_at[orders] < NEVER]
    back = paid[placed.refund_minor[paid] > 0]
    order = np.concatenate([paid, paid, back])
    movement = np.repeat([RECEIPT, FEE, REFUND], [len(paid), len(paid), len(back)])
    moment = np.concatenate([placed.paid_at[paid] + DAY, placed.paid_at[paid] + DAY, placed.refunded_at[back]])
    by_time = np.lexsort((movement, placed.number[order], moment))
    return _shown(story, order[by_time], numbers, movement=movement[by_time], moment=moment[by_time])


def _people(story: Story, who: np.ndarray) -> Shown:
    """Persons by the moment they came, a few of them twice."""
    again = np.flatnonzero(who % TWICE_EVERY == 0)
    second = np.insert(np.zeros(len(who), bool), again, True)
    who = np.insert(who, again, who[again])
    nothing = np.zeros(len(who), np.int64)
    return _shown(story, nothing, Numbers(), person=who, second=second)


def _shown(story: Story, order: np.ndarray, numbers: Numbers, **other: np.ndarray) -> Shown:
    given = {
        "line": np.full(len(order), -1),
        "person": story.placed.person[order],
        "movement": np.full(len(order), -1),
        "moment": np.full(len(order), NEVER),
        "second": np.zeros(len(order), bool),
    }
    return Shown(story, order=order, order_ids=numbered(story, numbers, order), **{**given, **other})


ROWS: dict[str, Callable[[Story, np.ndarray, Numbers], Shown]] = {
    "orders": _orders,
    "lines": _lines,
    "movements": _movements,
}
