"""Commands of hooks: create, list, revoke. Secrets come from the environment or standard input, never as an option."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from siyu.api.admin import shown
from siyu.cli.context import AsJson, now, suffix, workspace
from siyu.cli.errors import DONE
from siyu.cli.output import emit, out, say, suggest, table
from siyu.core.errors import AccessError, did_you_mean
from siyu.store import hooks
from siyu.store.hookparts import PARTS, Part

Door = Annotated[str, typer.Option("--door", metavar="DOOR", help="Who calls: shopify, signed or wecom.")]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="Its name, in its address and as the source.")]
CorpId = Annotated[str, typer.Option("--corp-id", metavar="ID", help="WeCom: the corp id (企业ID).")]
Platform = Annotated[str, typer.Option("--platform", metavar="TEXT", help="Platform where a message says none.")]
Touchpoint = Annotated[str, typer.Option("--touchpoint", metavar="TEXT", help="Touchpoint where a message says none.")]
Domain = Annotated[str, typer.Option("--domain", metavar="public|private", help="Domain where a message says none.")]
Namespace = Annotated[
    str, typer.Option("--user-namespace", metavar="TEXT", help="Shopify: namespace of its customers' numbers.")
]
Named = Annotated[str, typer.Argument(metavar="NAME", help="The hook.")]

#: Secrets of a hook by the environment variable that may give them: SIYU_HOOK_TOKEN ...
VARIABLE = "SIYU_HOOK_{}"

group = typer.Typer(name="hook", help="Addresses that other systems call.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    app.add_typer(group)


@group.callback()
def hook() -> None:
    """Addresses that Shopify, WeCom or systems of the brand call."""


@group.command("create")
def create(
    door: Door,
    name: Name,
    corp_id: CorpId = "",
    platform: Platform = "",
    touchpoint: Touchpoint = "",
    domain: Domain = "",
    user_namespace: Namespace = "",
    as_json: AsJson = False,
) -> int:
    """Make a hook. Its secrets are taken from SIYU_HOOK_... variables, or asked for on standard input."""
    given = {"platform": platform, "touchpoint": touchpoint, "domain": domain, "user_namespace": user_namespace}
    defaults = {key: value for key, value in given.items() if value}
    if door not in PARTS:
        guess = did_you_mean(door, list(PARTS))
        raise AccessError(f"--door: expected one of {', '.join(PARTS)}; found '{door}'.{guess}")
    with workspace() as opened:
        secrets = {part.name: _secret(part) if part.secret else corp_id for part in PARTS[door]}
        hooks.create(opened.operations, opened.keys, door, name, secrets, now=now(), defaults=defaults)
    if as_json:
        emit({"name": name, "door": door, "path": hooks.path_of(door, name)})
        return DONE
    out().print(f"Made. Its address is your server's, followed by {hooks.path_of(door, name)}", markup=False)
    suggest(f"siyu hook list{suffix()}", "shows all hooks")
    return DONE


@group.command("list")
def list_(as_json: AsJson = False) -> int:
    """List the hooks, the revoked ones too; secrets are never shown."""
    with workspace() as opened:
        rows = [shown.hook(one, opened.settings.zone) for one in hooks.listed(opened.operations)]
    if as_json:
        emit({"hooks": rows})
    elif rows:
        lines = [(r["name"], r["door"], r["path"], _day(r["created_at"]), _day(r["revoked_at"])) for r in rows]
        table("", ("name", "door", "path", "made", "revoked"), lines)
    else:
        say("There is no hook yet.")
        suggest(f"siyu hook create --door shopify --name NAME{suffix()}", "makes one")
    return DONE


@group.command("revoke")
def revoke(name: Named) -> int:
    """Take a hook out of force for good; its next call is refused."""
    with workspace() as opened:
        hooks.revoke(opened.operations, name, now=now())
    out().print(f"Hook '{name}' is revoked. Take its address out of the other system too.", markup=False)
    return DONE


def _secret(part: Part) -> str:
    """A secret from its variable, else from a line of standard input, which a terminal does not show."""
    variable = VARIABLE.format(part.name.upper())
    if given := os.environ.get(variable):
        return given.strip()
    if sys.stdin.isatty():
        return typer.prompt(f"{part.meaning[0].upper()}{part.meaning[1:]}", hide_input=True, err=True).strip()
    line = sys.stdin.readline()
    if not line:
        raise AccessError(f"{part.name} is missing: {part.meaning}.",
                          remedy=f"Set {variable}, or write it as a line of standard input.")
    return line.strip()


def _day(at: str | None) -> str:
    return (at or "")[: len("2026-01-01")]
