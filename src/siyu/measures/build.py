"""The derived tables: purchases, referrals, spans and last acts, each built from facts and the tables before it.

`refresh` rebuilds what new facts touch: an incremental run gives exactly the tables of a full one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import ibis.expr.types as ir
import sqlalchemy as sa

from siyu.core.progress import Progress, silent
from siyu.core.settings import Settings
from siyu.measures import facts as person_facts
from siyu.measures.activity import last_acts, last_acts_since
from siyu.measures.calendar import Calendar
from siyu.measures.facts import Facts
from siyu.measures.occasions import occasion_spans
from siyu.measures.reach import reach_spans
from siyu.measures.refunds import order_refunds
from siyu.measures.relations import relation_spans
from siyu.measures.roles import members_ever, memberships, role_spans, rungs
from siyu.measures.spreading import spreading_spans
from siyu.measures.touched import Since, Touched, touched
from siyu.store import tables
from siyu.store.sought import sought
from siyu.store.states import IDENTITY_SEEN, SPANS_SEEN
from siyu.store.tables import Table
from siyu.store.workspace import Workspace

#: Midnights a span may need: purchases of any age, lapses some years ahead (1970 to 2079).
FIRST_DAY, LAST_DAY = 0, 40_000
#: What the derived tables are. A workspace built when they were others builds them all anew.
TABLES_VERSION = 4
#: What SPANS_SEEN says while a build is under way, and as long as nobody may rely on what was built.
BUILDING = "building"
#: Settings that change derived tables. Identifiers that say no more who somebody is leave no row that would show it.
SHAPING = ("brand.zone", "relations.types", "roles.", "identity.not_identifying")


@dataclass(frozen=True)
class Built:
    """What a refresh did: 'nothing', 'incremental' or 'full', and for how many consumers."""

    how: str
    consumers: int


def refresh(workspace: Workspace, *, full: bool = False, say: Progress = silent) -> Built:
    """Bring purchases, referrals and spans up to the facts and the identity there are now."""
    seen, now = _seen(workspace), _present(workspace)
    if seen == now and not full:
        return Built("nothing", 0)
    comparable = seen is not None and seen["shape"] == now["shape"] and not full
    changed = touched(workspace, _since(seen)) if comparable and seen else None
    workspace.operations.set_state(SPANS_SEEN, BUILDING)
    with workspace.warehouse.transaction():
        _derive(workspace, changed, say)
    workspace.warehouse.drop_scratch()
    workspace.operations.set_state(SPANS_SEEN, json.dumps(now))
    return Built("incremental", changed.count) if changed else Built("full", workspace.warehouse.count(tables.CONSUMER))


def forget(workspace: Workspace, connection: sa.Connection | None = None) -> None:
    """What the tables rest on is not so any more, in a way that no newer fact tells: the next refresh builds them all.
    In a transaction of the caller's, or one of its own.
    """
    workspace.operations.set_state(SPANS_SEEN, BUILDING, connection)


def _derive(workspace: Workspace, changed: Touched | None, say: Progress) -> None:
    """Every table in the order in which each reads the ones before."""
    warehouse, settings = workspace.warehouse, workspace.settings
    keep = _Keep(workspace, changed)
    calendar = Calendar(warehouse, settings.zone, FIRST_DAY, LAST_DAY)
    everyone, facts = _facts(workspace, changed)

    say("purchases", 0.0)
    orders, paid = _orders(facts, changed)
    refunds = keep(tables.ORDER_REFUND, order_refunds(facts, paid))
    keep(tables.PURCHASE, person_facts.purchases(orders, paid, refunds))
    purchase = _of(tables.PURCHASE.expr(), "consumer_id", changed)
    say("referrals", 0.2)
    referrals = person_facts.referrals(Facts(warehouse, changed.of_invitees) if changed else everyone)
    keep(tables.VALID_REFERRAL, person_facts.valid_referrals(referrals, tables.PURCHASE.expr()))
    valid_referral = _of(tables.VALID_REFERRAL.expr(), "inviter_id", changed)
    say("relations", 0.3)
    relation_span = keep(tables.RELATION_SPAN, relation_spans(facts))
    say("reach", 0.45)
    reach_span = keep(tables.REACH_SPAN, reach_spans(facts, relation_span, settings))
    say("last acts", 0.6)
    keep(tables.LAST_ACT, _last_acts(everyone, changed))
    say("roles", 0.65)
    window = settings["roles.purchase_window_days"]
    membership = memberships(relation_span)
    spreading = warehouse.scratch("spreading_span", spreading_spans(facts, valid_referral, settings, calendar))
    if facts.few:
        occasions = occasion_spans(purchase, window, calendar, few=True)
        keep(tables.ROLE_SPAN, rungs(reach_span, membership, occasions, spreading))
        return
    members = warehouse.scratch("member_ever", members_ever(membership))
    of_members = purchase.semi_join(members, "consumer_id")
    occasions = warehouse.scratch("occasion_span", occasion_spans(of_members, window, calendar))
    keep(tables.ROLE_SPAN, role_spans(membership, members, reach_span, occasions, spreading))


def _facts(workspace: Workspace, changed: Touched | None) -> tuple[Facts, Facts]:
    """The facts of everyone, and those to go through: all of them, or those of the consumers that changed."""
    if changed is not None:
        return Facts(workspace.warehouse), Facts(workspace.warehouse, changed.identities)
    silent = workspace.settings["identity.not_identifying"]
    everyone = Facts(workspace.warehouse, elsewhere=person_facts.elsewhere(silent))
    return everyone, everyone


def _orders(facts: Facts, changed: Touched | None) -> tuple[ir.Table, ir.Table]:
    """Paid orders with and without their buyers: all of them, or those that changed, few enough to be kept (whose
    buyers are among the consumers that changed).
    """
    if changed is None:
        return person_facts.orders(facts), person_facts.paid_orders(facts)
    kept = facts.warehouse.scratch("paid_order", person_facts.orders(facts, changed.orders))
    return kept, kept


def _last_acts(everyone: Facts, changed: Touched | None) -> ir.Table:
    if changed is None:
        return last_acts(everyone)
    acting, again = (Facts(everyone.warehouse, rows) for rows in (changed.of_acting, changed.of_unsure))
    return last_acts_since(changed.since.identified, acting, again)


class _Keep:
    """Stores a derived table: all of it, or the rows of what was touched; gives the rows kept as an expression."""

    def __init__(self, workspace: Workspace, changed: Touched | None) -> None:
        self.warehouse = workspace.warehouse
        self.changed = changed

    def __call__(self, table: Table, rows: ir.Table) -> ir.Table:
        rows = rows.select(*table.column_names)
        if self.changed is None:
            self.warehouse.replace(table, rows)
            return table.expr()
        fresh = self.warehouse.scratch(f"fresh_{table.name}", rows)
        self.warehouse.replace_where(table, table.key[0], self.changed.replaced(table), fresh)
        return fresh


def _of(table: ir.Table, column: str, changed: Touched | None) -> ir.Table:
    if changed is None:
        return table
    return table.semi_join(sought(changed.consumers, "consumer_id"), [(column, "consumer_id")])


def _seen(workspace: Workspace) -> dict | None:
    """What the tables rest on; None when never built or a build was cut off."""
    text = workspace.operations.state(SPANS_SEEN)
    return None if text in (None, BUILDING) else json.loads(text)


def _since(seen: dict) -> Since:
    return Since(seen["load_id"], seen["identity_version"], seen.get("identified", 0))


def _present(workspace: Workspace) -> dict:
    identity = json.loads(workspace.operations.state(IDENTITY_SEEN) or "{}")
    return {
        "load_id": workspace.operations.newest_load(),
        "identity_version": workspace.operations.identity_version,
        "identified": identity.get("load_id", 0),
        "shape": f"{TABLES_VERSION}:{shape(workspace.settings)}",
    }


def shape(settings: Settings, parts: tuple[str, ...] = SHAPING) -> str:
    """A fingerprint of the settings whose names start with one of `parts`."""
    chosen = {name: value for name, value in sorted(settings.values.items()) if name.startswith(parts)}
    return hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()[:16]
