"""What a brand knows without persons: goods, promotions, spend, targets and benchmarks."""

from collections.abc import Iterable, Sequence

import pyarrow as pa

from .exportfile import Exports
from .goods import COSTS, launches
from .media import spending
from .names import PRODUCTS, sku
from .season import Season, day_of, promotions
from .story import Story

#: What the brand wants for 20,000 consumers; the size of the base grows with them, the rest does not.
SUSTAINABLE_TARGET, SUSTAINABLE_MEDIAN, SUSTAINABLE_EXCELLENT = 8_500, 6_500, 9_000
BENCHMARKS = (  # metric, median, excellent
    ("role_deepening_efficiency", 0.03, 0.06),
    ("touchpoint_gravity", 0.22, 0.35),
    ("relationship_value", 180, 320),
    ("member_penetration", 0.25, 0.4),
)


def write_plan(story: Story, out: Exports) -> None:
    """All files of the plan."""
    calendar, size = story.calendar, story.people.count / 20_000
    small_table(out, "products", ("sku", "name", "category", "launched_at", "price", "cost"), _products(calendar))
    small_table(out, "promotions", ("promotion", "starts_on", "ends_on", "warmup_from"), _promotions(calendar))
    small_table(out, "spend", ("date", "touchpoint", "campaign", "amount", "paid_media"), _spend(story))
    small_table(out, "targets", ("metric", "scope", "period", "value"), _targets(calendar, size))
    small_table(out, "benchmarks", BENCHMARK_COLUMNS, _benchmarks(calendar, size))


def small_table(out: Exports, kind: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A small table; these files have some thousand lines, so plain Python is quick enough."""
    listed = [[str(cell) for cell in row] for row in rows]
    cells = {name: pa.array([row[n] for row in listed], pa.string()) for n, name in enumerate(header)}
    out.write(f"{kind}.csv", kind, len(listed), cells)


def _products(calendar: Season) -> Iterable[Sequence[object]]:
    launched = launches(calendar)
    for number, (name, category, price) in enumerate(PRODUCTS):
        cost = f"{COSTS[number] / 100:.2f}"
        yield sku(number), name, category, day_of(launched[number]), f"{price / 100:.2f}", cost


def _promotions(calendar: Season) -> Iterable[Sequence[object]]:
    for name, warm, first, last in promotions(calendar):
        yield name, first, last, warm


def _spend(story: Story) -> Iterable[Sequence[object]]:
    for spent in spending(story):
        paid = "true" if spent.paid_media else "false"
        yield spent.day, spent.touchpoint, spent.campaign, f"{spent.amount_minor / 100:.2f}", paid


def _targets(calendar: Season, size: float) -> Iterable[Sequence[object]]:
    period = f"{calendar.last_day:%Y-%m}"
    yield "sustainable_relationships", "brand", period, round(SUSTAINABLE_TARGET * size)
    yield "role_deepening_efficiency", "brand", period, 0.045
    yield "touchpoint_gravity", "brand", period, 0.3
    yield "relationship_value", "brand", period, 260


BENCHMARK_COLUMNS = ("metric", "industry", "period", "median", "excellent", "source")


def _benchmarks(calendar: Season, size: float) -> Iterable[Sequence[object]]:
    base = ("sustainable_relationships", round(SUSTAINABLE_MEDIAN * size), round(SUSTAINABLE_EXCELLENT * size))
    for metric, median, excellent in (base, *BENCHMARKS):
        yield metric, "beauty", calendar.last_day.year, median, excellent, "simulated"
