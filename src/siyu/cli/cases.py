"""What the commands of erasure and of copies share: the options of a case, and requests filed, checked and listed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from siyu.cli.context import now, suffix, workspace
from siyu.cli.errors import DONE, REFUSALS
from siyu.cli.output import emit, out, suggest, table
from siyu.core.time import date_of, local_day
from siyu.privacy.docket import OPEN, Docket, Request
from siyu.store.workspace import Workspace

ACTOR = "cli"

Who = Annotated[str | None, typer.Option("--id", metavar="WHO", help="namespace:value (phone:138...), or an id.")]
Asked = Annotated[str, typer.Option("--id", metavar="WHO", help="namespace:value (phone:138...), or an id.")]
Requester = Annotated[str, typer.Option("--requester", metavar="TEXT", help="Who asked: the person, a regulator ...")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a few words without personal data.")]
Reference = Annotated[str, typer.Option("--reference", metavar="TEXT", help="Number of the case in your own files.")]
Open = Annotated[bool, typer.Option("--open", help="Only those that are not done.")]


@dataclass(frozen=True)
class Cases:
    """The requests of a docket on the command line. as_json: a request as --json prints it."""

    docket: Docket
    command: str
    as_json: Callable[[Request, ZoneInfo, dt.datetime], dict[str, Any]]

    def filed(self, opened: Workspace, request: Request, json: bool) -> int:
        """Say that a request waits for its check."""
        then = f"{self.command} approve {request.number}"
        return self._told(opened, request, json, then, "once whoever asked is checked")

    def approved(self, number: int, json: bool, then: str, why: str) -> int:
        """Approve a request, and say what comes next."""
        with workspace() as opened:
            checked = self.docket.approve(opened.operations, number, actor=ACTOR, now=now())
            return self._told(opened, checked, json, then, why)

    def rejected(self, number: int, json: bool) -> int:
        """Reject a request."""
        with workspace() as opened:
            checked = self.docket.reject(opened.operations, number, actor=ACTOR, now=now())
            return self._told(opened, checked, json, f"{self.command} list", "shows the others")

    def listing(self, only_open: bool, json: bool) -> int:
        """List requests; exit code 1 if one is overdue."""
        with workspace() as opened:
            found = self.docket.listing(opened.operations, OPEN if only_open else ())
            late = sum(one.overdue(now()) for one in found)
            if json:
                emit({"requests": [self.shown(opened, one) for one in found], "overdue": late})
            else:
                rows = [(one.number, one.status, _day(opened, one.requested_at), _day(opened, one.due_at, end=True),
                         _day(opened, one.done_at), one.reference) for one in found]  # fmt: skip
                table(f"{len(found):,} requests, {late:,} overdue",
                      ("request", "status", "requested", "due", "done", "reference"), rows)  # fmt: skip
        return REFUSALS if late else DONE

    def shown(self, opened: Workspace, request: Request) -> dict[str, Any]:
        """A request as JSON."""
        return self.as_json(request, opened.settings.zone, now())

    def _told(self, opened: Workspace, request: Request, json: bool, then: str, why: str) -> int:
        if json:
            emit(self.shown(opened, request))
        else:
            due = f"; due {_day(opened, request.due_at, end=True)}" if request.status in OPEN else ""
            out().print(f"Request {request.number} is {request.status}{due}.")
            suggest(f"{then}{suffix()}", why)
        return DONE


def _day(opened: Workspace, at: int | None, *, end: bool = False) -> str:
    """A day for people; an instant that ends a day stands for that day."""
    return "" if at is None else date_of(local_day(at - end, opened.settings.zone)).isoformat()
