"""Command that looks at a workspace: check."""

from __future__ import annotations

import typer

from siyu.cli import checks
from siyu.cli.context import AsJson, now, suffix, workspace
from siyu.cli.errors import DONE, REFUSALS
from siyu.cli.output import emit, suggest, table


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(check)


def check(as_json: AsJson = False) -> int:
    """Look at the workspace and say what is well and what is not."""
    with workspace() as opened:
        findings = checks.run(opened, now())
    if as_json:
        emit({"checks": [finding.as_json() for finding in findings]})
    else:
        table("", ("", "check", "found"), [("OK" if f.fine else "!!", f.name, f.found) for f in findings])
        for command, does in (finding.next for finding in findings if finding.next):
            suggest(f"{command}{suffix()}", does)
    return DONE if all(f.fine for f in findings) else REFUSALS
