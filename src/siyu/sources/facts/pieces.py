"""Orders of which some lines came with another file: what adds up the lines of one file lacks those of the others.

Told and not mended: no row says whether a line was taken out of its order or stands in another part of the export.
"""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.sources.facts.seenkeys import SeenKeys
from siyu.store import tables
from siyu.store.warehouse import Warehouse


def torn(load_id: int, lines: SeenKeys, warehouse: Warehouse) -> list[str]:
    """The order_id of orders that a load brought and of which lines are in force that none of its `lines` repeats."""
    others = warehouse.arrow(_lines_before(warehouse.in_force("order_lines"), load_id))
    lacking = ~lines.have(others["key_hash"].to_numpy())
    return sorted({order for order, lacks in zip(others["order_id"].to_pylist(), lacking.tolist()) if lacks})


def _lines_before(lines: ir.Table, load_id: int) -> ir.Table:
    """Lines of earlier loads of the orders that a load brought: order_id, key_hash."""
    orders = tables.BY_NAME["orders"].expr()
    mine = orders.filter(orders.load_id == load_id).select("order_id", shop=orders.platform.fill_null(""))
    before = lines.filter(lines.load_id < load_id).mutate(shop=lines.platform.fill_null(""))
    return before.semi_join(mine, ["order_id", "shop"]).select("order_id", "key_hash")
