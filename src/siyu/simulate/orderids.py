"""Order numbers in the style of each platform, unique on it."""

import numpy as np

from . import columns as text
from .purchases import Orders
from .touchpoints import OFFLINE, TMALL, WEIXIN_SHOP, YOUZAN


def order_ids(orders: Orders) -> text.Text:
    """The number each order has on its own platform, without the wrapping that exports put around it."""
    made = text.digits(orders.number, 9, "S")
    for platform, style in ((YOUZAN, _youzan), (TMALL, _tmall), (WEIXIN_SHOP, _weixin), (OFFLINE, _offline)):
        made = text.either(orders.platform == platform, style(orders), made)
    return made


def _youzan(orders: Orders) -> text.Text:
    return text.glue("E", text.compact_moments(orders.ordered_at), text.digits(orders.number, 10))


def _tmall(orders: Orders) -> text.Text:
    return text.digits(2_103_000_000_000_000_000 + orders.number * 1_000_000_007, 19)


def _weixin(orders: Orders) -> text.Text:
    return text.digits(3_715_000_000_000_000_000 + orders.number * 1_000_000_007, 19)


def _offline(orders: Orders) -> text.Text:
    return text.digits(orders.number, 9, "P")


def rows_of(orders: Orders, platform: int) -> np.ndarray:
    """The orders of one platform as its export lists them: by the moment of ordering."""
    rows = np.flatnonzero(orders.platform == platform)
    return rows[np.lexsort((orders.number[rows], orders.ordered_at[rows]))]
