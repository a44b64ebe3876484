"""What each source is expected to bring, by its own history: how often, how much, and how well filled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import groupby

from siyu.cli.checks.finding import Finding
from siyu.core.time import date_of, instant_of, local_day
from siyu.measures.diagnosis import alerts
from siyu.measures.diagnosis import emptiness as empties
from siyu.measures.diagnosis.alert import Alert
from siyu.measures.diagnosis.emptiness import Share
from siyu.measures.diagnosis.flows import arrivals
from siyu.measures.facts import Facts
from siyu.store.workspace import Workspace


def expectations(workspace: Workspace, now: dt.datetime) -> Iterator[Finding]:
    """How fresh each source is, how much it brings, and whether its columns are filled."""
    today = local_day(instant_of(now), workspace.settings.zone)
    facts = Facts(workspace.warehouse)
    rows = facts.warehouse.rows(arrivals(facts, today - alerts.GAP_DAYS - alerts.RETIRED_DAYS, today))
    day = max((row["day"] for row in rows), default=today)
    yield from _freshness(rows, today, alerts.load_gaps(workspace))
    yield from _volume(rows, day)
    yield from _emptiness(empties.shares(facts, day), day)


def _freshness(rows: list[dict], today: int, load_gaps: dict[str, int]) -> Iterator[Finding]:
    """The newest day of each source, against the gaps it and its loads have shown."""
    late = alerts.late_sources(rows, today, load_gaps)
    for (source,), mine in _grouped(rows, "source"):
        alert = late.get(source)
        newest = date_of(max(row["day"] for row in mine))
        yield Finding(f"freshness {source}", alert is None, f"newest day {newest}" + _told(alert))


def _volume(rows: list[dict], day: int) -> Iterator[Finding]:
    """Rows of the last week of each kind and platform, against the band of its weeks; and whether it fell silent."""
    found = _by_subject([*alerts.drops(rows, day), *alerts.silences(rows, day)])
    for (kind, platform), mine in _grouped(rows, "kind", "platform"):
        name = f"{kind} {platform}".strip()
        week = sum(row["n"] for row in mine if row["day"] > day - 7)
        yield Finding(f"volume {name}", name not in found, f"{week:,} rows in 7 days" + _told(found.get(name)))


def _emptiness(shares: list[Share], day: int) -> Iterator[Finding]:
    """Columns of each kind and source that are empty far more often than they ever were."""
    found = empties.emptied(shares, day)
    for name in sorted({f"{share.kind} {share.source}" for share in shares}):
        mine = [alert for alert in found if alert.subject.startswith(f"{name} ")]
        told = "; ".join(f"{alert.what['en']}: {alert.found['en']}, {alert.usual['en']}" for alert in mine)
        yield Finding(f"filled {name}", not mine, told or "no column emptier than usual")


def _by_subject(found: list[Alert]) -> dict[str, Alert]:
    return {alert.subject: alert for alert in found}


def _told(alert: Alert | None) -> str:
    return f"; {alert.found['en']}, usual: {alert.usual['en']}. {alert.act['en']}" if alert else ""


def _grouped(rows: list[dict], *names: str) -> Iterator[tuple[tuple[str, ...], list[dict]]]:
    """Rows by the values of some columns, in order."""
    def key(row: dict) -> tuple[str, ...]:
        return tuple(row[name] for name in names)

    for values, mine in groupby(sorted(rows, key=key), key=key):
        yield values, list(mine)
