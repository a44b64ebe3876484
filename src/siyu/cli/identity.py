"""Commands of the identity: resolve, identity show, identity unlink, identity review. Values are shown masked."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from siyu.cli.context import AsJson, now, suffix, workspace
from siyu.cli.errors import DONE, REFUSALS
from siyu.cli.options import LARGEST
from siyu.cli.output import emit, out, progress, suggest, table
from siyu.core.time import datetime_of
from siyu.identity import unlink as links
from siyu.identity.decisions import Decision
from siyu.identity.resolve import resolve as resolve_links
from siyu.identity.review import RefusedGroup
from siyu.identity.review import review as review_links
from siyu.identity.show import Shown
from siyu.identity.show import show as show_consumer
from siyu.store.workspace import Workspace

Full = Annotated[bool, typer.Option("--full", help="Compute everything anew instead of what has changed.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Who found out what, in a few words.")]
Restore = Annotated[bool, typer.Option("--restore", help="Put back what was taken back: the link, or all of A's.")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=LARGEST, help="Groups to list.")]
One = typer.Argument(metavar="A", max=LARGEST, help="identifier_id of one side (`identity show` lists them).")
Other = typer.Argument(metavar="[B]", max=LARGEST, help="The other side; without it, all links of A.")

group = typer.Typer(name="identity", help="Look at who is who, and take links back.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(resolve)
    app.add_typer(group)


def resolve(full: Full = False, as_json: AsJson = False) -> int:
    """Work out which identifiers belong to one consumer, from the records that show them together."""
    with workspace() as opened, progress() as tell:
        resolved = resolve_links(opened, full=full, progress=tell)
    if as_json:
        emit(asdict(resolved))
    else:
        out().print(
            f"{resolved.consumers:,} consumers of {resolved.identifiers:,} identifiers and {resolved.links:,} links"
            f" (version {resolved.identity_version}, {resolved.changed:,} changed, {resolved.seconds:.1f} s)."
        )
        suggest(*_after_resolve(resolved.refused))
    return REFUSALS if resolved.refused else DONE


@group.command("show")
def show(
    who: Annotated[str, typer.Argument(metavar="WHO", help="identifier_id, consumer_id or namespace:value.")],
    as_json: AsJson = False,
) -> int:
    """Show one consumer: identifiers (masked), the links with their evidence, what was refused."""
    with workspace() as opened:
        shown = show_consumer(opened, who)
    if as_json:
        emit(asdict(shown))
    else:
        _show(shown)
    return DONE


@group.command("unlink")
def unlink(
    a: Annotated[int, One],
    reason: Reason,
    b: Annotated[int | None, Other] = None,
    restore: Restore = False,
    as_json: AsJson = False,
) -> int:
    """Take a link back: the next resolve gives the consumers there would be without it. No fact is touched."""
    with workspace() as opened:
        if b is None:
            decided = (links.rejoin if restore else links.split)(opened, a, reason, now())
        else:
            decided = [(links.relink if restore else links.unlink)(opened, a, b, reason, now())]
    if as_json:
        emit({"decisions": [_decision(decision, opened) for decision in decided]})
    else:
        out().print(f"{len(decided)} link(s) {'restored' if restore else 'taken back'}.")
        suggest(f"siyu resolve{suffix()}", "and then measure, to see the difference")
    return DONE


@group.command("review")
def review(limit: Limit = 20, as_json: AsJson = False) -> int:
    """List the links that guards refused, by the people they would merge, and consumers near the size cap."""
    with workspace() as opened:
        found = review_links(opened, limit=limit)
    if as_json:
        emit({**asdict(found), "retracted": [_decision(decision, opened) for decision in found.retracted]})
    else:
        rows = [_group_row(group) for group in found.groups]
        table(f"{found.refused_total:,} refused links in {found.groups_total:,} groups", GROUP_COLUMNS, rows)
        large = [(str(one.consumer_id), one.identifiers) for one in found.large]
        if large:
            table(f"{found.large_total:,} large consumers", ("consumer_id", "identifiers"), large)
        taken = [(str(d.a), str(d.b), d.reason) for d in found.retracted]
        if taken:
            table(f"{found.retracted_total:,} links taken back", ("a", "b", "reason"), taken)
    return REFUSALS if found.refused_total else DONE


def _decision(decision: Decision, workspace: Workspace) -> dict[str, Any]:
    """A decision as JSON gives it: when it was taken as a time of the brand's zone."""
    taken = datetime_of(decision.decided_at, workspace.settings.zone)
    return {**asdict(decision), "decided_at": taken.isoformat()}


GROUP_COLUMNS = ("would merge", "links", "guard", "most named", "hub", "first reason")


def _group_row(group: RefusedGroup) -> tuple[str, ...]:
    guards = ", ".join(f"{name} {count}" for name, count in group.guards.items())
    reason = group.links[0].reason if group.links else ""
    hub = f"{group.hub_namespace} {group.hub_masked}"
    return f"{group.consumers:,} consumers", f"{group.refused:,}", guards, hub, str(group.hub), reason


def _show(shown: Shown) -> None:
    table(
        f"Consumer {shown.consumer_id} (version {shown.identity_version})",
        ("identifier_id", "namespace", "value"),
        [(str(i.identifier_id), i.namespace, i.masked) for i in shown.identifiers],
    )
    rows = [(str(k.a), str(k.b), k.source, k.records, "taken back" if k.taken_back else "") for k in shown.links]
    if rows:
        table("Links", ("a", "b", "source", "records", ""), rows)
    refused = [(str(r.a), str(r.b), r.guard, r.reason) for r in (*shown.refused, *shown.retracted)]
    if refused:
        table("Kept apart", ("a", "b", "guard", "reason"), refused)
    table("Facts", ("kind", "rows"), [(kind, f"{count:,}") for kind, count in shown.facts.items()])


def _after_resolve(refused: int) -> tuple[str, str]:
    if refused:
        return f"siyu identity review{suffix()}", f"shows {refused:,} links that were refused"
    return f"siyu measure{suffix()}", "measures F, A, S and T"
