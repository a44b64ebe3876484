"""How commands ask of the facts as of a day: the clock is read once, for the day and for bringing facts up to date."""

from __future__ import annotations

import datetime as dt

from siyu.cli.output import Report
from siyu.daily import up_to_date
from siyu.measures.asked import Asked
from siyu.measures.measure import question
from siyu.store.workspace import Workspace

#: A question always has a window; what looks at none of it is asked with this one.
ANY_WINDOW_DAYS = 30


def ask(
    opened: Workspace, as_of: dt.date | None, moment: dt.datetime, tell: Report, *, window: int = ANY_WINDOW_DAYS
) -> Asked:
    """The question as of a day, its workspace brought up to date. A wrong question is refused before any work."""
    asked = question(opened, as_of, window, moment)
    up_to_date(opened, now=moment, progress=tell)
    return asked
