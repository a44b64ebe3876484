"""What a brand knows without persons: goods, spend, promotions, targets, benchmarks, and what platforms' panels say.

Panels agree with the truth up to two known factors (parameters.py): they count devices, and they add the shipping
insurance.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from .exportfile import Exports
from .names import PRODUCTS, sku
from .season import DAY, Season, day_of, promotions
from .story import Story
from .touch import ENTRY
from .touchpoints import NAMES, PLATFORMS, TOUCHPOINTS

PANEL_DAYS = 90
SPEND = {"moments_ad": 900.0, "live_room": 700.0, "flagship_store": 1100.0, "official_account": 120.0}
"""CNY a day on an ordinary day for 20,000 consumers."""
BENCHMARKS = (  # metric, median, excellent
    ("role_deepening_efficiency", 0.03, 0.06),
    ("touchpoint_gravity", 0.22, 0.35),
    ("relationship_value", 180, 320),
    ("member_penetration", 0.25, 0.4),
)


def write_plan(story: Story, out: Exports) -> None:
    """All files without persons."""
    calendar, size = story.calendar, story.people.count / 20_000
    _table(out, "products", ("sku", "name", "category", "launched_at", "price", "cost"), _products(calendar))
    _table(out, "promotions", ("promotion", "starts_on", "ends_on", "warmup_from"), _promotions(calendar))
    _table(out, "spend", ("date", "touchpoint", "campaign", "amount", "paid_media"), _spend(story, size))
    _table(out, "targets", ("metric", "scope", "period", "value"), _targets(calendar, size))
    _table(out, "benchmarks", ("metric", "industry", "period", "median", "excellent", "source"), _benchmarks(calendar))
    _table(out, "touchpoint_daily", DAILY, _daily(story))
    _table(out, "reported_metrics", ("metric", "platform", "date", "value", "source"), _reported(story))


def _table(out: Exports, kind: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A small table; these files have some hundred lines, so plain Python is quick enough."""
    listed = [[str(cell) for cell in row] for row in rows]
    cells = {name: pa.array([row[n] for row in listed], pa.string()) for n, name in enumerate(header)}
    out.write(f"{kind}.csv", kind, len(listed), cells)


def _products(calendar: Season) -> Iterable[Sequence[object]]:
    for number, (name, category, price) in enumerate(PRODUCTS):
        launched = calendar.first_day + dt.timedelta(days=-400 if number % 4 else 120 + 25 * number)
        launched = min(launched, calendar.last_day)
        yield sku(number), name, category, launched, f"{price / 100:.2f}", f"{price * 0.28 / 100:.2f}"


def _promotions(calendar: Season) -> Iterable[Sequence[object]]:
    for name, warm, first, last in promotions(calendar):
        yield name, first, last, warm


def _spend(story: Story, size: float) -> Iterable[Sequence[object]]:
    rng, calendar = story.rng("spend"), story.calendar
    running = {day: name for name, _, first, last in promotions(calendar) for day in _days(first, last)}
    for day in _days(calendar.first_day, calendar.last_day):
        name = running.get(day, "always_on")
        for touchpoint, usual in SPEND.items():
            amount = usual * size * (2.4 if day in running else 1.0) * rng.uniform(0.8, 1.2)
            yield day, touchpoint, name, f"{amount:.2f}", "true" if touchpoint != "official_account" else "false"


def _days(first: dt.date, last: dt.date) -> Iterable[dt.date]:
    return (first + dt.timedelta(days=n) for n in range((last - first).days + 1))


def _targets(calendar: Season, size: float) -> Iterable[Sequence[object]]:
    period = f"{calendar.last_day:%Y-%m}"
    yield "sustainable_relationships", "brand", period, round(8_500 * size)
    yield "role_deepening_efficiency", "brand", period, 0.045
    yield "touchpoint_gravity", "brand", period, 0.3
    yield "relationship_value", "brand", period, 260


def _benchmarks(calendar: Season) -> Iterable[Sequence[object]]:
    for metric, median, excellent in BENCHMARKS:
        yield metric, "beauty", calendar.last_day.year, median, excellent, "simulated"


DAILY = ("date", "platform", "touchpoint", "source_domain", "visitors", "buyers", "orders", "paid_amount")


def _daily(story: Story) -> Iterable[Sequence[object]]:
    """The last days of each touchpoint as its panel shows them."""
    visitors = _visitors(story)
    orders, paid, buyers = _sales(story)
    first = day_of(story.calendar.end) - dt.timedelta(days=visitors.shape[0])
    for n in range(visitors.shape[0]):
        for place, touchpoint in enumerate(TOUCHPOINTS):
            if touchpoint.entry:
                shown = round(visitors[n, place] * story.parameters.panel_visitor_factor)
                worth = f"{paid[n, place] / 100:.2f}"
                where = (first + dt.timedelta(days=n), touchpoint.platform, touchpoint.name, touchpoint.domain)
                yield (*where, shown, buyers[n, place], orders[n, place], worth)


def _panel_days(story: Story, moments: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Which moments lie in the panel's days, on which of them, and how many days there are."""
    days = min(PANEL_DAYS, (story.calendar.end - story.calendar.start) // DAY)
    since = story.calendar.end - days * DAY
    return moments >= since, (moments - since) // DAY, days


def _visitors(story: Story) -> np.ndarray:
    touches = story.touches
    inside, day, days = _panel_days(story, touches.moment)
    rows = inside & (touches.event == ENTRY) & (touches.person >= 0)
    triple = (day[rows] * len(NAMES) + touches.touchpoint[rows]) * story.people.count + touches.person[rows]
    cells = np.unique(triple) // story.people.count
    return np.bincount(cells, minlength=days * len(NAMES)).reshape(days, len(NAMES))


def _sales(story: Story) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    orders = story.orders
    inside, day, days = _panel_days(story, orders.paid_at)
    cell = day[inside] * len(NAMES) + orders.touchpoint[inside]
    shape, size = (days, len(NAMES)), days * len(NAMES)
    count = np.bincount(cell, minlength=size).reshape(shape)
    paid = np.bincount(cell, orders.amount_minor[inside], size).astype(np.int64).reshape(shape)
    pairs = np.unique(cell * story.people.count + orders.person[inside]) // story.people.count
    return count, paid, np.bincount(pairs, minlength=size).reshape(shape)


def _reported(story: Story) -> Iterable[Sequence[object]]:
    """GMV of each month and platform as the platform reports it."""
    orders, factor = story.orders, story.parameters.panel_gmv_factor
    month = orders.paid_at.astype("datetime64[s]").astype("datetime64[M]")
    for each in np.unique(month):
        for number, platform in enumerate(PLATFORMS[:3]):
            paid = int(orders.amount_minor[(month == each) & (orders.platform == number)].sum())
            yield "gmv", platform, f"{each}-01", f"{round(paid * factor) / 100:.2f}", f"{platform}_panel"
