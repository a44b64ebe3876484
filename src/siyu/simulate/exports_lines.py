"""What was in the paid orders, as canonical lines.

Of the site and the stores, and of Youzan and Tmall as the warehouse that sends the parcels knows them, for their own
order exports only name the goods. The Weixin shop exports its lines itself.
"""

import numpy as np

from . import columns as text
from .columns import NEVER
from .exportfile import Cell, Exports, Flaw
from .names import PRODUCTS, sku
from .orderids import order_ids
from .story import Story
from .touchpoints import OFFLINE, PLATFORMS, SITE, TMALL, YOUZAN

FILES = (("order_lines.csv", (SITE, OFFLINE)), ("order_lines-warehouse.csv", (YOUZAN, TMALL)))
FLAWS = (Flaw("bad_quantity", "quantity", "两"), Flaw("missing_key", "line_no", ""))
SKUS = [sku(number) for number in range(len(PRODUCTS))]
NAMES, CATEGORIES, _ = zip(*PRODUCTS)


def write_lines(story: Story, out: Exports) -> None:
    """A file of the brand's own systems and one of its warehouse."""
    ids, rng = order_ids(story.placed), story.rng("lines")
    for file, platforms in FILES:
        cells = _cells(story, ids, platforms)
        out.write(file, "order_lines", len(cells["sku"]), cells, spoil=rng, flaws=FLAWS, key="order_id")


def _cells(story: Story, ids: text.Text, platforms: tuple[int, ...]) -> dict[str, Cell]:
    basket, placed = story.basket, story.placed
    shown = (placed.paid_at < NEVER) & np.isin(placed.platform, platforms)
    by_time = np.lexsort((placed.number, placed.ordered_at))
    rank = np.empty(len(placed), np.int64)
    rank[by_time] = np.arange(len(placed))
    lines = np.flatnonzero(shown[basket.order])
    lines = lines[np.lexsort((basket.line_no[lines], rank[basket.order[lines]]))]
    order, product = basket.order[lines], basket.product[lines]
    return {
        "order_id": text.take(ids, order),
        "platform": text.pick(PLATFORMS, placed.platform[order]),
        "line_no": text.whole(basket.line_no[lines]),
        "sku": text.pick(SKUS, product),
        "product": text.pick(NAMES, product),
        "category": text.pick(CATEGORIES, product),
        "quantity": text.whole(basket.quantity[lines]),
        "paid_amount": text.money(basket.amount_minor[lines]),
    }
