"""The command of the audit: who did what that may be asked about."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from siyu.api.admin import shown
from siyu.cli.context import AsJson, day, suffix, workspace
from siyu.cli.errors import DONE
from siyu.cli.options import LARGEST
from siyu.cli.output import emit, say, suggest, table
from siyu.core.errors import SiyuError
from siyu.core.time import day_of, day_starts
from siyu.store.audit import acts

Part = Annotated[
    str, typer.Option("--act", metavar="PART[.VERB]", help="Only these: a part such as key., or one act, key.revoke.")
]
Since = Annotated[str | None, typer.Option("--since", metavar="DAY", help="Only what was done on this day or later.")]
Limit = Annotated[
    int, typer.Option("--limit", metavar="N", max=LARGEST, help="Rows to list, the newest first; 0 = all of them.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(audit)


def audit(act: Part = "", since: Since = None, limit: Limit = 50, as_json: AsJson = False) -> int:
    """List administrative acts, over the command line and over HTTP: when, who, what, whom about."""
    if limit < 0:
        raise SiyuError(f"--limit: expected 0 or more, found {limit}.")
    with workspace() as opened:
        first = day(since, "--since")
        start = day_starts(day_of(first), opened.settings.zone) if first else 0
        found = acts(opened.operations, act=act, since=start)
        listed = [shown.act(one, opened.settings.zone) for one in found[: limit or None]]
    if as_json:
        emit({"acts": listed, "total": len(found)})
    elif listed:
        _show(listed, len(found))
    elif act or since:
        say("The audit keeps no act like that.")
        suggest(f"siyu audit{suffix()}", "lists the newest of all")
    else:
        say("Nothing was done that the audit keeps.")
    return DONE


def _show(listed: list[dict[str, object]], total: int) -> None:
    rows = [[*list(row.values())[:-1], _told(row["detail"])] for row in listed]
    table("Audit", tuple(listed[0]), rows)
    if total > len(listed):
        say(f"The first {len(listed):,} of {total:,}.")
        suggest(f"siyu audit --limit 0{suffix()}", "lists all of them")


def _told(detail: object) -> str:
    return json.dumps(detail, ensure_ascii=False) if detail else ""
