"""What new facts touch: the consumers, invitees and orders whose derived rows an incremental run recomputes."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from siyu.measures.facts import Facts, shop
from siyu.store import tables
from siyu.store.sought import sought
from siyu.store.states import IDENTITY_PARTED
from siyu.store.tables import Table
from siyu.store.warehouse import Warehouse
from siyu.store.workspace import Workspace

#: Kinds beside orders whose facts are change points of their person (events are not: they bound no span, and have a
#: table apart).
PERSONAL = ("relations", "relation_ends", "members", "consents", "contents")
#: Above this share of all consumers a full run is quicker.
WORTH_IT = 0.3


@dataclass(frozen=True)
class Since:
    """What the derived tables rest on: the newest load, the version of the identity, and the newest load that this
    identity had seen (events after it were nobody's, or another's).
    """

    load_id: int
    identity_version: int
    identified: int


@dataclass(frozen=True)
class Touched:
    """Scratch tables: consumers (to recompute), invitees, acting (whose last acts may be others), gone (ids that no
    longer exist), orders (to recompute, with their identifiers). `identities`, `of_invitees`, `of_acting` and
    `of_unsure` are rows of `identity`; unsure are those of the acting whose last acts cannot be told from those that
    stand and new events.
    """

    since: Since
    consumers: ir.Table
    identities: ir.Table
    invitees: ir.Table
    of_invitees: ir.Table
    acting: ir.Table
    of_acting: ir.Table
    of_unsure: ir.Table
    gone: ir.Table
    orders: ir.Table
    count: int

    def replaced(self, table: Table) -> ir.Table:
        """Keys whose stored rows give way, for a derived table kept by the first column of its key."""
        column = table.key[0]
        if column == "fact_id":
            return self.orders.select(column)
        touched = {tables.VALID_REFERRAL: self.invitees, tables.LAST_ACT: self.acting}.get(table, self.consumers)
        return touched.union(self.gone).select(**{column: "consumer_id"})


def touched(workspace: Workspace, since: Since) -> Touched | None:
    """What newer facts and identities touch; None when a full run is as good."""
    warehouse, load_id, identity_version = workspace.warehouse, since.load_id, since.identity_version
    if _lines_taken_back_since(workspace, load_id):
        return None
    news = _News(load_id, _corrected_kinds(workspace, load_id))
    orders = warehouse.scratch("touched_order", _orders(news, identity_version))
    moved = warehouse.scratch("moved_consumer", _moved(identity_version).select("consumer_id").distinct())
    named = warehouse.scratch("named_identifier", _identifiers(news, orders))
    facts = Facts(warehouse, _near(warehouse, news, named, moved))
    changed = warehouse.scratch("changed_consumer", _consumers(facts, named, moved))
    of_changed = warehouse.scratch("changed_identity", facts.identities_of(changed))
    consumers = warehouse.scratch("touched_consumer", _consumers(facts, _inviters_of(of_changed), changed))
    count, everyone = warehouse.count(consumers), warehouse.count(tables.CONSUMER)
    if count > WORTH_IT * everyone:
        return None
    invitees = warehouse.scratch("touched_invitee", _consumers(facts, _invitees_of(of_changed), changed))
    parted = moved.filter(ibis.literal(_parted_since(workspace, identity_version)))
    unsure = warehouse.scratch("unsure_consumer", _consumers(facts, news.outdated("events", "identifier_id"), parted))
    acted = _consumers(facts, news.new("events", "identifier_id"), moved)
    acting = warehouse.scratch("acting_consumer", acted.union(unsure, distinct=True))
    return Touched(
        since=since,
        consumers=consumers,
        identities=warehouse.scratch("touched_identity", facts.identities_of(consumers)),
        invitees=invitees,
        of_invitees=facts.identities_of(invitees),
        acting=acting,
        of_acting=warehouse.scratch("acting_identity", facts.identities_of(acting)),
        of_unsure=warehouse.scratch("unsure_identity", facts.identities_of(unsure)),
        gone=warehouse.scratch("gone_consumer", _gone(identity_version)),
        orders=orders,
        count=count,
    )


@dataclass(frozen=True)
class _News:
    """What came after a load: `corrected` names the kinds of which facts were corrected, mostly none."""

    load_id: int
    corrected: frozenset[str]

    def facts(self, kind: str, *columns: str) -> ir.Table:
        """Columns of new and corrected facts of a kind."""
        new = self.new(kind, *columns)
        return new.union(self.outdated(kind, *columns)) if kind in self.corrected else new

    def new(self, kind: str, *columns: str) -> ir.Table:
        """Columns of new facts of a kind."""
        rows = tables.BY_NAME[kind].expr()
        return rows.filter(rows.load_id > self.load_id).select(*columns)

    def outdated(self, kind: str, *columns: str) -> ir.Table:
        """Columns of the facts of a kind that were corrected."""
        superseded = tables.SUPERSEDED.expr()
        since = superseded.filter(superseded.load_id > self.load_id)
        return tables.BY_NAME[kind].expr().semi_join(since, "fact_id").select(*columns)


def _corrected_kinds(workspace: Workspace, load_id: int) -> frozenset[str]:
    superseded = tables.SUPERSEDED.expr()
    found = superseded.filter(superseded.load_id > load_id).select("kind").distinct()
    return frozenset(row["kind"] for row in workspace.warehouse.rows(found))


def _orders(news: _News, identity_version: int) -> ir.Table:
    """Orders that are new or corrected, have new or corrected refunds, or may have another buyer: fact_id and
    identifier_id.
    """
    orders, refunds = tables.BY_NAME["orders"].expr(), news.facts("refunds", "order_id", "platform")
    asked = ("fact_id", "identifier_id")
    key = refunds.select("order_id", shop=shop(refunds)).distinct()
    named = orders.select(*asked, "order_id", shop=shop(orders))
    of_refunds = named.semi_join(key, ["order_id", "shop"])
    of_moved = orders.semi_join(_moved(identity_version), "identifier_id")
    found = news.facts("orders", *asked)
    return found.union(of_refunds.select(*asked)).union(of_moved.select(*asked)).distinct()


def _identifiers(news: _News, orders: ir.Table) -> ir.Table:
    """Primary identifiers of new and corrected facts, and of touched orders, each once."""
    found = orders.select("identifier_id")
    for kind in PERSONAL:
        found = found.union(news.facts(kind, "identifier_id"))
    for side in ("inviter_identifier_id", "invitee_identifier_id"):
        found = found.union(news.facts("referrals", side).select(identifier_id=side))
    return found.distinct()


def _consumers(facts: Facts, identifiers: ir.Table, more: ir.Table | None = None) -> ir.Table:
    """The consumers of some identifiers, and some more."""
    named = sought(identifiers, "identifier_id").distinct()
    found = named.join(facts.identity(), "identifier_id").select("consumer_id")
    return (found if more is None else found.union(more)).distinct()


def _moved(identity_version: int) -> ir.Table:
    """The rows of `identity` that changed."""
    identity = tables.IDENTITY.expr()
    return identity.filter(identity.identity_version > identity_version)


def _parted_since(workspace: Workspace, identity_version: int) -> bool:
    """Whether a consumer may have lost an identifier: else what stands of those who became one holds for them."""
    parted = workspace.operations.state(IDENTITY_PARTED)
    return parted is None or int(parted) > identity_version


def _near(warehouse: Warehouse, news: _News, named: ir.Table, moved: ir.Table) -> ir.Table:
    """The rows of `identity` of everyone whom news may concern: whom it names, and both sides of their referrals.
    named: identifiers of what is no event.

    All that is asked below is asked of these few: each look at every identifier costs more than all of it.
    """
    facts = Facts(warehouse)
    events = news.facts("events", "identifier_id")
    met = warehouse.scratch("met_consumer", _consumers(facts, named.union(events), moved))
    of_met = warehouse.scratch("met_identity", facts.identities_of(met))
    beside = _consumers(facts, _inviters_of(of_met).union(_invitees_of(of_met)))
    others = warehouse.scratch("near_consumer", beside.anti_join(met, "consumer_id"))
    return warehouse.scratch("near_identity", of_met.union(facts.identities_of(others)))


def _inviters_of(identities: ir.Table) -> ir.Table:
    """Everyone who ever invited these consumers: the validity of their referrals may have changed."""
    return _other_side(identities, "invitee_identifier_id", "inviter_identifier_id")


def _invitees_of(identities: ir.Table) -> ir.Table:
    """Everyone these consumers ever invited: their inviter's consumer_id may have moved."""
    return _other_side(identities, "inviter_identifier_id", "invitee_identifier_id")


def _other_side(identities: ir.Table, side: str, other: str) -> ir.Table:
    """Identifiers on the other side of the referrals of some (identifier_id)."""
    referrals = tables.BY_NAME["referrals"].expr().select(side, other)
    return referrals.semi_join(identities, [(side, "identifier_id")]).select(identifier_id=other)


def _gone(identity_version: int) -> ir.Table:
    """Consumer ids that may stand in derived tables and are no consumer any more.

    A consumer's id is an identifier's; one that is gone now belongs to another, and its row says since which version.
    """
    moved = _moved(identity_version)
    return moved.filter(moved.identifier_id != moved.consumer_id).select(consumer_id="identifier_id")


def _lines_taken_back_since(workspace: Workspace, load_id: int) -> bool:
    """Derived refunds are worked out anew over all lines; new lines may move any of them, and take the last one away:
    lines that take back count in every version of them.
    """
    lines = tables.BY_NAME["order_lines"].expr()
    new, taking = lines.filter(lines.load_id > load_id), lines.filter(lines.takes_back.fill_null(False))
    return workspace.warehouse.any(new) and workspace.warehouse.any(taking)
