"""Orders of the own site and the stores as canonical files: orders and refunds.

The site tells times with their offset and refunds in a file of their own; the stores tell local times and the refund
on the order. Free samples and test orders stand among them and are no purchases.
"""

import numpy as np

from . import columns as text
from .columns import NEVER
from .exportfile import Cell, Exports, Flaw
from .id_columns import at_least, id_columns
from .identifiers import STORE_PHONE
from .media import campaigns
from .names import GUIDES, STORES
from .orderids import order_ids
from .purchases import Orders
from .season import DAY
from .story import Story
from .touchpoints import NAMES, OFFLINE, PLATFORMS, SITE

SAMPLE_SHARE, TEST_SHARE = 0.03, 0.003
LATE_DAYS = 3
FLAWS = (
    Flaw("bad_date", "paid_at", "2025-13-45 10:00:00"),
    Flaw("negative_amount", "paid_amount", "-12.00"),
    Flaw("missing_key", "order_id", ""),
)


def write_orders(story: Story, out: Exports) -> None:
    """orders.csv with all but three days of the site, which arrive late in a second file."""
    rng = story.rng("canonical orders")
    rows = canonical_rows(story)
    placed = story.placed.where(rows)
    _write(story, out, rng, placed, text.take(order_ids(story.placed), rows))
    _write_refunds(story, out, rows)


def canonical_rows(story: Story) -> np.ndarray:
    """The placed orders of the site and the stores, by the moment of ordering."""
    rows = np.flatnonzero(np.isin(story.placed.platform, (SITE, OFFLINE)))
    return rows[np.lexsort((rows, story.placed.ordered_at[rows]))]


def _write(story: Story, out: Exports, rng: np.random.Generator, placed: Orders, ids: text.Text) -> None:
    cells = _cells(story, out, rng, placed, ids)
    newest = placed.ordered_at.max(initial=story.calendar.end) - 60 * DAY
    late = (placed.platform == SITE) & (placed.ordered_at > newest - LATE_DAYS * DAY) & (placed.ordered_at <= newest)
    for file, keep in (("orders.csv", ~late), ("orders-late.csv", late)):
        some = np.flatnonzero(keep)
        part = {name: cell if isinstance(cell, str) else text.take(cell, some) for name, cell in cells.items()}
        out.write(file, "orders", len(some), part, spoil=rng, flaws=FLAWS, key="order_id")
    out.plant("orders-late.csv", "late_row", late.sum())
    _write_others(story, out, rng, placed)


def _cells(story: Story, out: Exports, rng: np.random.Generator, placed: Orders, ids: text.Text) -> dict[str, Cell]:
    site = placed.platform == SITE
    paid = placed.paid_at < NEVER
    back = (placed.refund_minor > 0) & ~site
    store = np.where(site, -1, placed.person % len(STORES))
    guide = np.where(~site & story.people.wecom[placed.person], placed.person % len(GUIDES), -1)
    return {
        "order_id": ids,
        "platform": text.pick(PLATFORMS, placed.platform),
        "store": text.pick(STORES, store),
        "ordered_at": _times(site, placed.ordered_at),
        "paid_at": _times(site, placed.paid_at),
        "paid_amount": text.money(np.where(paid, placed.amount_minor, 0)),
        "refund_amount": text.only(back, text.money(placed.refund_minor)),
        "refunded_at": text.moments(np.where(back, placed.refunded_at, NEVER)),
        "touchpoint": text.pick(NAMES, placed.touchpoint),
        "campaign": campaigns(story, placed.ordered_at, np.zeros(len(placed), bool)),
        "coupon": text.only(placed.number % 7 == 0, "满300减30"),
        "guide": text.pick(GUIDES, guide),
        "is_test": "false",
        **_order_ids(story, out, rng, placed),
    }


def _order_ids(story: Story, out: Exports, rng: np.random.Generator, placed: Orders) -> dict[str, text.Text]:
    """The till takes the card or the phone, or nothing; at times the staff type the store's own number."""
    site = placed.platform == SITE
    shares = {
        "phone": np.where(site, 0.5, 0.5),
        "email": np.where(site, 0.92, 0.0),
        "member_card": np.where(site, 0.0, 0.8),
        "anonymous_id": np.where(site, 0.6, 0.0),
    }
    cells = id_columns(story, out, rng, "orders.csv", placed.person, shares, by_hand=True)
    staff = ~site & ~np.asarray(cells["id.phone"].is_valid()) & (rng.random(len(placed)) < _staff_share(story))
    out.plant("orders.csv", "store_phone", staff.sum())
    cells["id.phone"] = text.either(staff, STORE_PHONE, cells["id.phone"])
    return cells


def _staff_share(story: Story) -> float:
    return story.parameters.spoiling.store_phone


def _times(site: np.ndarray, moments: np.ndarray) -> text.Text:
    return text.either(site, text.iso_moments(moments), text.moments(moments))


def _write_others(story: Story, out: Exports, rng: np.random.Generator, placed: Orders) -> None:
    """Free samples (paid nothing) and test orders (paid, but by the brand itself), in a file of their own."""
    source = rng.random(len(placed)) < SAMPLE_SHARE + TEST_SHARE
    some = placed.where(source)
    test = rng.random(len(some)) < TEST_SHARE / (SAMPLE_SHARE + TEST_SHARE)
    moment = np.minimum(some.ordered_at + rng.integers(DAY, 40 * DAY, len(some)), story.calendar.end - 1)
    shares = at_least({"member_card": 0.9}, story, some.person, "phone")
    cells: dict[str, Cell] = {
        "order_id": text.digits(np.arange(len(some)), 8, "X"),
        "platform": text.pick(PLATFORMS, some.platform),
        "ordered_at": text.moments(moment),
        "paid_at": text.moments(moment),
        "paid_amount": text.money(np.where(test, some.amount_minor, 0)),
        "touchpoint": text.pick(NAMES, some.touchpoint),
        "is_test": text.either(test, "true", "false"),
        **id_columns(story, out, rng, "orders-samples.csv", some.person, shares),
    }
    out.plant("orders-samples.csv", "test_order", test.sum())
    out.plant("orders-samples.csv", "zero_price", (~test).sum())
    out.write("orders-samples.csv", "orders", len(some), cells)


def _write_refunds(story: Story, out: Exports, rows: np.ndarray) -> None:
    """The refunds of the site; those of the stores stand on the order."""
    placed = story.placed
    back = rows[(placed.refund_minor[rows] > 0) & (placed.platform[rows] == SITE)]
    back = back[np.argsort(placed.refunded_at[back], kind="stable")]
    ids = text.take(order_ids(placed), back)
    cells: dict[str, Cell] = {
        "refund_id": text.glue("R", ids),
        "order_id": ids,
        "platform": "site",
        "refunded_at": text.iso_moments(placed.refunded_at[back]),
        "refund_amount": text.money(placed.refund_minor[back]),
    }
    flaws = (Flaw("bad_date", "refunded_at", "昨天"),)
    out.write("refunds.csv", "refunds", len(back), cells, spoil=story.rng("refunds"), flaws=flaws, key="refund_id")
