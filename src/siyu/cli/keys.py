"""Commands of keys: create, list and revoke those of who calls over HTTP, also while `siyu serve` runs; and rotate,
which gives the workspace a new cipher key.
"""

from __future__ import annotations

import os
import shlex
from typing import Annotated

import typer

from siyu.api import keys
from siyu.api.admin import shown
from siyu.cli.context import AsJson, now, suffix, workspace
from siyu.cli.errors import DONE
from siyu.cli.options import LARGEST
from siyu.cli.output import emit, out, progress, say, suggest, table
from siyu.privacy.rotate import rotate as rotate_cipher_key
from siyu.store.workspace import KEYS_FILE, KEYS_VARIABLE

Scope = Annotated[str, typer.Option("--scope", metavar="collect|read|admin", help="What the key is for.")]
Name = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", help="Source its events carry, and whom the audit names; default: scope."),
]
Origin = Annotated[
    list[str] | None,
    typer.Option("--origin", metavar="URL", help="Web origin whose pages may send with it; may be repeated."),
]
Platform = Annotated[str | None, typer.Option("--platform", metavar="NAME", help="Platform of events that name none.")]
Touchpoint = Annotated[
    str | None, typer.Option("--touchpoint", metavar="NAME", help="Touchpoint of events that name none.")
]
Domain = Annotated[
    str | None, typer.Option("--domain", metavar="public|private", help="Domain of events that name none.")
]
UserNamespace = Annotated[
    str | None, typer.Option("--user-namespace", metavar="NAME", help="Namespace of its userId; without one, customer.")
]
Rate = Annotated[
    int | None, typer.Option("--rate", metavar="N", help="Requests a second; 0 = any number, as collect has by itself.")
]
KeyId = Annotated[int, typer.Argument(metavar="ID", max=LARGEST, help="The key's number, as `siyu key list` shows it.")]

HELP = "Keys of those who call over HTTP: create, list, revoke; a new cipher key: rotate."
group = typer.Typer(name="key", help=HELP, no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    app.add_typer(group)


@group.command("create")
def create(
    scope: Scope, name: Name = None, origin: Origin = None, platform: Platform = None, touchpoint: Touchpoint = None,
    domain: Domain = None, user_namespace: UserNamespace = None, rate: Rate = None, as_json: AsJson = False,
) -> int:  # fmt: skip
    """Make a key and show it, this once; only its hash is kept."""
    stated = {"platform": platform, "touchpoint": touchpoint, "domain": domain, "user_namespace": user_namespace}
    defaults = {field: value for field, value in stated.items() if value is not None}
    allowed = keys.usual_rate(scope) if rate is None else rate
    with workspace() as opened:
        key = keys.create(opened.operations, name or scope, scope, now(), defaults=defaults, origins=origin or (),
                          rate=allowed)  # fmt: skip
    if as_json:
        emit({"key": key, "name": name or scope, "scope": scope})
        return DONE
    out().print(key, markup=False)
    say("It is not shown again. Who has it may do what its scope says: keep it as a secret.")
    suggest(f"siyu serve{suffix()}", "takes what is sent with it")
    return DONE


@group.command("list")
def list_(as_json: AsJson = False) -> int:
    """List the keys, those revoked too; the keys themselves are kept nowhere."""
    with workspace() as opened:
        listed = [shown.key(key, opened.settings.zone) for key in keys.listed(opened.operations)]
    if as_json:
        emit({"keys": listed})
    elif listed:
        table("Keys", tuple(listed[0]), [[_cell(value) for value in row.values()] for row in listed])
    else:
        say("There is no key yet.")
        suggest(f"siyu key create --scope collect --name web{suffix()}", "makes one")
    return DONE


@group.command("revoke")
def revoke(key_id: KeyId, as_json: AsJson = False) -> int:
    """Take a key out of force, for good; a server that runs follows within seconds."""
    with workspace() as opened:
        revoked = shown.key(keys.revoke(opened.operations, key_id, now()), opened.settings.zone)
    if as_json:
        emit(revoked)
    else:
        out().print(f"Key {revoked['id']} ({revoked['name']}, {revoked['scope']}) is revoked.", markup=False)
        again = f"--scope {revoked['scope']} --name {shlex.quote(revoked['name'])}"
        suggest(f"siyu key create {again}{suffix()}", "makes another")
    return DONE


@group.command("rotate")
def rotate(as_json: AsJson = False) -> int:
    """Give the workspace a new cipher key: all that is sealed is sealed anew; cut off, run it again."""
    with workspace() as opened, progress() as tell:
        rotated = rotate_cipher_key(opened, actor="cli", now=now(), progress=tell)
    if as_json:
        emit({"resealed": vars(rotated)})
        return DONE
    rows = [(name.replace("_", " "), f"{count:,}") for name, count in vars(rotated).items()]
    table("Sealed anew", ("", "values"), rows)
    if os.environ.get(KEYS_VARIABLE):
        say(f"Nothing is sealed with the old key any more: leave it out of {KEYS_VARIABLE}.")
    else:
        say(f"{KEYS_FILE} holds the new key alone: keep a fresh copy of it elsewhere. Older backups still open.")
    suggest(f"siyu backup TO{suffix()}", "makes one that holds nothing of the old key")
    return DONE


def _cell(value: object) -> object:
    if isinstance(value, dict):
        return ", ".join(f"{name}={text}" for name, text in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else value
