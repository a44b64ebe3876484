"""The goods in each order: products near the order's worth, their amounts adding up to what was paid."""

from dataclasses import dataclass

import numpy as np

from . import columns as text
from .goods import PRICES
from .goods import launches as launched_at
from .names import PRODUCTS
from .purchases import Orders
from .season import Season

LINE_SHARES = (0.55, 0.28, 0.12, 0.05)
LIST_PRICES = PRICES
RANKED = np.argsort(LIST_PRICES, kind="stable")


@dataclass(frozen=True)
class Basket:
    """One entry per line, in order of the orders' numbers; amounts in cents."""

    order: np.ndarray
    line_no: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    amount_minor: np.ndarray
    grid: np.ndarray
    """(order, position): the product, -1 where the order has fewer lines."""

    @property
    def lines(self) -> np.ndarray:
        """How many lines each order has."""
        return (self.grid >= 0).sum(axis=1)

    def titles(self, orders: np.ndarray) -> text.Text:
        """The names of all goods of each order, with a semicolon between."""
        names = [product[0] for product in PRODUCTS]
        cells = [text.pick(names, self.grid[orders, place]) for place in range(self.grid.shape[1])]
        return text.joined(cells, ";", missing="skip")

    def list_total(self, orders: np.ndarray) -> np.ndarray:
        """What the goods of each order cost by list, at least what was paid for them."""
        total = np.bincount(self.order, LIST_PRICES[self.product] * self.quantity, len(self.grid))
        return total.astype(np.int64)[orders]


def fill(rng: np.random.Generator, calendar: Season, orders: Orders) -> Basket:
    """Choose the goods of every order, among those launched when it was placed."""
    count = rng.choice(len(LINE_SHARES), len(orders), p=LINE_SHARES) + 1
    order = np.repeat(np.arange(len(orders)), count)
    start = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
    line_no = np.arange(len(order)) - start[order]
    place = _near(rng, orders.amount_minor[order] / count[order])
    product = _launched(launched_at(calendar), place, orders.ordered_at[order])
    quantity = np.where(rng.random(len(order)) < 0.12, 2, 1)
    amount = split(orders.amount_minor, order, start, LIST_PRICES[product] * quantity)
    grid = np.full((len(orders), len(LINE_SHARES)), -1, np.int8)
    grid[order, line_no] = product
    return Basket(order, line_no + 1, product, quantity, amount, grid)


def _near(rng: np.random.Generator, worth: np.ndarray) -> np.ndarray:
    """The rank of a product whose list price is near the worth, not always the nearest."""
    place = np.searchsorted(LIST_PRICES[RANKED], worth * 1.15) + rng.integers(-3, 4, len(worth))
    return np.clip(place, 0, len(RANKED) - 1)


def _launched(launches: np.ndarray, place: np.ndarray, ordered_at: np.ndarray) -> np.ndarray:
    """The product at each rank, or the next cheaper (of the cheapest: dearer) one that was out when it was ordered."""
    product = RANKED[place]
    for step in [-n for n in range(1, len(RANKED))] + list(range(1, len(RANKED))):
        rows = np.flatnonzero(launches[product] > ordered_at)
        if not len(rows):
            break
        product[rows] = RANKED[np.clip(place[rows] + step, 0, len(RANKED) - 1)]
    return product


def split(total: np.ndarray, order: np.ndarray, start: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The total of each order over its lines by weight; the cents left over go to its line at `start`."""
    share = total[order] * weight // np.maximum(np.bincount(order, weight, len(total)).astype(np.int64), 1)[order]
    given = np.bincount(order, share, len(total)).astype(np.int64)
    np.add.at(share, start, total - given)
    return share
