"""Facts as persons: purchases with their refunds, referrals, relations, events, each with its consumer.

Identity is not as-of: every day is seen through the current `identity` table.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.core.time import OPEN_AT, OPEN_DAY
from siyu.store.endings import ended
from siyu.store.formula import formula
from siyu.store.sought import sought
from siyu.store.tables import IDENTIFIER, IDENTITY
from siyu.store.warehouse import Limits, Warehouse

#: Columns of an event that the document asks for.
EVENT = ("occurred_at", "occurred_day", "name", "touchpoint")
PAID_ORDER = ("fact_id", "identifier_id", "order_id", "platform", "paid_at", "paid_day", "paid_amount",
              "refund_amount", "refunded_at", "refunded_day")  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """Facts in force of a warehouse; `identities` (rows of `identity`) limits person facts to some consumers
    (incremental runs). `elsewhere` (identifier_id, consumer_id; null = nobody) is for passes over all facts: the
    identifiers whose id is not their consumer's. To look up those few alone is quicker than to look up every one.

    `limits` are those of a person's own SQL, where somebody waits for it.

    They stand still for as long as one of these is used: what comes later is for the next one.
    """

    warehouse: Warehouse
    identities: ir.Table | None = None
    elsewhere: ir.Table | None = None
    limits: Limits | None = None
    _answers: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, question: Hashable, answer: Callable[[], Any]) -> Any:
        """The answer to a question that several measures ask, worked out for the first of them."""
        if question not in self._answers:
            self._answers[question] = answer()
        return self._answers[question]

    @property
    def few(self) -> bool:
        """Whether person facts are those of some consumers: few, so that shortcuts for many rows are not worth it."""
        return self.identities is not None

    def of(self, kind: str) -> ir.Table:
        """All facts of a kind in force."""
        return self.once(("in force", kind), lambda: self.warehouse.in_force(kind))

    def identity(self) -> ir.Table:
        """identifier_id -> consumer_id, for the consumers asked for."""
        few = self.identities
        return _identity(IDENTITY.expr() if few is None else sought(few, "identifier_id"))

    def identities_of(self, consumers: ir.Table) -> ir.Table:
        """The rows of `identity` of some of these consumers: identifier_id, consumer_id."""
        return self.identity().semi_join(sought(consumers, "consumer_id"), "consumer_id")

    def of_persons(self, kind: str, *columns: str) -> ir.Table:
        """Facts of a kind that name a consumer, with `consumer_id`: with some of their columns, or all. A measure that
        names the few it needs is compiled in a fraction of the time.
        """
        return self.persons(self.of(kind), *columns)

    def persons(self, rows: ir.Table, *columns: str) -> ir.Table:
        """Rows with an `identifier_id` that name a consumer, with `consumer_id`: with some of their columns, or all."""
        if self.elsewhere is None:
            return of_persons(rows, self.identity(), *columns)
        found = with_consumer(rows, self.elsewhere, *columns)
        return found.filter(found.consumer_id.notnull())

    def relations(self) -> ir.Table:
        """Relations of persons, each ended by the first end that is known of it (store.endings)."""
        return self.once("relations", lambda: ended(
            self.warehouse, self.of_persons("relations"), self.of_persons("relation_ends"), "consumer_id"))

    def events(self, first_day: int, last_day: int) -> ir.Table:
        """Events of known consumers on some days: consumer_id, occurred_at, occurred_day, name, touchpoint."""
        known = self.persons(self.known_events((first_day, last_day)))
        return known.select("consumer_id", *EVENT)

    def known_events(self, days: tuple[int, int] | None = None, after_load: int = 0) -> ir.Table:
        """Events that name somebody (one of the consumers asked for), of the days from one to another or of all, of
        loads after one or of all: identifier_id, occurred_at, occurred_day, name, touchpoint.
        """
        known = _known_events(self.of("events"), days, after_load)
        return known if self.identities is None else known.semi_join(self.identity(), "identifier_id")


@formula
def of_persons(rows: ir.Table, identity: ir.Table, *columns: str) -> ir.Table:
    """Rows that name a consumer, with `consumer_id`: with some of their columns, or all."""
    named = rows.select("identifier_id", *columns) if columns else rows
    return named.join(identity, "identifier_id")


@formula
def with_consumer(rows: ir.Table, elsewhere: ir.Table, *columns: str) -> ir.Table:
    """Rows with `consumer_id`, null where they name nobody: with some of their columns, or all."""
    moved = elsewhere.select(moved_id="identifier_id", moved_to="consumer_id")
    told = rows.select("identifier_id", *columns) if columns else rows
    joined = told.left_join(moved, told.identifier_id == moved.moved_id)
    consumer = joined.moved_id.isnull().ifelse(joined.identifier_id, joined.moved_to)
    return joined.mutate(consumer_id=consumer).drop("moved_id", "moved_to")


def elsewhere(not_identifying: Sequence[str]) -> ir.Table:
    """`Facts.elsewhere` once identity is resolved: every identifier is in it then, but for those of namespaces that
    say nothing of who somebody is.
    """
    identity, identifier = IDENTITY.expr(), IDENTIFIER.expr()
    moved = identity.filter(identity.identifier_id != identity.consumer_id).select("identifier_id", "consumer_id")
    silent = identifier.filter(identifier.namespace.isin(not_identifying)).select("identifier_id")
    return moved.union(silent.mutate(consumer_id=ibis.null("int64")))


@formula
def _identity(rows: ir.Table) -> ir.Table:
    return rows.select("identifier_id", "consumer_id")


@formula
def _known_events(rows: ir.Table, days: tuple[int, int] | None, after_load: int) -> ir.Table:
    asked = [rows.identifier_id.notnull()]
    if days is not None:
        asked.append(rows.occurred_day.between(*days))
    if after_load:
        asked.append(rows.load_id > after_load)
    return rows.filter(*asked).select("identifier_id", *EVENT)


def orders(facts: Facts, only: ir.Table | None = None, more: tuple[str, ...] = ()) -> ir.Table:
    """Paid orders that are no test (`only` those with some fact_ids), with `consumer_id` (null = anonymous) and `more`
    columns.
    """
    paid = paid_orders(facts, only, more)
    if facts.elsewhere is not None:
        return with_consumer(paid, facts.elsewhere)
    return _with_buyers(paid, facts.identity())


@formula
def _with_buyers(paid: ir.Table, identity: ir.Table) -> ir.Table:
    return paid.left_join(identity, paid.identifier_id == identity.identifier_id).drop("identifier_id_right")


def paid_orders(facts: Facts, only: ir.Table | None = None, more: tuple[str, ...] = ()) -> ir.Table:
    """Paid orders that are no test, whoever bought."""
    paid = _paid_orders(facts.of("orders"), more)
    return paid if only is None else paid.semi_join(sought(only, "fact_id"), "fact_id")


@formula
def _paid_orders(rows: ir.Table, more: tuple[str, ...]) -> ir.Table:
    orders = rows.select(*PAID_ORDER, "is_test", *more)
    real = orders.filter(orders.paid_at.notnull() & (orders.paid_amount > 0) & ~orders.is_test.fill_null(False))
    return real.drop("is_test")


@formula
def purchases(orders: ir.Table, paid: ir.Table, refunds: ir.Table) -> ir.Table:
    """Orders with the instant each is fully refunded (store.tables.PURCHASE); `paid` holds them without buyers."""
    order_of = paid.select("fact_id", "paid_amount")
    in_order = ibis.window(group_by="fact_id", order_by="refunded_at", preceding=None, following=0)
    summed = refunds.mutate(back=refunds.refund_amount.sum().over(in_order).cast("int64"))
    over = summed.join(order_of, "fact_id")
    full = over.filter(over.back >= over.paid_amount)
    void = full.group_by("fact_id").aggregate(void_at=full.refunded_at.min(), void_day=full.refunded_day.min())
    joined = orders.left_join(void, orders.fact_id == void.fact_id)
    return joined.select(
        "consumer_id", "fact_id", "platform", "paid_at", "paid_day", "paid_amount",
        void_at=ibis.coalesce(void.void_at, ibis.literal(OPEN_AT, "int64")),
        void_day=ibis.coalesce(void.void_day, ibis.literal(OPEN_DAY, "int32")),
    )  # fmt: skip


@formula
def net_purchases(purchase: ir.Table, refund: ir.Table, closing_at: int) -> ir.Table:
    """Purchases valid at an instant with their `net_amount` (`with_net`)."""
    valid = purchase.filter((purchase.paid_at < closing_at) & (purchase.void_at >= closing_at))
    return with_net(valid, refund, closing_at)


@formula
def with_net(purchase: ir.Table, refund: ir.Table, closing_at: int) -> ir.Table:
    """Purchases with `net_amount` = paid - refunds before an instant, at least 0."""
    back = refunded(refund, closing_at)
    joined = purchase.left_join(back, purchase.fact_id == back.fact_id).drop("fact_id_right")
    return joined.mutate(
        net_amount=ibis.greatest(joined.paid_amount - joined.back.fill_null(0), ibis.literal(0, "int64"))
    ).drop("back")


@formula
def refunded(refund: ir.Table, closing_at: int) -> ir.Table:
    """What went back of each order before an instant: fact_id, back (minor units)."""
    before = refund.filter(refund.refunded_at < closing_at)
    return before.group_by("fact_id").aggregate(back=before.refund_amount.sum().cast("int64"))


def referrals(facts: Facts) -> ir.Table:
    """Referral rows between two different consumers, with `inviter_id` and `invitee_id` (one of those asked for)."""
    return _referrals(facts.of("referrals"), facts.identity())


@formula
def _referrals(stated: ir.Table, identity: ir.Table) -> ir.Table:
    told = ("kind", "occurred_at", "occurred_day", "campaign", "touchpoint", "fact_id")
    rows = stated.select("inviter_identifier_id", "invitee_identifier_id", *told)
    inviter = IDENTITY.expr().select(inviter_identifier_id="identifier_id", inviter_id="consumer_id")
    invitee = identity.select(invitee_identifier_id="identifier_id", invitee_id="consumer_id")
    invited = sought(rows.join(invitee, "invitee_identifier_id"), "inviter_identifier_id")
    joined = invited.join(inviter, "inviter_identifier_id")
    apart = (joined.inviter_id ^ joined.invitee_id) != 0  # `!=` would become part of the join, and hide what is sought
    return joined.filter(apart)


@formula
def valid_referrals(referrals: ir.Table, purchase: ir.Table) -> ir.Table:
    """First `accepted` of each invitee, if the invitee had paid no order before it (tables.VALID_REFERRAL).

    `purchase` holds every paid, real order, refunded later or not. Equal times: the higher identifier_id of the
    inviter is the later one, then that of the invitee; never what was loaded later.
    """
    accepted = referrals.filter(referrals.kind == "accepted")
    told = ["occurred_at", "inviter_identifier_id", "invitee_identifier_id", "fact_id"]
    in_order = ibis.window(group_by="invitee_id", order_by=told)
    numbered = accepted.mutate(place=ibis.row_number().over(in_order))
    first = numbered.filter(numbered.place == 0)
    invited = purchase.semi_join(sought(first, "invitee_id"), [("consumer_id", "invitee_id")])
    bought = invited.group_by("consumer_id").aggregate(first_paid_at=invited.paid_at.min())
    joined = first.left_join(bought, first.invitee_id == bought.consumer_id)
    fresh = joined.filter(joined.first_paid_at.isnull() | (joined.first_paid_at >= joined.occurred_at))
    return fresh.select("inviter_id", "invitee_id", "occurred_at", "occurred_day", "campaign", "fact_id")


def shop(table: ir.Table) -> ir.StringValue:
    """Platform as part of a key: not stated is one value."""
    return table.platform.fill_null("")
