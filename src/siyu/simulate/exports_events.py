"""Events as canonical files: one per year, the running one plainly `events.csv`, and a few days that arrive late."""

from collections.abc import Iterator

import numpy as np

from . import columns as text
from .exportfile import Cell, Exports, Flaw
from .id_columns import Shares, id_columns
from .media import campaigns
from .names import PRODUCTS, STORES, sku
from .season import DAY
from .story import Story
from .touch import CART, ENTRY, EVENTS, VIEW, Touches
from .touchpoints import NAMES, OFFLINE_STORE, TOUCHPOINTS

LATE_FROM_DAYS, LATE_DAYS = 90, 2
FLAWS = (Flaw("bad_date", "occurred_at", "2025-04-31 10:00:00"), Flaw("missing_value", "name", ""))


def write_events(story: Story, out: Exports) -> None:
    """All event files."""
    rng = story.rng("export events")
    offset = 0
    for file, touches in _files(story):
        cells = _cells(story, out, rng, file, touches, offset)
        out.write(file, "events", len(touches), cells, spoil=rng, flaws=FLAWS, key="event_id")
        offset += len(touches)


def _files(story: Story) -> Iterator[tuple[str, Touches]]:
    calendar, touches = story.calendar, story.touches
    opens = calendar.end - LATE_FROM_DAYS * DAY
    late = (touches.moment >= opens) & (touches.moment < opens + LATE_DAYS * DAY)
    year = touches.moment.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970
    for this in range(calendar.first_day.year, calendar.last_day.year + 1):
        file = "events.csv" if this == calendar.last_day.year else f"events-{this}.csv"
        yield file, touches.where((year == this) & ~late)
    if late.any():
        yield "events-late.csv", touches.where(late)


def _cells(
    story: Story, out: Exports, rng: np.random.Generator, file: str, touches: Touches, offset: int
) -> dict[str, Cell]:
    if file == "events-late.csv":
        out.plant(file, "late_row", len(touches))
    out.plant(file, "nobody", (touches.person < 0).sum())
    place = touches.touchpoint
    in_store = place == OFFLINE_STORE
    return {
        "event_id": text.digits(offset + np.arange(len(touches)), 9, "e"),
        "occurred_at": text.moments(touches.moment),
        "name": text.either(
            touches.event == ENTRY,
            text.pick([each.entry for each in TOUCHPOINTS], place),
            text.pick(EVENTS, touches.event),
        ),
        "touchpoint": text.pick(NAMES, place),
        "platform": text.pick([each.platform for each in TOUCHPOINTS], place),
        "domain": text.pick([each.domain for each in TOUCHPOINTS], place),
        "paid_media": text.either(touches.paid, "true", "false"),
        "campaign": campaigns(story, touches.moment, touches.paid),
        "store": text.pick(STORES, np.where(in_store, touches.person % len(STORES), -1)),
        "content_id": text.pick([f"c{n:03d}" for n in range(100)], touches.content),
        "properties": _properties(rng, touches),
        **id_columns(story, out, rng, file, touches.person, _shares(story, touches)),
    }


def _properties(rng: np.random.Generator, touches: Touches) -> text.Text:
    """The goods that were looked at or put in the basket, as JSON."""
    goods = [f'"{{""sku"": ""{sku(n)}""}}"' for n in range(len(PRODUCTS))]
    product = rng.integers(0, len(goods), len(touches))
    return text.pick(goods, np.where(np.isin(touches.event, (CART, VIEW)), product, -1))


def _shares(story: Story, touches: Touches) -> Shares:
    names = sorted({name for place in TOUCHPOINTS for name in place.shows})
    tables = {name: np.array([place.shows.get(name, 0.0) for place in TOUCHPOINTS]) for name in names}
    shares = {name: table[touches.touchpoint] for name, table in tables.items()}
    card = story.names.has("member_card", np.maximum(touches.person, 0))
    no_card = (touches.touchpoint == OFFLINE_STORE) & ~card
    return {**shares, "phone": np.where(no_card, 1.0, shares["phone"])}
