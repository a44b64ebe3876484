"""Command of consent: consent declare, for consent a brand holds outside its files."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Annotated

import typer

from siyu.cli.context import AsJson, day, now, suffix, workspace
from siyu.cli.errors import DONE
from siyu.cli.options import pairs
from siyu.cli.output import emit, out, suggest, table
from siyu.core.errors import SiyuError
from siyu.identity.declare import Declared, Preview, declare_consent, preview

Source = Annotated[str, typer.Option("--source", metavar="TEXT", help="Where people agreed (member agreement, form).")]
Notice = Annotated[str, typer.Option("--notice-version", metavar="TEXT", help="Version of the text they agreed to.")]
From = Annotated[str, typer.Option("--from", metavar="DAY", help="Day the consent speaks from.")]
Proof = Annotated[str, typer.Option("--proof", metavar="TEXT", help="Where the proof is kept (file, address).")]
Scope = Annotated[
    str | None,
    typer.Option("--scope", metavar="K=V,...", help="Whose consent it is; without one, everyone with a membership."),
]
Channel = Annotated[
    str | None, typer.Option("--channel", metavar="CHANNEL", help="The one channel it speaks for; without one, all.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what it would change and record nothing.")]

group = typer.Typer(name="consent", help="Record consent held outside the files.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    app.add_typer(group)


@group.callback()
def consent() -> None:
    """Record consent that the brand holds outside its files."""


@group.command("declare")
def declare(
    source: Source,
    notice_version: Notice,
    from_day: From,
    proof: Proof,
    scope: Scope = None,
    channel: Channel = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    """Record marketing consent that stands in a member agreement, with its proof; refusals are kept as they are."""
    since = _given(day(from_day, "--from"))
    with workspace() as opened:
        if dry_run:
            found: Preview | Declared = preview(opened, from_date=since, scope=pairs(scope), channel=channel, now=now())
        else:
            found = declare_consent(
                opened, source=source, notice_version=notice_version, from_date=since, proof=proof,
                scope=pairs(scope), channel=channel, now=now(),
            )  # fmt: skip
    if as_json:
        emit(asdict(found))
    else:
        _show(found)
    return DONE


def _given(since: dt.date | None) -> dt.date:
    if since is None:
        raise SiyuError("--from: expected a day such as 2026-01-01, found nothing.")
    return since


def _show(found: Preview | Declared) -> None:
    left = f"{found.withdrawn:,} who refused are left out, {found.already:,} grants were there already"
    if isinstance(found, Preview):
        out().print(f"Would add {found.rows:,} grants of {found.consumers:,} consumers; {left}.")
        rows = [(name, f"{c.addresses:,}", f"{c.now:,}", f"{c.after:,}") for name, c in found.by_channel.items()]
        table(f"F {found.f_now:,} -> {found.f_after:,}", ("channel", "with an address", "open now", "open after"), rows)
        return
    out().print(f"Added {found.rows:,} grants; {left}.")
    table("", ("channel", "consumers it opened"), [(name, f"{n:,}") for name, n in found.by_channel.items()])
    suggest(f"siyu measure{suffix()}", "shows what it changed")
