"""T, connection: how touchpoints pull — settle, deepen, convert (definitions.md section 3.3).

Only entries of the period count. An outcome is credited to the last touchpoint entered at or before it.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.settings import Settings
from siyu.core.time import DAY, HOUR
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.ratio import ratio
from siyu.measures.relations import relation_starts
from siyu.store.formula import formula
from siyu.store.tables import PURCHASE, RELATION_SPAN, ROLE_SPAN

ENTRY_EVENTS = ("visit", "enter", "open")
#: The pooled brand stands beside the touchpoints under a name no touchpoint can have.
BRAND = ""
#: Marks of who holds a relation, or a role below the top one; both fit below this number.
RELATED, BELOW, BOTH = 1, 2, 4
COUNTS = ("visitors", "new_visitors", "eligible", "settled", "deepened", "converted", "progressed")
WINDOWS = {"settled": ("settle_hours", HOUR), "deepened": ("deepen_days", DAY), "converted": ("convert_days", DAY)}


def entries(facts: Facts, asked: Asked) -> ir.Table:
    """Entries of known consumers into touchpoints in the period: consumer_id, touchpoint, entered_at."""
    return entering(facts, asked).distinct()


def entering(facts: Facts, asked: Asked) -> ir.Table:
    """`entries` for those who do not count them: what several events tell of one instant stands there several times."""
    events = facts.events(asked.first_day, asked.day)
    return events.filter(is_entry(events)).select("consumer_id", "touchpoint", entered_at="occurred_at")


def is_entry(events: ir.Table) -> ir.BooleanValue:
    """Whether an event is an entry into a touchpoint, whoever came."""
    return events.name.isin(ENTRY_EVENTS) & (events.touchpoint.fill_null("") != "")


@formula
def arrived(entries: ir.Table) -> ir.Table:
    """`standing` of the visitors of each touchpoint, and of the brand as one (touchpoint BRAND)."""
    return _pooled(standing(_visitors(entries)))


@formula
def _visitors(entries: ir.Table) -> ir.Table:
    """First entry of each consumer into each touchpoint: consumer_id, touchpoint, first_at."""
    return entries.group_by("consumer_id", "touchpoint").aggregate(first_at=entries.entered_at.min())


@formula
def standing(visitors: ir.Table) -> ir.Table:
    """Visitors with what they were at their first entry: `is_new` (no relation), `is_eligible` (a role below koc)."""
    role, relation = ROLE_SPAN.expr(), RELATION_SPAN.expr()
    spans = _holding(relation, RELATED).union(_holding(role.filter(role.role != "koc"), BELOW))
    met = visitors.left_join(spans, [
        visitors.consumer_id == spans.consumer_id,
        spans.valid_from < visitors.first_at,
        spans.valid_to >= visitors.first_at,
    ]).drop("consumer_id_right")  # fmt: skip
    each = met.group_by(*visitors.columns).aggregate(held=met.held.bit_or().fill_null(0))
    return each.select(*visitors.columns, is_new=(each.held & RELATED) == 0, is_eligible=(each.held & BELOW) != 0)


@formula
def _pooled(standing: ir.Table) -> ir.Table:
    """`standing` with the brand as one touchpoint beside them: the first entry into it is the first of all. The instant
    and what the visitor was at it are one number, of which the least is looked for: a third of the time of three.
    """
    marks = standing.is_new.ifelse(RELATED, 0) + standing.is_eligible.ifelse(BELOW, 0)
    rows = standing.select("consumer_id", packed=(standing.first_at * BOTH + marks).cast("int64"))
    first = rows.group_by("consumer_id").aggregate(packed=rows.packed.min())
    brand = first.select(
        "consumer_id",
        touchpoint=ibis.literal(BRAND),
        first_at=(first.packed >> (BOTH.bit_length() - 1)).cast("int64"),
        is_new=(first.packed & RELATED) != 0,
        is_eligible=(first.packed & BELOW) != 0,
    )
    return standing.union(brand.select(*standing.columns))


def outcomes(facts: Facts, asked: Asked, entries: ir.Table) -> ir.Table:
    """What visitors did in the period: relations started, rises in role, purchases (kind, consumer_id, at, paid)."""
    role, purchase = (table.expr().semi_join(entries, "consumer_id") for table in (ROLE_SPAN, PURCHASE))
    zero = ibis.literal(0, "int64")
    starts = relation_starts(facts).semi_join(entries, "consumer_id")
    started = starts.filter(starts.started_day.between(asked.first_day, asked.day)).select(
        "consumer_id", kind=ibis.literal("settled"), at="started_at", paid=zero
    )
    before = role.select("consumer_id", valid_from="valid_to", rank_before="rank")
    now = role.filter(role.from_day.between(asked.first_day, asked.day))
    rises = now.join(before, ["consumer_id", "valid_from"])
    risen = rises.filter(rises["rank"] > rises.rank_before).select(
        "consumer_id", kind=ibis.literal("deepened"), at="valid_from", paid=zero
    )
    bought = purchase.filter(purchase.paid_day.between(asked.first_day, asked.day) & (purchase.void_day > asked.day))
    paid = bought.select("consumer_id", kind=ibis.literal("converted"), at="paid_at", paid="paid_amount")
    return started.union(risen).union(paid)


def credited(outcomes: ir.Table, entries: ir.Table, settings: Settings) -> ir.Table:
    """Outcomes with the last touchpoint entered at or before them, if that was within the window of its kind."""
    latest = last_entries(outcomes.select("consumer_id", "at").distinct(), entries, _longest(settings))
    joined = outcomes.join(latest, ["consumer_id", "at"])
    return joined.filter(joined["at"] - joined.entered_at <= _limit(joined, settings))


@formula
def last_entries(instants: ir.Table, entries: ir.Table, longest: int) -> ir.Table:
    """The last entry at or before each instant (consumer_id, at), not older than `longest`; at equal times the later
    touchpoint name is the later."""
    met = instants.join(entries, "consumer_id")
    before = met.filter((met.entered_at <= met["at"]) & (met.entered_at >= met["at"] - longest))
    last = ibis.window(group_by=["consumer_id", "at"], order_by=[ibis.desc("entered_at"), ibis.desc("touchpoint")])
    ranked = before.mutate(place=ibis.row_number().over(last))
    return ranked.filter(ranked.place == 0).drop("place")


@formula
def progress(standing: ir.Table, credited: ir.Table) -> ir.Table:
    """What each visitor of each touchpoint reached by it: settled, deepened, converted (0/1) and paid."""
    columns = ("consumer_id", "kind", "at", "paid", "touchpoint")
    own = credited.select(*columns)
    pooled = own.mutate(touchpoint=ibis.literal(BRAND)).select(*columns)
    joined = own.union(pooled).join(standing, ["consumer_id", "touchpoint"])
    counts = (
        ((joined.kind == "settled") & joined.is_new & (joined["at"] >= joined.first_at))
        | ((joined.kind == "deepened") & joined.is_eligible & (joined["at"] > joined.first_at))
        | (joined.kind == "converted")
    )
    real = joined.filter(counts)
    return real.group_by("consumer_id", "touchpoint").aggregate(
        **{kind: (real.kind == kind).ifelse(1, 0).max() for kind in WINDOWS}, paid=real.paid.sum().cast("int64")
    )


@formula
def pull(standing: ir.Table, progress: ir.Table) -> ir.Table:
    """Counts by touchpoint (BRAND = pooled): visitors, new, eligible, the three outcomes, their union, paid."""
    stood = standing.group_by("touchpoint").aggregate(
        visitors=standing.count(),
        new_visitors=standing.is_new.ifelse(1, 0).sum().cast("int64"),
        eligible=standing.is_eligible.ifelse(1, 0).sum().cast("int64"),
    )
    reached = progress.group_by("touchpoint").aggregate(
        **{kind: progress[kind].sum().cast("int64") for kind in WINDOWS},
        progressed=ibis.greatest(*(progress[kind] for kind in WINDOWS)).sum().cast("int64"),
        paid=progress.paid.sum().cast("int64"),
    )
    joined = stood.left_join(reached, "touchpoint")
    return joined.select(*stood.columns, **{name: joined[name].fill_null(0) for name in reached.columns[1:]})


def connection(facts: Facts, asked: Asked) -> dict:
    """The T part of the document: the brand's pull and each touchpoint's. Of one window it is worked out once."""
    return facts.once(("connection", asked.day, asked.window), lambda: _connection(facts, asked))


def _connection(facts: Facts, asked: Asked) -> dict:
    warehouse = facts.warehouse
    entered = warehouse.scratch("entry", entering(facts, asked))
    stood = warehouse.scratch("standing", arrived(entered))
    done = warehouse.scratch("outcome", outcomes(facts, asked, entered))
    reached = progress(stood, credited(done, entered, asked.settings))
    rows = {row["touchpoint"]: row for row in warehouse.rows(pull(stood, reached))}
    brand = rows.pop(BRAND, dict.fromkeys((*COUNTS, "paid"), 0))
    return {
        "value": ratio(brand["progressed"], brand["visitors"]),
        "visitors": brand["visitors"],
        "progressed": brand["progressed"],
        "by_touchpoint": {name: _touchpoint(rows[name]) for name in sorted(rows)},
    }


def _touchpoint(row: dict) -> dict:
    return {
        **{name: row[name] for name in COUNTS},
        "value": ratio(row["progressed"], row["visitors"]),
        "settle_rate": ratio(row["settled"], row["new_visitors"]),
        "deepen_rate": ratio(row["deepened"], row["eligible"]),
        "convert_rate": ratio(row["converted"], row["visitors"]),
        "uv_value": ratio(row["paid"], row["visitors"]),
    }


def _holding(spans: ir.Table, mark: int) -> ir.Table:
    return spans.select("consumer_id", "valid_from", "valid_to", held=ibis.literal(mark, "int64"))


def _limit(credited: ir.Table, settings: Settings) -> ir.Value:
    """Longest time from entry to outcome, by kind and touchpoint, in microseconds."""
    cases = []
    for kind, touchpoint, limit in _limits(settings):
        right_place = credited.touchpoint == touchpoint if touchpoint else ibis.literal(True)
        cases.append(((credited.kind == kind) & right_place, limit))
    return ibis.cases(*cases, else_=0).cast("int64")


def _longest(settings: Settings) -> int:
    return max(limit for _, _, limit in _limits(settings))


def _limits(settings: Settings) -> list[tuple[str, str, int]]:
    """(kind, touchpoint, microseconds); a touchpoint's own windows first, then the general one ('')."""
    own = settings["touchpoints.windows"].items()
    special = [
        (kind, touchpoint, windows[key] * unit)
        for kind, (key, unit) in WINDOWS.items()
        for touchpoint, windows in own
        if key in windows
    ]
    return special + [(kind, "", settings[f"touchpoints.{key}"] * unit) for kind, (key, unit) in WINDOWS.items()]
