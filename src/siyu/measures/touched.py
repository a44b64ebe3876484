"""What new facts touch: the consumers, invitees and orders whose derived rows an incremental run recomputes."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir

from siyu.store import tables
from siyu.store.workspace import Workspace

#: Kinds whose facts are change points of their person (events are not: they bound no span).
PERSONAL = ("orders", "relations", "relation_ends", "members", "consents", "contents")
#: Above this share of all consumers a full run is quicker.
WORTH_IT = 0.3


@dataclass(frozen=True)
class Touched:
    """Scratch tables: consumers (to recompute), gone (ids that no longer exist), invitees, orders (fact ids)."""

    consumers: ir.Table
    invitees: ir.Table
    gone: ir.Table
    orders: ir.Table
    count: int

    def replaced(self, column: str) -> ir.Table:
        """Keys whose stored rows give way, for the column a derived table is kept by."""
        if column == "consumer_id":
            return self.consumers.union(self.gone).select(consumer_id="consumer_id")
        if column == "invitee_id":
            return self.invitees.union(self.gone).select(invitee_id="consumer_id")
        persons = self.consumers.union(self.gone)
        stored = tables.PURCHASE.expr().semi_join(persons, "consumer_id").select("fact_id")
        return stored.union(self.orders).select("fact_id")


def touched(workspace: Workspace, load_id: int, identity_version: int) -> Touched | None:
    """What facts after `load_id` and identities after `identity_version` touch; None when a full run is as good."""
    warehouse = workspace.warehouse
    identity = tables.IDENTITY.expr()
    if _lines_taken_back_since(workspace, load_id):
        return None
    orders = warehouse.scratch("touched_order", _orders(load_id))
    changed = warehouse.scratch(
        "changed_consumer",
        _identifiers(load_id, orders)
        .join(identity, "identifier_id")
        .select("consumer_id")
        .union(identity.filter(identity.identity_version > identity_version).select("consumer_id"))
        .distinct(),
    )
    consumers = warehouse.scratch("touched_consumer", changed.union(_inviters_of(changed)).distinct())
    count, everyone = warehouse.count(consumers), warehouse.count(tables.CONSUMER)
    if count > WORTH_IT * everyone:
        return None
    invitees = warehouse.scratch("touched_invitee", changed.union(_invitees_of(changed)).distinct())
    gone = warehouse.scratch("gone_consumer", _gone(identity_version))
    return Touched(consumers, invitees, gone, orders, count)


def _orders(load_id: int) -> ir.Table:
    """fact_id of orders that are new, corrected, or have new or corrected refunds."""
    orders, refunds = tables.BY_NAME["orders"].expr(), tables.BY_NAME["refunds"].expr()
    corrected = _corrected(load_id)
    fresh_refunds = (
        refunds.filter(refunds.load_id > load_id)
        .select("order_id", "platform")
        .union(refunds.semi_join(corrected, "fact_id").select("order_id", "platform"))
    )
    key = fresh_refunds.select("order_id", shop=fresh_refunds.platform.fill_null("")).distinct()
    of_refunds = orders.mutate(shop=orders.platform.fill_null("")).semi_join(key, ["order_id", "shop"])
    return (
        orders.filter(orders.load_id > load_id).select("fact_id")
        .union(orders.semi_join(corrected, "fact_id").select("fact_id"))
        .union(of_refunds.select("fact_id"))
        .distinct()
    )  # fmt: skip


def _identifiers(load_id: int, orders: ir.Table) -> ir.Table:
    """Primary identifiers of new and corrected facts, and of touched orders."""
    corrected = _corrected(load_id)
    found = tables.BY_NAME["orders"].expr().semi_join(orders, "fact_id").select("identifier_id")
    for kind in PERSONAL:
        table = tables.BY_NAME[kind].expr()
        found = found.union(table.filter(table.load_id > load_id).select("identifier_id"))
        found = found.union(table.semi_join(corrected, "fact_id").select("identifier_id"))
    referrals = tables.BY_NAME["referrals"].expr()
    for rows in (referrals.filter(referrals.load_id > load_id), referrals.semi_join(corrected, "fact_id")):
        found = found.union(rows.select(identifier_id="inviter_identifier_id"))
        found = found.union(rows.select(identifier_id="invitee_identifier_id"))
    return found.filter(found.identifier_id.notnull()).distinct()


def _corrected(load_id: int) -> ir.Table:
    superseded = tables.SUPERSEDED.expr()
    return superseded.filter(superseded.load_id > load_id).select("fact_id").distinct()


def _inviters_of(consumers: ir.Table) -> ir.Table:
    """Everyone who ever invited these consumers: the validity of their referrals may have changed."""
    return _other_side(consumers, "invitee_identifier_id", "inviter_identifier_id")


def _invitees_of(consumers: ir.Table) -> ir.Table:
    """Everyone these consumers ever invited: their inviter's consumer_id may have moved."""
    return _other_side(consumers, "inviter_identifier_id", "invitee_identifier_id")


def _other_side(consumers: ir.Table, side: str, other: str) -> ir.Table:
    identity = tables.IDENTITY.expr().select("identifier_id", "consumer_id")
    mine = identity.semi_join(consumers, "consumer_id")
    rows = tables.BY_NAME["referrals"].expr().semi_join(mine, [(side, "identifier_id")])
    return rows.select(identifier_id=other).join(identity, "identifier_id").select("consumer_id")


def _gone(identity_version: int) -> ir.Table:
    """Consumer ids that may stand in derived tables and are no consumer any more.

    A consumer's id is an identifier's; one that is gone now belongs to another, and its row says since which version.
    """
    identity = tables.IDENTITY.expr()
    moved = identity.filter(
        (identity.identity_version > identity_version) & (identity.identifier_id != identity.consumer_id)
    )
    return moved.select(consumer_id="identifier_id")


def _lines_taken_back_since(workspace: Workspace, load_id: int) -> bool:
    """Derived refunds are worked out anew over all lines; new lines may move any of them."""
    lines = tables.BY_NAME["order_lines"].expr()
    if not workspace.warehouse.count(lines.filter(lines.load_id > load_id).limit(1)):
        return False
    return bool(workspace.warehouse.count(tables.DERIVED_REFUND))
