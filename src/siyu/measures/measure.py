"""Measure: the story of one document — refresh the spans, ask each driver, keep the result."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator

import ibis.expr.types as ir
import sqlalchemy as sa

from siyu.core.errors import MeasureError
from siyu.core.progress import Progress, silent
from siyu.core.settings import EARLIEST, MOST
from siyu.core.time import DAY, OPEN_AT, date_of, datetime_of, day_of, instant_of, local_day
from siyu.measures import build, results
from siyu.measures.activity import looked_up
from siyu.measures.asked import Asked
from siyu.measures.buyers import buyers
from siyu.measures.earlier import standing
from siyu.measures.facts import Facts
from siyu.measures.fast import fast, marks_of
from siyu.measures.fast_plus.capital import capital, sustainable
from siyu.measures.fast_plus.connection import connection
from siyu.measures.fast_plus.conversion import conversion
from siyu.measures.fast_plus.moves import moves
from siyu.measures.fast_plus.value import brought, credits_of, of_relations, value
from siyu.measures.measurable import NEEDS, blank, purged
from siyu.store import retention
from siyu.store.schema import MEASUREMENT
from siyu.store.states import SPANS_SEEN
from siyu.store.warehouse import Warehouse
from siyu.store.workspace import Workspace

DEFINITION = "fast_plus.v1"
#: Tells what documents leave null for want of facts: one that was kept under another rule is worked out anew.
LACKS = hashlib.sha256(repr(NEEDS).encode()).hexdigest()[:8]
#: Settings that change a document without changing spans.
ASKING = ("brand.", "touchpoints.", "value.", "roles.", "relations.")
#: What is asked of first when the newest fact is looked for.
RECENT = 7 * DAY
#: The instants of each kind that tell how far the data reaches: what began, and what came to an end.
TIMES = (
    ("orders", "paid_at"), ("orders", "refunded_at"), ("refunds", "refunded_at"), ("relations", "started_at"),
    ("relations", "ended_at"), ("relation_ends", "ended_at"), ("members", "joined_at"), ("members", "left_at"),
    ("events", "occurred_at"), ("consents", "occurred_at"), ("referrals", "occurred_at"), ("contents", "occurred_at"),
)  # fmt: skip


def measure(
    workspace: Workspace,
    *,
    as_of: dt.date | None = None,
    window: int = 30,
    now: dt.datetime,
    progress: Progress | None = None,
) -> dict:
    """The document of `siyu measure --json` as of a day (default: yesterday, or the day of the newest fact if that is
    earlier). With nothing new since it was last asked, the kept document is given. Raises MeasureError.
    """
    say = progress or silent
    asked = question(workspace, as_of, window, now)
    build.refresh(workspace, say=say)
    fingerprint = _fingerprint(workspace)
    kept = _kept(workspace, asked, fingerprint)
    if kept is not None:
        return kept
    gone = purged(asked, retention.purged(workspace.operations))
    with workspace.warehouse.checkpointing():
        found = compute(workspace, asked, say)
    document = standing(found, _kept(workspace, asked) if gone else None, gone)
    _keep(workspace, asked, fingerprint, document, now)
    return document


def question(workspace: Workspace, as_of: dt.date | None, window: int, now: dt.datetime) -> Asked:
    """The question as of a day (default: see `measure`) and window. MeasureError for a window of no length, a day that
    is too early or still to come, or no facts to tell the day by.
    """
    if not 1 <= window <= MOST:
        raise MeasureError(f"A window is 1 to {MOST:,} days, found {window}.", remedy="Try --window 30.")
    if as_of and as_of < EARLIEST:
        raise MeasureError(f"Expected a day from {EARLIEST} on, found {as_of}.", remedy="Choose a later day.")
    today = local_day(instant_of(now), workspace.settings.zone)
    if as_of and day_of(as_of) > today:
        raise MeasureError(f"{as_of} is still to come; nothing can be measured as of it.",
                           remedy=f"Choose a day up to {date_of(today)}.")  # fmt: skip
    return Asked(day_of(as_of) if as_of else default_day(workspace, now), window, workspace.settings)


def compute(workspace: Workspace, asked: Asked, say: Progress = silent) -> dict:
    """The document, computed from the spans as they stand."""
    warehouse = workspace.warehouse
    facts = Facts(warehouse)
    say("F", 0.7)
    active, moved = looked_up(facts, asked), moves(warehouse, asked)
    bought, credits = warehouse.scratch("buyer", buyers(asked, marks_of(asked))), credits_of(facts, asked)
    in_f = warehouse.scratch("in_f", _in_f(asked, bought, credits))
    f = capital(facts, asked, moved, in_f, active)
    say("A", 0.75)
    a = conversion(moved)
    say("T", 0.8)
    t = connection(facts, asked)
    say("S", 0.85)
    s = value(warehouse, in_f, bought, credits)
    say("FAST", 0.9)
    document = {
        "brand": workspace.settings.brand,
        "as_of": asked.date.isoformat(),
        "window_days": asked.window,
        "definition": DEFINITION,
        "identity_version": workspace.operations.identity_version,
        "data_through": _iso(data_through(workspace, asked.closing_at), workspace),
        "fast_plus": {"F": f, "A": a, "T": t, "S": s},
        "fast": fast(facts, asked, active, bought),
    }
    document = blank(facts, document, purged(asked, retention.purged(workspace.operations)))
    warehouse.drop_scratch()
    say("done", 1.0)
    return document


def _in_f(asked: Asked, bought: ir.Table, credits: ir.Table) -> ir.Table:
    """Who is in F, with what each bought (last_day) and is worth: looked up once for F and S."""
    people = sustainable(asked.day).select("consumer_id", "rank")
    return of_relations(bought.select("consumer_id", "last_day", "own_value"), brought(credits), people)


def default_day(workspace: Workspace, now: dt.datetime) -> int:
    """Yesterday in the brand's zone, or the day of the newest fact if that is earlier. MeasureError without facts."""
    zone = workspace.settings.zone
    yesterday = local_day(instant_of(now), zone) - 1
    newest = data_through(workspace, instant_of(now))
    if newest is None:
        raise MeasureError("There are no facts to measure yet.", remedy="`siyu load FILE...` brings some.")
    return min(yesterday, local_day(newest, zone))


def begun(workspace: Workspace, before: int) -> bool:
    """Whether any fact in force lies before an instant: there is something to measure."""
    warehouse = workspace.warehouse
    return any(warehouse.any(table.filter(table[column] < before)) for table, column in _times(warehouse))


def data_through(workspace: Workspace, before: int) -> int | None:
    """Newest event time among the facts in force before an instant; None if there is none. Mostly some are of the week
    before it, and the others need no look.
    """
    lately = _newest(workspace, before - RECENT, before)
    return lately if lately is not None else _newest(workspace, -OPEN_AT, before)


def _newest(workspace: Workspace, since: int, before: int) -> int | None:
    newest = []
    for table, column in _times(workspace.warehouse):
        within = table.filter((table[column] >= since) & (table[column] < before))
        newest.append(within.aggregate(newest=within[column].max()))
    found = [row["newest"] for row in workspace.warehouse.rows(newest[0].union(*newest[1:]))]
    return max((instant for instant in found if instant is not None), default=None)


def _times(warehouse: Warehouse) -> Iterator[tuple[ir.Table, str]]:
    """The facts in force of each kind with the name of an instant of theirs. An order's own refund is dated by the load
    that showed it where its export says no day: then it tells of the load.
    """
    for kind, column in TIMES:
        table = warehouse.in_force(kind)
        if (kind, column) == ("orders", "refunded_at"):
            table = table.filter(table.refund_basis == "stated")
        yield table, column


def _iso(instant: int | None, workspace: Workspace) -> str | None:
    return datetime_of(instant, workspace.settings.zone).isoformat() if instant is not None else None


def _fingerprint(workspace: Workspace) -> str:
    """All a document rests on: spans' state, the settings it reads, the definition."""
    seen = workspace.operations.state(SPANS_SEEN) or ""
    return f"{DEFINITION}:{LACKS}:{build.shape(workspace.settings, ASKING)}:{seen}"


def _kept(workspace: Workspace, asked: Asked, fingerprint: str | None = None) -> dict | None:
    """The document given before; with a fingerprint, only if it rests on the same."""
    query = sa.select(MEASUREMENT.c.document).where(
        MEASUREMENT.c.as_of_day == asked.day, MEASUREMENT.c.window_days == asked.window
    )
    if fingerprint is not None:
        query = query.where(MEASUREMENT.c.fingerprint == fingerprint)
    with workspace.operations.connect() as connection_:
        text = connection_.execute(query).scalar()
    return json.loads(text) if text else None


def _keep(workspace: Workspace, asked: Asked, fingerprint: str, document: dict, now: dt.datetime) -> None:
    """Store the document (operations) and its figures one by one (warehouse table measure_result)."""
    results.keep(workspace.warehouse, asked, document, instant_of(now))
    key = (MEASUREMENT.c.as_of_day == asked.day) & (MEASUREMENT.c.window_days == asked.window)
    with workspace.operations.begin() as connection_:
        connection_.execute(sa.delete(MEASUREMENT).where(key))
        connection_.execute(
            sa.insert(MEASUREMENT).values(
                as_of_day=asked.day,
                window_days=asked.window,
                fingerprint=fingerprint,
                document=json.dumps(document, ensure_ascii=False),
                computed_at=instant_of(now),
            )
        )
