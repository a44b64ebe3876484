"""When the goods were launched and what they cost."""

import numpy as np

from .names import PRODUCTS
from .season import DAY, Season

OLD_DAYS, FIRST_LAUNCH_DAYS, BETWEEN_LAUNCHES_DAYS = 400, 120, 25
"""Every fourth product comes out within the window, by its place; the others were there long before."""
COST_SHARES = {
    "洁面": 0.26, "面膜": 0.24, "水": 0.22, "乳霜": 0.25, "精华": 0.20, "眼部": 0.22, "防晒": 0.30, "彩妆": 0.27,
    "身体": 0.33, "套装": 0.36,
}  # fmt: skip
"""Unit cost over list price, by category."""
PRICES = np.array([price for _, _, price in PRODUCTS])
COSTS = np.array([round(price * COST_SHARES[category]) for _, category, price in PRODUCTS])


def launches(calendar: Season) -> np.ndarray:
    """The midnight each product was launched at; none is launched after the window."""
    number = np.arange(len(PRODUCTS))
    days = np.where(number % 4, -OLD_DAYS, FIRST_LAUNCH_DAYS + BETWEEN_LAUNCHES_DAYS * number)
    return np.minimum(calendar.start + days * DAY, calendar.end - DAY)
