"""What has been loaded, counted: the figures `coverage` reasons from. Counts only; no reasons, no persons."""

# pyright: reportAttributeAccessIssue=false, reportArgumentType=false, reportReturnType=false, reportOperatorIssue=false
# (Ibis' own annotations do not know sums of conditions, or columns by attribute.)
from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from siyu.core.kinds import MEMBER_RELATIONS
from siyu.store.tables import IDENTIFIER
from siyu.store.warehouse import Warehouse

#: Events that enter a touchpoint (definitions.md section 3.3).
ENTRIES = ("visit", "enter", "open")
OBSERVED = "observed"


@dataclass(frozen=True)
class Tally:
    """Counts of facts in force; amounts in minor units."""

    members: int  # people of member lists, dated or not
    dated_members: int
    relations: int  # rows of the relation list
    listed_members: int  # of them, memberships
    observed_relations: int  # of them, begun when a list first showed them
    grants_only: int  # of them, of types whose channels all need a grant (sms, email)
    relation_stores: int  # relations and dated memberships that name a store
    relation_guides: int
    grants: int  # consents given for sms or e-mail, or for all channels
    phones: int
    emails: int
    recipient_phones: int
    orders: int
    paid_orders: int
    paid_amount: int
    anonymous_orders: int
    anonymous_amount: int
    undated_refunds: int  # paid orders whose refund is dated by the load that first showed it
    order_stores: int
    order_guides: int
    events: int
    known_events: int  # of them, of known people
    entries: int  # visits of a touchpoint
    known_entries: int  # of them, of known people
    panel_days: int  # rows of touchpoint_daily
    referrals: int
    contents: int

    @property
    def held(self) -> int:
        """Relations of any list."""
        return self.relations + self.dated_members

    @property
    def memberships(self) -> int:
        """Memberships of any list."""
        return self.listed_members + self.dated_members

    @property
    def known_orders(self) -> int:
        """Paid orders that name their buyer."""
        return self.paid_orders - self.anonymous_orders

    @property
    def anonymous_share(self) -> float:
        """Of the paid amount, what nobody can be named for."""
        return self.anonymous_amount / self.paid_amount if self.paid_amount else 0.0


@dataclass(frozen=True)
class Sold:
    """The paid orders of one platform: how many and how much, of it nobody's, and the lines that list their goods."""

    platform: str
    paid_orders: int
    paid_amount: int
    anonymous_orders: int
    anonymous_amount: int
    order_lines: int

    @property
    def known_orders(self) -> int:
        """Paid orders that name their buyer."""
        return self.paid_orders - self.anonymous_orders


def sold(warehouse: Warehouse) -> list[Sold]:
    """Every platform with paid orders, by name; orders that name none stand under ''."""
    t, lines = warehouse.in_force("orders"), warehouse.in_force("order_lines")
    paid, nobody = _paid(t)
    counted = t.group_by(platform=ibis.coalesce(t.platform, "")).aggregate(
        paid_orders=paid.sum(), paid_amount=t.paid_amount.sum(where=paid),
        anonymous_orders=nobody.sum(), anonymous_amount=t.paid_amount.sum(where=nobody))
    listed = {row["platform"]: row["n"] for row in warehouse.rows(
        lines.group_by(platform=ibis.coalesce(lines.platform, "")).aggregate(n=lines.count()))}
    rows = warehouse.rows(counted.filter(counted.paid_orders > 0).order_by("platform"))
    return [Sold(**{**row, "anonymous_amount": row["anonymous_amount"] or 0},
                 order_lines=listed.get(row["platform"], 0)) for row in rows]


def tally(warehouse: Warehouse, channels: dict[str, tuple[str, ...]]) -> Tally:
    """Count what is loaded. `channels`: relation type -> channels it opens (settings)."""
    counts: dict[str, int] = {}
    for counted in (_members, _orders, _events, _identifiers, _consents):
        counts |= _row(warehouse, counted(warehouse))
    counts |= _row(warehouse, _relations(warehouse, channels))
    counts["undated_refunds"] = warehouse.count(_undated(warehouse))
    counts |= {name: warehouse.count(warehouse.in_force(kind)) for name, kind in (
        ("panel_days", "touchpoint_daily"), ("referrals", "referrals"), ("contents", "contents"))}
    for split in ("stores", "guides"):
        counts[f"relation_{split}"] = counts.pop(f"related_{split}") + counts.pop(f"member_{split}")
    return Tally(**counts)


def _row(warehouse: Warehouse, expression: ir.Table) -> dict[str, int]:
    return {name: int(value or 0) for name, value in warehouse.row(expression).items()}


def _members(warehouse: Warehouse) -> ir.Table:
    t = warehouse.in_force("members")
    dated = t.joined_at.notnull()
    return t.aggregate(members=t.count(), dated_members=dated.sum(), member_stores=(dated & _filled(t.store)).sum(),
                       member_guides=(dated & _filled(t.guide)).sum())


def _relations(warehouse: Warehouse, channels: dict[str, tuple[str, ...]]) -> ir.Table:
    t = warehouse.in_force("relations")
    only = [name for name, opened in channels.items() if set(opened) <= {"sms", "email"}]
    return t.aggregate(relations=t.count(), listed_members=t.relation_type.isin(MEMBER_RELATIONS).sum(),
                       observed_relations=(t.started_at_basis == OBSERVED).sum(),
                       grants_only=t.relation_type.isin(only).sum(),
                       related_stores=_filled(t.store).sum(), related_guides=_filled(t.guide).sum())


def _orders(warehouse: Warehouse) -> ir.Table:
    t = warehouse.in_force("orders")
    paid, nobody = _paid(t)
    return t.aggregate(
        orders=t.count(), paid_orders=paid.sum(), paid_amount=t.paid_amount.sum(where=paid),
        anonymous_orders=nobody.sum(), anonymous_amount=t.paid_amount.sum(where=nobody),
        order_stores=(paid & _filled(t.store)).sum(), order_guides=(paid & _filled(t.guide)).sum())


def _undated(warehouse: Warehouse) -> ir.Table:
    """Paid orders whose refund has no date in their export, nor in an export of refunds."""
    orders, refunds = warehouse.in_force("orders"), warehouse.in_force("refunds")
    dated = refunds.filter((refunds.refund_basis != OBSERVED).fill_null(True))
    found = orders.filter(_paid(orders)[0] & (orders.refund_basis == OBSERVED))
    return found.mutate(shop=found.platform.fill_null("")).anti_join(
        dated.select("order_id", shop=dated.platform.fill_null("")), ["shop", "order_id"])


def _paid(t: ir.Table) -> tuple[ir.BooleanValue, ir.BooleanValue]:
    """Which orders are paid, and which of them name no buyer."""
    paid = t.paid_at.notnull() & (t.paid_amount > 0) & ~t.is_test.fill_null(False)
    return paid, paid & t.identifier_id.isnull()


def _events(warehouse: Warehouse) -> ir.Table:
    t = warehouse.in_force("events")
    entry = t.name.isin(ENTRIES) & _filled(t.touchpoint)
    known = t.identifier_id.notnull()
    return t.aggregate(events=t.count(), known_events=known.sum(), entries=entry.sum(),
                       known_entries=(entry & known).sum())


def _identifiers(warehouse: Warehouse) -> ir.Table:
    t = IDENTIFIER.expr()
    return t.aggregate(phones=(t.namespace == "phone").sum(), emails=(t.namespace == "email").sum(),
                       recipient_phones=(t.namespace == "recipient_phone").sum())


def _consents(warehouse: Warehouse) -> ir.Table:
    t = warehouse.in_force("consents")
    marketing = (t.purpose == "marketing") & (t.action == "grant")
    speaks = ~_filled(t.channel) | t.channel.isin(("sms", "email"))
    return t.aggregate(grants=(marketing & speaks).sum())


def _filled(column: ir.Value) -> ir.BooleanValue:
    return ibis.coalesce(column, "") != ""


