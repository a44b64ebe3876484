"""Commands of copies for the people themselves: subject-export (one person at once, or a masked look), and request,
approve, reject, run, list, show for cases that are checked by somebody first.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from siyu.api.admin import shown
from siyu.cli.cases import ACTOR, Asked, Cases, Open, Reason, Reference, Requester, Who
from siyu.cli.context import AsJson, now, suffix, workspace
from siyu.cli.errors import DONE
from siyu.cli.options import LARGEST, check_folder
from siyu.cli.output import emit, json_text, say, suggest, table
from siyu.core.errors import PrivacyError
from siyu.privacy import exports
from siyu.privacy.docket import Case
from siyu.privacy.exports import EXPORTS
from siyu.store.workspace import Workspace

CASES = Cases(EXPORTS, "siyu subject-export", shown.export)

Yes = Annotated[
    bool, typer.Option("--yes", help="Whoever asked has been checked: plain values, and the rows as they were read.")
]
To = Annotated[
    Path | None, typer.Option("-o", metavar="FILE", help="Where the copy goes (JSON), readable for its owner alone.")
]
Number = Annotated[
    int, typer.Argument(metavar="N", max=LARGEST, help="The request's number (`siyu subject-export list`).")
]

group = typer.Typer(name="subject-export", help="A copy of what is held of one person, for them; with requests.")


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    app.add_typer(group)


@group.callback(invoke_without_command=True)
def subject_export(
    context: typer.Context, who: Who = None, to: To = None, yes: Yes = False, requester: Requester = "",
    reason: Reason = "", reference: Reference = "",
) -> int:  # fmt: skip
    """Print or write what is held of one person, as JSON: masked, unless whoever asked has been checked."""
    if context.invoked_subcommand:
        return DONE
    if who is None:
        raise PrivacyError("--id: expected whose copy, found nothing.", remedy="siyu subject-export --id phone:138...")
    _check(to)
    with workspace() as opened:
        if not yes:
            _hand_over(exports.look(opened, who, actor=ACTOR, now=now()), to)
            say("Values are masked. --yes says that whoever asked has been checked, and shows them.")
            return DONE
        filed = exports.file(opened, who, Case(requester, reason, reference), actor=ACTOR, now=now())
        exports.approve(opened.operations, filed.number, actor=ACTOR, now=now())
        return _ran(opened, filed.number, to)


@group.command("request")
def request(
    who: Asked, requester: Requester = "", reason: Reason = "", reference: Reference = "", as_json: AsJson = False
) -> int:
    """File a request for a copy, to be checked by somebody; says by when it is due."""
    with workspace() as opened:
        filed = exports.file(opened, who, Case(requester, reason, reference), actor=ACTOR, now=now())
        return CASES.filed(opened, filed, as_json)


@group.command("approve")
def approve(number: Number, as_json: AsJson = False) -> int:
    """Say that whoever asked has been checked: the copy may be made."""
    return CASES.approved(number, as_json, f"siyu subject-export run {number} -o copy.json", "makes the copy")


@group.command("reject")
def reject(number: Number, as_json: AsJson = False) -> int:
    """Say that a request is not carried out."""
    return CASES.rejected(number, as_json)


@group.command("run")
def run(number: Number, to: To = None) -> int:
    """Make the copy of an approved request, with plain values; the request is done once it is written."""
    _check(to)
    with workspace() as opened:
        return _ran(opened, number, to)


@group.command("list")
def listing(only_open: Open = False, as_json: AsJson = False) -> int:
    """List requests: where each stands and by when it is due. Exit code 1 if one is overdue."""
    return CASES.listing(only_open, as_json)


@group.command("show")
def show(number: Number, as_json: AsJson = False) -> int:
    """Show one request, and how much was handed over."""
    with workspace() as opened:
        found = exports.get(opened.operations, number)
        if as_json:
            emit(CASES.shown(opened, found))
        else:
            rows = [(name, f"{count:,}") for name, count in found.receipt.items()]
            table(f"Request {number}, {found.status}", ("", "records"), rows or [("nothing was handed over", "")])
    return DONE


def _ran(opened: Workspace, number: int, to: Path | None) -> int:
    exports.run(opened, number, actor=ACTOR, now=now(), hand_over=lambda document: _hand_over(document, to))
    if to:
        say(f"{to} shows everything held of this person: hand it over, then remove it.")
    suggest(f"siyu subject-export show {number}{suffix()}", "says how much was handed over")
    return DONE


def _check(to: Path | None) -> None:
    """Before a request is filed or begun, where the copy cannot go there."""
    if to is None:
        return
    check_folder(to)
    if to.exists():
        raise PrivacyError(f"{to} is there already.", remedy="Choose a file that is not there yet.")


def _hand_over(document: dict[str, Any], to: Path | None) -> None:
    if to is None:
        emit(document)
        return
    try:
        descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise PrivacyError(f"{to} cannot be written: {error.strerror}.",
                           remedy="Choose a file that is not there yet.") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(json_text(document))
        file.flush()
        os.fsync(file.fileno())
