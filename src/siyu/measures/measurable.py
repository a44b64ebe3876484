"""What the loaded files cannot answer: null with its reason, never 0 (definitions.md section 0.10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from siyu.core.kinds import MEMBER_RELATIONS
from siyu.core.time import date_of, local_day
from siyu.measures.activity import ACTIVITY_DAYS
from siyu.measures.aipl import RECENT_DAYS
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, paid_orders
from siyu.measures.fast import ADVANCING_DAYS, THRIVING_DAYS
from siyu.measures.fast_plus.connection import is_entry

#: Parts of T that follow a visitor into a relation and up its ladder, and to a purchase.
OF_PLACE = "fast_plus.T.by_touchpoint.*"
BOUND = ("new_visitors", "eligible", "settled", "settle_rate", "deepened", "deepen_rate")
BOUGHT = ("converted", "convert_rate", "uv_value")
#: Steps of the ladder: members without purchases take none, so that others or purchases must be known.
OF_CLIMBS = tuple(f"fast_plus.A.{name}" for name in ("value", "deepened", "weighted", "shallowing_rate"))
#: What either of the two shows: T itself.
PULL = ("fast_plus.T.value", "fast_plus.T.progressed", f"{OF_PLACE}.value", f"{OF_PLACE}.progressed")
#: What a referral brought, which only its purchases tell.
OF_REFERRALS = ("fast_plus.S.propagation_total", "fast_plus.S.by_role.*.referral_total")
#: Parts that tell what people bought.
OF_BUYERS = (
    *(f"fast_plus.S.{name}" for name in ("own_total", "clv_mean", "clv_median", "clv_p90", "by_role.*.own_total",
                                         "by_role.*.clv_mean")),
    *(f"{OF_PLACE}.{name}" for name in BOUGHT),
    "fast_plus.F.basic_buyers",
    "fast_plus.A.steps.member_unpurchased_up",
    "fast.aipl.P",
)  # fmt: skip
#: Parts of the document, the facts each needs one of, and the reason when there is none.
NO_ORDERS = "not measurable: no paid orders"
NO_BUYERS = "not measurable: no paid order names its buyer"
NO_RELATIONS = "not measurable: no relations and no members"
CLIMBS = "paid orders that name their buyers, and no relations but memberships"
NO_CLIMBS = f"not measurable: no {CLIMBS}"
NO_PULL = "not measurable: no relations, no members and no paid orders that name their buyers"
NO_ACTS = "not measurable: no events of known consumers and no paid orders that name their buyers"
NO_ACTS_OR_CONTENTS = "not measurable: no events of known consumers, no paid orders that name their buyers, no contents"
NOBODY = "not measurable: no relations, no contents, and no events or paid orders of known consumers"
NEEDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("fast_plus.F", ("relations",), NO_RELATIONS),
    ("fast_plus.A", ("relations",), NO_RELATIONS),
    *((path, ("climbs",), NO_CLIMBS) for path in OF_CLIMBS),
    *((f"{OF_PLACE}.{name}", ("climbs",), NO_CLIMBS) for name in ("deepened", "deepen_rate")),
    *((f"{OF_PLACE}.{name}", ("relations",), NO_RELATIONS) for name in BOUND),
    (
        "fast_plus.T",
        ("entries",),
        "not measurable: no entries (visit, enter, open) of known consumers into touchpoints",
    ),
    *((path, ("relations", "buyers"), NO_PULL) for path in PULL),
    # of two reasons for one part the later stands: without orders there are no buyers either
    *((path, ("buyers",), NO_BUYERS) for path in (*OF_BUYERS, *OF_REFERRALS)),
    *((path, ("orders",), NO_ORDERS) for path in ("fast_plus.S.anonymous_total", *OF_BUYERS, *OF_REFERRALS)),
    *((path, ("referrals",), "not measurable: no referrals") for path in OF_REFERRALS),
    ("fast_plus.F.proven_180d", ("acts", "buyers", "contents"), NO_ACTS_OR_CONTENTS),
    *((f"fast.{name}", ("acts", "buyers", "relations", "contents"), NOBODY) for name in ("fertility", "aipl")),
    ("fast.aipl.A", ("acts",), "not measurable: no events of known consumers"),
    ("fast.aipl.I", ("acts", "relations"), "not measurable: no events of known consumers and no relations"),
    ("fast.aipl.L", ("buyers", "contents"), "not measurable: no paid orders that name their buyers, and no contents"),
    *((f"fast.{name}", ("acts", "buyers", "contents"), NO_ACTS_OR_CONTENTS)
      for name in ("advancing", "advancing_eligible")),
    *((f"fast.thriving_{days}d", ("acts", "buyers"), NO_ACTS) for days in THRIVING_DAYS),
    ("fast.superiority", ("memberships",), "not measurable: no memberships"),
)


#: Parts of the document that look at events, and for how many days before the as-of day; 0 = the window.
EVENT_DAYS = {
    "fast_plus.T": 0,
    "fast_plus.F.proven_180d": ACTIVITY_DAYS,
    "fast.fertility": RECENT_DAYS,
    "fast.advancing": RECENT_DAYS + ADVANCING_DAYS,
    "fast.advancing_eligible": RECENT_DAYS + ADVANCING_DAYS,
    "fast.thriving_30d": 30,
    "fast.thriving_180d": ACTIVITY_DAYS,
    "fast.aipl": RECENT_DAYS,
}


#: Where the document says what an indicator, or another part that people ask for, lacks.
STATED = {
    "F": "fast_plus.F",
    "A": "fast_plus.A.value",
    "T": "fast_plus.T.value",
    "S": "fast_plus.S.own_total",
    "purchases": "fast_plus.F.basic_buyers",
    "referral": "fast_plus.S.propagation_total",
    "aipl": "fast.aipl",
}


def why(document: dict[str, Any], part: str) -> str:
    """Why a part of a document (of STATED; any other has no reason) is not measurable, '' if it is."""
    path = STATED.get(part, "")
    return next((reason for stated, reason in document.get("not_measurable", {}).items()
                 if stated == path or below(path, (stated,))), "")


def purged(asked: Asked, before: Mapping[str, int]) -> dict[str, str]:
    """Path -> reason for what looks at events that are purged. before: the instant up to which each kind is."""
    if "events" not in before:
        return {}
    first = local_day(before["events"], asked.settings.zone)
    reason = f"not measurable: events before {date_of(first)} are purged"
    return {path: reason for path, days in EVENT_DAYS.items() if asked.day - (days or asked.window) + 1 < first}


def blank(facts: Facts, document: dict[str, Any], purged: Mapping[str, str]) -> dict[str, Any]:
    """The document with null where facts are lacking or `purged`, and `not_measurable`: path -> reason."""
    never = {path: reason for path, needs, reason in NEEDS if not any(there(facts, need) for need in needs)}
    lacking = {**purged, **never}
    lacking = {path: reason for path, reason in lacking.items() if not below(path, lacking)}
    for path in lacking:
        blank_at(document, path)
    return {**document, "not_measurable": lacking}


def below(path: str, others: Iterable[str]) -> bool:
    """Whether a path lies below one of the others."""
    return any(path.startswith(f"{other}.") for other in others)


def lacking(facts: Facts, needs: tuple[str, ...]) -> str:
    """Why a measure cannot be answered: the first needed fact (kind, or name of SOURCES) that is not there; '' if all
    are.
    """
    absent = next((need for need in needs if not there(facts, need)), "")
    return f"not measurable: no {meaning(absent)}" if absent else ""


def meaning(need: str) -> str:
    """What people call a need: a kind, or a name of SOURCES."""
    return SOURCES[need].meaning if need in SOURCES else need.replace("_", " ")


def there(facts: Facts, name: str) -> bool:
    """Whether any fact of a kind, or of a name of SOURCES, was loaded."""
    return facts.once(("there", name), lambda: _any(facts, name))


def _any(facts: Facts, name: str) -> bool:
    tables = SOURCES[name].rows(facts) if name in SOURCES else (facts.of(name),)
    return any(facts.warehouse.any(rows) for rows in tables)


def _relations(facts: Facts) -> tuple[ir.Table, ...]:
    members = facts.of("members")
    return facts.of("relations"), members.filter(members.joined_at.notnull())


def _memberships(facts: Facts) -> tuple[ir.Table, ...]:
    relations, dated = _relations(facts)
    return relations.filter(relations.relation_type.isin(MEMBER_RELATIONS)), dated


def _climbs(facts: Facts) -> tuple[ir.Table, ...]:
    relations = facts.of("relations")
    return relations.filter(relations.relation_type.notin(MEMBER_RELATIONS)), *_buyers(facts)


def _entries(facts: Facts) -> tuple[ir.Table, ...]:
    return tuple(acts.filter(is_entry(acts)) for acts in _acts(facts))


def _acts(facts: Facts) -> tuple[ir.Table, ...]:
    events = facts.of("events")
    return (events.filter(events.identifier_id.notnull()),)


def _orders(facts: Facts) -> tuple[ir.Table, ...]:
    return (paid_orders(facts),)


def _buyers(facts: Facts) -> tuple[ir.Table, ...]:
    return tuple(orders.filter(orders.identifier_id.notnull()) for orders in _orders(facts))


def _costed_products(facts: Facts) -> ir.Table:
    products = facts.of("products")
    return products.filter(products.cost.notnull())


@dataclass(frozen=True)
class Source:
    """Facts of one meaning, wherever they stand."""

    meaning: str
    rows: Callable[[Facts], tuple[ir.Table, ...]]


#: Facts asked for by another name than a kind's, or in a narrower sense.
SOURCES: dict[str, Source] = {
    "relations": Source("relations and no members", _relations),
    "memberships": Source("memberships", _memberships),
    "climbs": Source(CLIMBS, _climbs),
    "acts": Source("events of known consumers", _acts),
    "entries": Source("entries (visit, enter, open) of known consumers into touchpoints", _entries),
    "orders": Source("paid orders", _orders),
    "buyers": Source("paid orders that name their buyers", _buyers),
    "referrals": Source("referrals", lambda facts: (facts.of("referrals"),)),
    "product_costs": Source("product costs", lambda facts: (_costed_products(facts),)),
    # What siyu's own programmes will record; until they do, nothing is there.
    "rewards": Source("rewards of referrals", lambda facts: ()),
    "guide_sends": Source("messages sent by guides", lambda facts: ()),
    "guide_tasks": Source("tasks of guides", lambda facts: ()),
    "commissions": Source("commissions of guides", lambda facts: ()),
    "coupon_costs": Source("costs of coupons", lambda facts: ()),
    "point_costs": Source("costs of points", lambda facts: ()),
    "send_costs": Source("costs of sends", lambda facts: ()),
}


def blank_at(document: dict[str, Any], path: str) -> None:
    """Null every number at or below a path of a document (`*` = every name); objects keep their names, lists become
    empty.
    """
    _blank(document, path.split("."))


def _blank(node: Any, path: list[str]) -> None:
    name, rest = path[0], path[1:]
    for key in list(node) if name == "*" else [name]:
        if rest:
            _blank(node[key], rest)
        elif isinstance(node[key], dict):
            _blank(node[key], ["*"])
        else:
            node[key] = [] if isinstance(node[key], list) else None
