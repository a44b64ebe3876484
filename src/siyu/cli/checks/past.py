"""Whether anything is kept longer than the settings say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from siyu.cli.checks.finding import Finding
from siyu.privacy import purge
from siyu.store.workspace import Workspace


def past(workspace: Workspace, now: dt.datetime) -> Iterator[Finding]:
    """Rows past their time; `siyu serve` purges each day, and a day of grace is given for it."""
    rows = purge.plan(workspace, now - dt.timedelta(days=1)).rows
    old = ", ".join(f"{count:,} of {part}" for part, count in rows.items() if count)
    yield Finding("retention", not old, f"past their time: {old}; siyu purge" if old else "nothing is past its time")
