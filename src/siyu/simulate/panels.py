"""What platforms' own panels and reports say of the last days, and why it differs from what the brand counts.

A report counts an order when it is placed, paid or not; it counts some orders twice, adds the shipping insurance, and
takes refunds off the day they are made on, not the day of the order.
"""

from dataclasses import dataclass

import numpy as np

from .columns import NEVER
from .purchases import Orders
from .relations import FAN, LIVE_FOLLOW, MEMBER
from .season import DAY
from .story import Story
from .touch import CLICK, ENTRY, IMPRESSION, Touches
from .touchpoints import NAMES

PANEL_DAYS = 90
REASONS = ("unpaid", "duplicates", "refund_timing", "insurance")


@dataclass(frozen=True)
class Reported:
    """A figure of each day of the panel on one platform: what the brand counts, and what each reason adds."""

    metric: str
    own: np.ndarray
    added: dict[str, np.ndarray]

    @property
    def shown(self) -> np.ndarray:
        """What the platform reports."""
        return self.own + sum(self.added.values())


@dataclass(frozen=True)
class Days:
    """The last days of the window, as the panels show them."""

    start: int
    count: int

    def of(self, moments: np.ndarray) -> np.ndarray:
        """The place of each moment's day; -1 where it lies outside."""
        place = (moments - self.start) // DAY
        return np.where((place >= 0) & (place < self.count), place, -1)

    def sums(self, moments: np.ndarray, amounts: np.ndarray) -> np.ndarray:
        """Amounts by day."""
        place = self.of(moments)
        inside = place >= 0
        return np.bincount(place[inside], amounts[inside], self.count).astype(np.int64)


def panel_days(story: Story) -> Days:
    """PANEL_DAYS, or as many as there are."""
    count = min(PANEL_DAYS, (story.calendar.end - story.calendar.start) // DAY)
    return Days(story.calendar.end - count * DAY, count)


def reported(story: Story, platform: int) -> tuple[Reported, ...]:
    """The figures of a platform's report: money in cents, and orders."""
    days, placed = panel_days(story), story.placed.where(story.placed.platform == platform)
    unpaid = placed.where(placed.paid_at == NEVER)
    paid = placed.where(placed.paid_at < NEVER)
    twice = paid.where(_counted_twice(story, paid))
    money = {
        "unpaid": days.sums(unpaid.ordered_at, unpaid.amount_minor),
        "duplicates": days.sums(twice.paid_at, twice.amount_minor),
    }
    gmv = days.sums(paid.paid_at, paid.amount_minor)
    insurance = np.rint(gmv * story.parameters.panel.insurance_share).astype(np.int64)
    back, back_then = days.sums(paid.paid_at, paid.refund_minor), days.sums(paid.refunded_at, paid.refund_minor)
    ones = {"unpaid": days.sums(unpaid.ordered_at, _ones(unpaid)), "duplicates": days.sums(twice.paid_at, _ones(twice))}
    return (
        Reported("gmv", gmv, {**money, "insurance": insurance}),
        Reported("net", gmv - back, {**money, "insurance": insurance, "refund_timing": back - back_then}),
        Reported("refunds", back_then, {}),
        Reported("orders", days.sums(paid.paid_at, _ones(paid)), ones),
    )


def _counted_twice(story: Story, paid: Orders) -> np.ndarray:
    chosen = story.rng("counted twice").random(len(story.placed)) < story.parameters.panel.counted_twice_share
    return chosen[paid.number]


def _ones(orders: Orders) -> np.ndarray:
    return np.ones(len(orders), np.int64)


def visitors(story: Story, days: Days) -> tuple[np.ndarray, np.ndarray]:
    """(day, touchpoint) persons who entered, and those who had never been there, as the panel counts devices."""
    came = story.touches.where((story.touches.event == ENTRY) & (story.touches.person >= 0))
    first = came.where(np.unique(came.person * len(NAMES) + came.touchpoint, return_index=True)[1])
    grids = (_persons(story, days, some.moment, some.touchpoint, some.person) for some in (came, first))
    every, new = (np.rint(grid * story.parameters.panel.visitor_factor).astype(np.int64) for grid in grids)
    return every, new


def sales(story: Story, days: Days) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(day, touchpoint) paid orders, their amount in cents, and their buyers."""
    orders = story.orders
    count = _grid(days, orders.paid_at, orders.touchpoint, np.ones(len(orders)))
    paid = _grid(days, orders.paid_at, orders.touchpoint, orders.amount_minor)
    return count, paid, _persons(story, days, orders.paid_at, orders.touchpoint, orders.person)


def won(story: Story, days: Days) -> tuple[np.ndarray, np.ndarray]:
    """(day, touchpoint) new fans (followers of live rooms too) and new members."""
    every = story.relations
    fan, member = np.isin(every.type, (FAN, LIVE_FOLLOW)), every.type == MEMBER
    fans = _grid(days, every.started_at, every.touchpoint, fan)
    return fans, _grid(days, every.started_at, every.touchpoint, member)


def advertised(story: Story, days: Days) -> tuple[np.ndarray, np.ndarray]:
    """(day, touchpoint) impressions and clicks of advertisements, known persons or not."""
    truth, touches = story.parameters.advertising, story.touches
    impressions = _shown(days, touches, IMPRESSION, truth.panel_impressions_factor)
    return impressions, _shown(days, touches, CLICK, truth.panel_clicks_factor)


def _shown(days: Days, touches: Touches, event: int, factor: float) -> np.ndarray:
    which = (touches.event == event) & touches.paid
    return np.rint(_grid(days, touches.moment, touches.touchpoint, which) * factor).astype(np.int64)


def _grid(days: Days, moments: np.ndarray, touchpoint: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    day = days.of(moments)
    inside = day >= 0
    cell = day[inside] * len(NAMES) + touchpoint[inside]
    total = np.bincount(cell, amounts[inside], days.count * len(NAMES))
    return total.astype(np.int64).reshape(days.count, len(NAMES))


def _persons(story: Story, days: Days, moments: np.ndarray, touchpoint: np.ndarray, person: np.ndarray) -> np.ndarray:
    day = days.of(moments)
    inside = day >= 0
    cell = (day[inside] * len(NAMES) + touchpoint[inside]) * story.people.count + person[inside]
    different = np.unique(cell) // story.people.count
    return np.bincount(different, minlength=days.count * len(NAMES)).reshape(days.count, len(NAMES))
