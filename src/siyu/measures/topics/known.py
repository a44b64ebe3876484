"""Known consumers: everybody any fact by the as-of day tells of, the base of penetration and of ownership."""

from __future__ import annotations

import functools

import ibis.expr.types as ir

from siyu.measures.facts import Facts, orders, referrals
from siyu.measures.topics.places import PLACES, once, placed, with_traits

#: Kinds that tell of one person, and the day each speaks of; a row of the member list without one speaks of any day.
DAYS = {
    "relations": "started_day", "members": "joined_day", "events": "occurred_day", "contents": "occurred_day",
    "consents": "occurred_day", "feedback": "occurred_day",
}  # fmt: skip


def known(facts: Facts, day: int, by: tuple[str, ...]) -> ir.Table:
    """Consumers known by the end of a day, once for each place a fact of theirs names: consumer_id and `by`.

    A real, paid order counts, refunded or not; a referral tells of the inviter and of the invitee.
    """
    rows = [_told(facts, kind, days, day) for kind, days in DAYS.items()]
    bought = orders(facts, more=("store",))
    rows.append(bought.filter(bought.consumer_id.notnull() & (bought.paid_day <= day)))
    referred = referrals(facts)
    past = referred.filter(referred.occurred_day <= day)
    rows += [past.mutate(consumer_id="inviter_id"), past.mutate(consumer_id="invitee_id")]
    places = tuple(name for name in by if name in PLACES)
    each = [once(placed(table, by), places) for table in rows]
    return once(with_traits(functools.reduce(ir.Table.union, each), facts, by), by)


def _told(facts: Facts, kind: str, days: str, day: int) -> ir.Table:
    rows = facts.of_persons(kind)
    undated = rows[days].isnull() & (kind == "members")
    return rows.filter((rows[days] <= day) | undated)
