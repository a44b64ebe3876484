"""What is known to work of WeCom's calls, for a workspace that is connected to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from siyu.cli.checks.finding import Finding
from siyu.sources.doors.wecom.corp import connected
from siyu.sources.doors.wecom.seen import LIVE, seen_calls
from siyu.store.workspace import Workspace


def calls(workspace: Workspace, _now: dt.datetime) -> Iterator[Finding]:
    """A line for each call: what it was last seen working against, and when."""
    if connected(workspace):
        for seen in seen_calls():
            where = "a live corp" if seen.against == LIVE else f"a {seen.against}, not yet live"
            yield Finding(f"wecom {seen.call}", True, f"seen working against {where}, {seen.on}")
