"""Paid media: which campaign runs when, and what it costs a day."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from . import columns as text
from .season import DAY, Season, promotions
from .story import Story
from .touchpoints import NAMES

ALWAYS_ON = "always_on"


@dataclass(frozen=True)
class Spent:
    """What a touchpoint cost on a day."""

    day: dt.date
    touchpoint: str
    campaign: str
    amount_minor: int
    paid_media: bool


def campaigns(story: Story, moments: np.ndarray, paid: np.ndarray) -> text.Text:
    """The promotion running at each moment; outside of promotions paid media belongs to ALWAYS_ON, all else to none."""
    names, running = _running(story.calendar, moments)
    return text.pick((*names, ALWAYS_ON), np.where(paid & (running < 0), len(names), running))


def _running(calendar: Season, moments: np.ndarray) -> tuple[list[str], np.ndarray]:
    running = np.full(len(moments), -1)
    listed = promotions(calendar)
    for number, (_, _, first, last) in enumerate(listed):
        running[(moments >= calendar.moment(first)) & (moments < calendar.moment(last) + DAY)] = number
    return [name for name, *_ in listed], running


def spending(story: Story) -> Iterator[Spent]:
    """Every day and touchpoint: more in a promotion and in the warm-up that leads to it."""
    rng, calendar, truth = story.rng("spend"), story.calendar, story.parameters.advertising
    size = story.people.count / 20_000
    listed = promotions(calendar)
    running = {day: name for name, _, first, last in listed for day in days(first, last)}
    warming = {day for _, warm, first, _ in listed for day in days(warm, first - dt.timedelta(days=1))}
    for day in days(calendar.first_day, calendar.last_day):
        times = truth.promotion_times if day in running else truth.warmup_times if day in warming else 1.0
        for touchpoint, usual in truth.daily_spend.items():
            amount = round(usual * 100 * size * times * rng.uniform(0.8, 1.2))
            paid = touchpoint not in truth.unpaid_touchpoints
            yield Spent(day, touchpoint, running.get(day, ALWAYS_ON), amount, paid)


def spend_grid(story: Story, first: dt.date, count: int) -> np.ndarray:
    """(day, touchpoint) cents spent, for `count` days from `first`."""
    grid = np.zeros((count, len(NAMES)), np.int64)
    for spent in spending(story):
        place = (spent.day - first).days
        if 0 <= place < count:
            grid[place, NAMES.index(spent.touchpoint)] += spent.amount_minor
    return grid


def days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Each day from the first to the last."""
    return (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
