"""Whom each sub-scenario concerns: expressions of consumer_id as of a day, to size, to list, or to hold apart."""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.core.kinds import MEMBER_RELATIONS, ROLES
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, shop
from siyu.measures.fast_plus.capital import relations_held, sustainable
from siyu.measures.fast_plus.connection import entering
from siyu.measures.fast_plus.value import counted_purchases, credit, quantile, worth
from siyu.measures.occasions import bought
from siyu.measures.people.lifecycle import brand_interval, occasions
from siyu.measures.spans import holding
from siyu.store.tables import CONSUMER, PURCHASE, ROLE_SPAN, VALID_REFERRAL

BASIC, UNPURCHASED, FIRST = ROLES[:3]
#: Days on the rung after which an unpurchased member is no newcomer any more.
SETTLING_DAYS = 30


def visitors_without_relation(facts: Facts, asked: Asked) -> ir.Table:
    """Known consumers who entered a touchpoint in the period and hold no relation at its end."""
    came = entering(facts, asked).select("consumer_id").distinct()
    return came.anti_join(relations_held(asked.day), "consumer_id")


def buyers_without_relation(facts: Facts, asked: Asked) -> ir.Table:
    """Buyers of the last value.days who hold no relation."""
    return buyers(asked).anti_join(relations_held(asked.day), "consumer_id")


def unreachable_with_phone(facts: Facts, asked: Asked) -> ir.Table:
    """Relation holders without an open channel whose phone is known."""
    return holders_with_phone(asked).anti_join(sustainable(asked.day), "consumer_id")


def holders_with_phone(asked: Asked) -> ir.Table:
    """Relation holders whose phone is known, reachable or not."""
    consumer = CONSUMER.expr()
    held = relations_held(asked.day).select("consumer_id").distinct()
    return held.semi_join(consumer.filter(consumer.has_phone), "consumer_id")


def basic_buyers(facts: Facts, asked: Asked) -> ir.Table:
    """Basic consumers who have bought: they follow and buy without joining (purchases that count for roles)."""
    days = asked.settings["roles.purchase_window_days"]
    paid = bought(PURCHASE.expr(), asked.day, asked.last_days(days)[0] if days else 0)
    return _on(asked, BASIC).semi_join(paid, "consumer_id")


def settled_unpurchased(facts: Facts, asked: Asked) -> ir.Table:
    """Members without a purchase who have stood on that rung for 30 days or longer."""
    held = holding(ROLE_SPAN.expr(), asked.day)
    waiting = held.filter((held.role == UNPURCHASED) & (held.from_day <= asked.day - SETTLING_DAYS))
    return waiting.select("consumer_id")


def sleeping_first_buyers(facts: Facts, asked: Asked) -> ir.Table:
    """First-buyers who sleep: one to two expected intervals since they bought (the brand's median gap)."""
    paid = occasions(asked.day)
    interval = brand_interval(facts, paid)
    last = paid.group_by("consumer_id").aggregate(last_day=paid.paid_day.max())
    since = asked.day - last.last_day
    return _on(asked, FIRST).semi_join(last.filter((since > interval) & (since <= 2 * interval)), "consumer_id")


def one_category_first_buyers(facts: Facts, asked: Asked) -> ir.Table:
    """First-buyers all of whose lines with a category are of one category."""
    orders, lines = facts.of("orders"), facts.of("order_lines")
    shown = lines.filter((lines.category.fill_null("") != "") & (lines.quantity > 0))
    order = orders.select("fact_id", "order_id", shop=shop(orders))
    line = shown.select("order_id", "category", shop=shop(shown))
    purchase = PURCHASE.expr()
    valid = purchase.filter((purchase.paid_day <= asked.day) & (purchase.void_day > asked.day))
    of = valid.join(order, "fact_id").join(line, ["order_id", "shop"])
    each = of.group_by("consumer_id").aggregate(categories=of.category.nunique())
    return _on(asked, FIRST).semi_join(each.filter(each.categories == 1), "consumer_id")


def low_value_buyers(facts: Facts, asked: Asked) -> ir.Table:
    """Buyers in F worth no more than the median buyer in F (own value of value.days)."""
    counted = counted_purchases(asked)
    known = counted.filter(counted.consumer_id.notnull())
    own = known.group_by("consumer_id").aggregate(own_value=known.net_amount.sum().cast("int64"))
    in_f = own.semi_join(sustainable(asked.day), "consumer_id")
    middle = quantile(facts.warehouse, in_f, "own_value", 0.5)
    return in_f.filter(in_f.own_value <= (middle or 0)).select("consumer_id")


def spreaders(facts: Facts, asked: Asked) -> ir.Table:
    """Members in F who spread: an approved content that is no review, or a valid referral, in roles.spreading_days."""
    first, last = asked.last_days(asked.settings["roles.spreading_days"])
    contents, referral = facts.of_persons("contents"), VALID_REFERRAL.expr()
    approved = contents.filter(contents.approved.fill_null(False) & (contents.kind.fill_null("") != "review"))
    wrote = approved.filter(approved.occurred_day.between(first, last)).select("consumer_id")
    brought = referral.filter(referral.occurred_day.between(first, last)).select(consumer_id="inviter_id")
    held = relations_held(asked.day)
    members = held.filter(held.relation_type.isin(MEMBER_RELATIONS))
    spread = wrote.union(brought).distinct()
    return spread.semi_join(members, "consumer_id").semi_join(sustainable(asked.day), "consumer_id")


def spreaders_without_value(facts: Facts, asked: Asked) -> ir.Table:
    """Spreading members whose sharing brought no purchase in value.days."""
    counted = counted_purchases(asked)
    found = worth(counted, credit(facts, counted, asked))
    return spreaders(facts, asked).anti_join(found.filter(found.referral_value > 0), "consumer_id")


def buyers(asked: Asked) -> ir.Table:
    """Consumers with a purchase of the last value.days that stands as of the day."""
    first, last = asked.value_days
    return bought(PURCHASE.expr(), last, first).select("consumer_id").distinct()


def _on(asked: Asked, role: str) -> ir.Table:
    in_f = sustainable(asked.day)
    return in_f.filter(in_f.role == role).select("consumer_id")
