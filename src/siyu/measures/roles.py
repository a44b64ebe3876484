"""The ladder: which rung each consumer stood on, as spans; a change of role is a span boundary."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.kinds import MEMBER_RELATIONS, ROLES
from siyu.measures.spans import alone, begin_and_end, pieces
from siyu.store.formula import formula

KEYS = ("consumer_id",)
#: Channels open (there are seven), memberships held, days with a purchase, spreading or not, channels open by consent:
#: each with the bits that hold more than there can be.
COUNTERS = {"channels": 8, "memberships": 20, "occasions": 20, "spreading": 6, "consented": 8}


@formula
def role_spans(
    membership: ir.Table, members: ir.Table, reach_span: ir.Table, occasion_span: ir.Table, spreading_span: ir.Table
) -> ir.Table:
    """Rungs held, from the spans of memberships, reach, occasions and spreading (tables.ROLE_SPAN).

    `members` ever held a membership; `occasion_span` holds theirs alone. A rung is held only while a channel is open,
    which only a held relation opens. Who never was a member stands on the first rung whatever they buy, so only
    members' spreading is looked at; with one channel open once, its span is the rung's.
    """
    plain = alone(reach_span.anti_join(members, "consumer_id"), KEYS, "cause")
    basic = plain.mutate(role=ibis.literal(ROLES[0]), rank=ibis.literal(1, "int64"))
    of_members = spreading_span.semi_join(members, "consumer_id")
    others = rungs(reach_span.anti_join(plain, "consumer_id"), membership, occasion_span, of_members)
    return others.union(basic.select(*others.columns))


def memberships(relation_span: ir.Table) -> ir.Table:
    """The spans of memberships."""
    return relation_span.filter(relation_span.relation_type.isin(MEMBER_RELATIONS))


def members_ever(membership: ir.Table) -> ir.Table:
    """Who was a member at any time (consumer_id): only their purchases and their spreading can move a rung."""
    return membership.select("consumer_id").distinct()


@formula
def rungs(reach_span: ir.Table, membership: ir.Table, occasion_span: ir.Table, spreading_span: ir.Table) -> ir.Table:
    """`role_spans` by everyone's whole history: of the few, or of those whose role rests on more than one span."""
    reached = reach_span.mutate(by_consent=(reach_span.cause == "consent").ifelse(1, 0).cast("int64"))
    changes = (
        _changes(reached, channels=1, consented="by_consent")
        .union(_changes(membership, memberships=1))
        .union(_changes(occasion_span, occasions=1))
        .union(_changes(spreading_span, spreading=1))
    )
    found = pieces(changes, KEYS, COUNTERS, rank)
    held = found.filter(found.state > 0)
    names = [(number, name) for number, name in enumerate(ROLES, start=1)]
    return held.select(
        "consumer_id", role=held.state.cases(*names, else_="basic"), rank=held.state.cast("int64"),
        valid_from="valid_from", valid_to="valid_to", from_day="from_day", to_day="to_day", cause=_cause(held),
    )  # fmt: skip


def rank(now) -> ir.IntegerValue:
    """The highest rung that holds, 0 = none (definitions.md section 2.1)."""
    return ibis.cases(
        (now.channels == 0, 0),
        (now.memberships == 0, 1),
        (now.occasions == 0, 2),
        (now.spreading > 0, 5),
        (now.occasions >= 2, 4),
        else_=3,
    ).cast("int64")


def _changes(spans: ir.Table, **given: int | str) -> ir.Table:
    """Change points with every counter, those not given at 0."""
    zero = ibis.literal(0, "int64")
    stepped = spans.mutate(**{f"step_{name}": step for name, step in given.items()})
    ends = begin_and_end(stepped, KEYS, **{name: f"step_{name}" for name in given})
    return ends.select(
        "consumer_id", "at", "day", **{c: ends[c].cast("int64") if c in given else zero for c in COUNTERS}
    )


def _cause(piece: ir.Table) -> ir.StringValue:
    """What changed at the instant the rung began; who is no member neither climbs nor falls by what they do."""
    member = piece.state > 1
    return ibis.cases(
        (piece.memberships != 0, "relation"),
        (member & (piece.occasions > 0), "purchase"),
        (member & (piece.occasions < 0), "refund"),
        (member & (piece.spreading != 0), "spreading"),
        ((piece.channels > 0) & (piece.consented > 0), "consent"),
        else_="relation",
    )
