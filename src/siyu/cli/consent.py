"""Commands of consent: declare (a document many agreed to), record (what one person said), show (one ledger), link."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Annotated

import typer

from siyu.api.admin import shown
from siyu.cli.context import AsJson, day, now, suffix, workspace
from siyu.cli.errors import DONE
from siyu.cli.options import pairs
from siyu.cli.output import emit, out, say, suggest, table
from siyu.core.errors import SiyuError
from siyu.core.kinds import PURPOSES
from siyu.core.time import datetime_of
from siyu.identity.declare import Declared, Preview, declare_consent, preview
from siyu.identity.preference_link import token
from siyu.identity.reach import MARKETING
from siyu.identity.scoped import SCOPE
from siyu.identity.shown_consents import ShownConsents, show_consents
from siyu.privacy.consent import Said
from siyu.privacy.consent import link as person_link
from siyu.privacy.consent import record as record_consent
from siyu.store.workspace import Workspace

Source = Annotated[str, typer.Option("--source", metavar="TEXT", help="Where people agreed (member agreement, form).")]
Notice = Annotated[str, typer.Option("--notice-version", metavar="TEXT", help="Version of the text they agreed to.")]
From = Annotated[str, typer.Option("--from", metavar="DAY", help="Day the consent speaks from.")]
Proof = Annotated[str, typer.Option("--proof", metavar="TEXT", help="Where the proof is kept (file, address).")]
Scope = Annotated[
    str | None,
    typer.Option("--scope", metavar="K=V,...",
                 help=f"Whose consent it is, by {', '.join(SCOPE)}; without one, everyone with a membership."),
]  # fmt: skip
Channel = Annotated[
    str | None, typer.Option("--channel", metavar="CHANNEL", help="The one channel it speaks for; without one, all.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what it would change and record nothing.")]

Who = Annotated[str, typer.Option("--id", metavar="WHO", help="namespace:value (phone:138...), or an id.")]
Purpose = Annotated[str, typer.Option("--purpose", metavar="PURPOSE", help=f"One of {', '.join(PURPOSES)}.")]
Action = Annotated[str, typer.Option("--action", metavar="grant|withdraw", help="What they said.")]
Where = Annotated[str, typer.Option("--source", metavar="TEXT", help="Where they said it (hotline, letter, counter).")]
Shown = Annotated[
    str, typer.Option("--notice-version", metavar="TEXT", help="Version of the notice they saw; a grant needs it.")
]

group = typer.Typer(name="consent", help="Record and show who agreed to what.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    app.add_typer(group)


@group.callback()
def consent() -> None:
    """Record and show who agreed to what."""


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


@group.command("record")
def record(
    who: Who, action: Action, source: Where, purpose: Purpose = MARKETING, channel: Channel = None,
    notice_version: Shown = "", as_json: AsJson = False,
) -> int:  # fmt: skip
    """Record what one person gave or withdrew, in force at once; also of somebody never seen before."""
    said = Said(purpose, channel, action, source, notice_version)
    with workspace() as opened:
        recorded = record_consent(opened, who, said, actor="cli", now=now())
        if as_json:
            emit(shown.consent(recorded, opened.settings.zone))
        else:
            out().print(f"Recorded: {action}, {purpose}, {channel or 'all channels'}.")
            suggest(f"siyu consent show --id {recorded.identifier_id}{suffix()}", "shows what it comes to")
    return DONE


@group.command("show")
def show(who: Who, as_json: AsJson = False) -> int:
    """Show one person's ledger, what it comes to for each purpose and channel, and the row that decides."""
    with workspace() as opened:
        found = show_consents(opened, who, now())
        if as_json:
            emit(shown.ledger(found, opened.settings.zone))
        else:
            _shown(opened, found)
    return DONE


@group.command("link")
def link_(who: Who, purpose: Purpose = MARKETING, as_json: AsJson = False) -> int:
    """Make the preference link of one person, for a message to them: a page, and unsubscribing in one click."""
    with workspace() as opened:
        made = person_link(opened, who, purpose, actor="cli", now=now())
        link = shown.link(made, f"/preferences/{token(opened.keys, made)}", opened.settings.zone)
    if as_json:
        emit(link)
        return DONE
    out().print(link["path"], markup=False, soft_wrap=True)
    say(f"Put your server's address before it. It works until {link['expires_at']}, for whoever has it.")
    suggest(f"siyu serve{suffix()}", "answers there")
    return DONE


def _shown(opened: Workspace, found: ShownConsents) -> None:
    columns = ("when", "identifier", "purpose", "channel", "action", "source", "notice")
    names = ("occurred_at", "identifier", "purpose", "channel", "action", "source", "notice_version")
    for title, some in (("Ledger", found.rows), ("Kept as proof of an erased person", found.proofs)):
        rows = [shown.consent(one, opened.settings.zone, found) for one in some]
        cells = [[row[name] or "" for name in names] for row in rows]
        if cells or title == "Ledger":
            table(title, columns, cells)
    told = [(s.purpose, s.channel, s.standing, f"{s.because.action} {_time(opened, s.because.occurred_at)}")
            for s in found.standings]  # fmt: skip
    if told:
        table("Comes to (the most restrictive identifier decides)", ("purpose", "channel", "", "because of"), told)


def _time(opened: Workspace, at: int) -> str:
    return datetime_of(at, opened.settings.zone).isoformat()


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
