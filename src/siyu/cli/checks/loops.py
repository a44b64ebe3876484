"""Whether what repeats still does, what arrived is taken in, and requests to be forgotten are met in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from siyu.cli.checks.finding import Finding
from siyu.core.time import SECOND, datetime_of, instant_of
from siyu.jobs.loop import State, states
from siyu.privacy import exports, requests
from siyu.privacy.docket import ERASING, OPEN
from siyu.store.inbox import LONGEST_WAIT
from siyu.store.workspace import INBOX_FILE, Workspace


def loops(workspace: Workspace, now: dt.datetime) -> Iterator[Finding]:
    """Every loop of `siyu serve` that ever ran here: its last success, and when it is due again."""
    for state in states(workspace.operations).values():
        yield _loop(state, instant_of(now), workspace)


def inbox(workspace: Workspace, now: dt.datetime) -> Iterator[Finding]:
    """What is acknowledged and not loaded yet."""
    if not workspace.settings["operations.url"] and not (workspace.directory / INBOX_FILE).exists():
        return
    waiting = workspace.inbox.waiting()
    age = (instant_of(now) - waiting.oldest) // SECOND if waiting.oldest else 0
    found = f"{waiting.messages:,} messages wait, the oldest {age:,} s" if waiting.arrivals else "empty"
    fine = age <= LONGEST_WAIT
    yield Finding("inbox", fine, found + ("" if fine else "; siyu serve loads them"))


def erasures(workspace: Workspace, now: dt.datetime) -> Iterator[Finding]:
    """No request to be forgotten is past its day, and none was left half done; nothing is said where there is none."""
    waiting = requests.listing(workspace.operations, OPEN)
    late = sum(request.overdue(now) for request in waiting)
    half = sum(request.status == ERASING for request in waiting)
    if waiting:
        told = f"{len(waiting)} open, {late} overdue, {half} to finish (siyu erase run)"
        yield Finding("erasures", not late and not half, told)


def copies(workspace: Workspace, now: dt.datetime) -> Iterator[Finding]:
    """No request for a copy is past its day; nothing is said where there is none."""
    waiting = exports.listing(workspace.operations, OPEN)
    late = sum(request.overdue(now) for request in waiting)
    if waiting:
        yield Finding("copies", not late, f"{len(waiting)} open, {late} overdue (siyu subject-export list)")


def _loop(state: State, now: int, workspace: Workspace) -> Finding:
    late, failing = state.late(now), state.failures > 0
    last = _shown(state.succeeded_at, workspace) if state.succeeded_at else "never"
    told = f"last success {last}, due {_shown(state.due_at, workspace)}"
    trouble = f"; {state.failures} failures in a row: {state.error}" if failing else "; late: is siyu serve running?"
    return Finding(f"loop {state.name}", not (late or failing), told + (trouble if late or failing else ""))


def _shown(instant: int, workspace: Workspace) -> str:
    return f"{datetime_of(instant, workspace.settings.zone):%Y-%m-%d %H:%M}"
