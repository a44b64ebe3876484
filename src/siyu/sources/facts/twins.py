"""Orders that stand under a platform and under none. The platform is part of an order's key, so both count."""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.store.formula import formula
from siyu.store.tables import BY_NAME
from siyu.store.warehouse import Warehouse


def twins(load_id: int, warehouse: Warehouse) -> tuple[int, str]:
    """How many orders of a load stand under another load's number, one of them without a platform; the first ("" for
    none)."""
    # what the engine answers from its statistics spares nearly every brand the comparison of all its orders
    if not all(warehouse.any(_orders(named=named)) for named in (False, True)):
        return 0, ""
    found = warehouse.row(_twins(warehouse.in_force("orders"), load_id))
    return found["orders"], found["first"] or ""


@formula
def _orders(*, named: bool) -> ir.Table:
    """Those that name a platform, or those that do not."""
    orders = BY_NAME["orders"].expr()
    return orders.filter(orders.platform.notnull() if named else orders.platform.isnull())


@formula
def _twins(orders: ir.Table, load_id: int) -> ir.Table:
    told = orders.select("order_id", "platform", "load_id")
    mine, others = told.filter(told.load_id == load_id), told.filter(told.load_id < load_id)
    one = mine.filter(mine.platform.isnull()).semi_join(others.filter(others.platform.notnull()), "order_id")
    other = mine.filter(mine.platform.notnull()).semi_join(others.filter(others.platform.isnull()), "order_id")
    found = one.union(other)
    return found.aggregate(orders=found.count(), first=found.order_id.min())
