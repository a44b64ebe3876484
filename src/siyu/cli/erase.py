"""Commands of erasure: erase (one person at once), and request, approve, reject, run, list, show for cases that are
checked by somebody first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siyu.api.admin import shown
from siyu.cli.cases import ACTOR, Asked, Cases, Open, Reason, Reference, Requester, Who
from siyu.cli.context import AsJson, now, suffix, workspace
from siyu.cli.errors import DONE, REFUSALS
from siyu.cli.options import LARGEST
from siyu.cli.output import emit, progress, say, suggest, table
from siyu.core.errors import PrivacyError
from siyu.privacy import erase as erasing
from siyu.privacy import requests, underway
from siyu.privacy.docket import Case, Request
from siyu.privacy.erase import Erased
from siyu.privacy.receipt import Counts
from siyu.privacy.requests import ERASURES
from siyu.store.workspace import Workspace

CASES = Cases(ERASURES, "siyu erase", shown.erasure)

Yes = Annotated[bool, typer.Option("--yes", help="Erase without asking again; whoever asked has been checked.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Count what is held, by table, and change nothing.")]
Number = Annotated[int, typer.Argument(metavar="N", max=LARGEST, help="The request's number (`siyu erase list`).")]

group = typer.Typer(name="erase", help="Forget a person, with a receipt; or file, check and carry out requests.")


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    app.add_typer(group)


@group.callback(invoke_without_command=True)
def erase(
    context: typer.Context, who: Who = None, yes: Yes = False, dry_run: DryRun = False, requester: Requester = "",
    reason: Reason = "", reference: Reference = "", as_json: AsJson = False,
) -> int:  # fmt: skip
    """Forget one person now: everything of theirs goes, orders stay without a name, and no file brings them back."""
    if context.invoked_subcommand:
        return DONE
    if who is None:
        raise PrivacyError("--id: expected whom to forget, found nothing.", remedy="siyu erase --id phone:138...")
    with workspace() as opened, progress() as tell:
        if dry_run:
            return _planned(_plan(opened, who), as_json)
        if not yes and (as_json or not _agreed(_plan(opened, who))):
            raise PrivacyError("Nothing was erased.", remedy="--yes says that whoever asked has been checked.")
        request = requests.file(opened, who, Case(requester, reason, reference), actor=ACTOR, now=now())
        requests.approve(opened.operations, request.number, actor=ACTOR, now=now())
        return _shown(opened, erasing.run(opened, actor=ACTOR, now=now(), progress=tell), as_json)


@group.command("request")
def request(
    who: Asked, requester: Requester = "", reason: Reason = "", reference: Reference = "", as_json: AsJson = False
) -> int:
    """File a request, to be checked by somebody and carried out with others; says by when it is due."""
    with workspace() as opened:
        filed = requests.file(opened, who, Case(requester, reason, reference), actor=ACTOR, now=now())
        return CASES.filed(opened, filed, as_json)


@group.command("approve")
def approve(number: Number, as_json: AsJson = False) -> int:
    """Say that whoever asked has been checked: the next run erases."""
    return CASES.approved(number, as_json, "siyu erase run", "erases everybody whose request is approved")


@group.command("reject")
def reject(number: Number, as_json: AsJson = False) -> int:
    """Say that a request is not carried out."""
    return CASES.rejected(number, as_json)


@group.command("run")
def run(as_json: AsJson = False) -> int:
    """Erase everybody whose request is approved, in one pass, and finish what an interrupted run left."""
    with workspace() as opened, progress() as tell:
        return _shown(opened, erasing.run(opened, actor=ACTOR, now=now(), progress=tell), as_json)


@group.command("list")
def listing(only_open: Open = False, as_json: AsJson = False) -> int:
    """List requests: where each stands and by when it is due. Exit code 1 if one is overdue."""
    return CASES.listing(only_open, as_json)


@group.command("show")
def show(number: Number, as_json: AsJson = False) -> int:
    """Show one request with its receipt: what was found of the person, by table and store."""
    with workspace() as opened:
        found = requests.get(opened.operations, number)
        if as_json:
            emit(CASES.shown(opened, found))
        else:
            _receipt(found)
    return DONE


def _plan(opened: Workspace, who: str) -> Counts:
    return erasing.plan(opened, {0: requests.keys_asked(opened, who)})[0]


def _planned(counts: Counts, as_json: bool) -> int:
    if as_json:
        emit({"plan": counts})
    else:
        _counts("Would be erased", counts)
        suggest(f"siyu erase --id WHO{suffix()}", "erases, once whoever asked is checked")
    return DONE


def _agreed(counts: Counts) -> bool:
    _counts("Will be erased", counts)
    return typer.confirm("Has whoever asked been checked, and may this be erased for good?", err=True)


def _shown(opened: Workspace, erased: Erased, as_json: bool) -> int:
    left = [str(path.relative_to(opened.directory)) for path in erased.files]
    if as_json:
        emit({"done": [CASES.shown(opened, one) for one in erased.done], "files_left": left})
    else:
        for one in erased.done:
            _receipt(one)
        if not erased.done and not left:
            say("No approved request waits.")
        _files_left(opened.directory, left)
        if erased.untold:
            folders = ", ".join(map(str, erased.untold))
            say(f"The backups in {folders} could not be told: the next `siyu backup` there, or `siyu erase run` "
                "once it is reached, makes up for it; `siyu check` reminds.")
    return REFUSALS if left else DONE


def _files_left(directory: Path, left: list[str]) -> None:
    """Files that nobody but their owner may remove."""
    for name in left:
        say(f"{directory / name} still shows a person who is to be forgotten.")
    if left:
        say("These files are yours: load what is not loaded yet (a load leaves the person out), then remove them; "
            "until then the requests are not done.")
        suggest(f"siyu erase run{suffix()}", "finishes once they are gone")


def _receipt(found: Request) -> None:
    _counts(f"Request {found.number}, {found.status}", underway.told(found))


#: What each part of a receipt says.
PARTS = {"erased": "erased", "kept": "kept without the person", "identity": "erased (identity)",
         "derived": "erased (derived)", "other": "erased (operations)", "landed": "raw rows"}  # fmt: skip


def _counts(title: str, counts: Counts) -> None:
    rows = [(PARTS.get(part, part), name, f"{count:,}") for part, tables in counts.items()
            for name, count in tables.items() if count]  # fmt: skip
    table(title, ("", "table", "rows"), rows or [("", "nothing is held", "0")])
