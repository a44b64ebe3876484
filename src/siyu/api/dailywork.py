"""The day's work as the server has it done: by a process of its own, which opens the workspace for it."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from typing import Any

from siyu.store.workspace import open_workspace


def daily_work(directory: Path, now: dt.datetime) -> dict[str, Any]:
    """What `siyu daily` does: load the inbox folder, resolve, measure, publish. Counts and the day, for the log."""
    from siyu.console.report import publish  # here: charts, which the server itself never draws
    from siyu.daily import daily

    with open_workspace(directory) as workspace:
        done = daily(workspace, publish=partial(publish, now=now), now=now)
    refused = done.loaded.refused if done.loaded else 0
    return {"files": len(done.files), "refused": refused, "as_of": done.measured["as_of"]}
