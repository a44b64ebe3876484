"""The goods in each order: products near the order's worth, their amounts adding up to what was paid."""

from dataclasses import dataclass

import numpy as np

from . import columns as text
from .names import PRODUCTS
from .purchases import Orders

LINE_SHARES = (0.55, 0.28, 0.12, 0.05)
LIST_PRICES = np.array([price for _, _, price in PRODUCTS])


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


def fill(rng: np.random.Generator, orders: Orders) -> Basket:
    """Choose the goods of every order."""
    count = rng.choice(len(LINE_SHARES), len(orders), p=LINE_SHARES) + 1
    order = np.repeat(np.arange(len(orders)), count)
    start = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
    line_no = np.arange(len(order)) - start[order]
    product = _near(rng, orders.amount_minor[order] / count[order])
    quantity = np.where(rng.random(len(order)) < 0.12, 2, 1)
    amount = split(orders.amount_minor, order, start, LIST_PRICES[product] * quantity)
    grid = np.full((len(orders), len(LINE_SHARES)), -1, np.int8)
    grid[order, line_no] = product
    return Basket(order, line_no + 1, product, quantity, amount, grid)


def _near(rng: np.random.Generator, worth: np.ndarray) -> np.ndarray:
    """A product whose list price is near the worth, not always the nearest."""
    ranked = np.argsort(LIST_PRICES, kind="stable")
    place = np.searchsorted(LIST_PRICES[ranked], worth * 1.15) + rng.integers(-3, 4, len(worth))
    return ranked[np.clip(place, 0, len(ranked) - 1)]


def split(total: np.ndarray, order: np.ndarray, start: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The total of each order over its lines by weight; the cents left over go to its line at `start`."""
    share = total[order] * weight // np.maximum(np.bincount(order, weight, len(total)).astype(np.int64), 1)[order]
    given = np.bincount(order, share, len(total)).astype(np.int64)
    np.add.at(share, start, total - given)
    return share
