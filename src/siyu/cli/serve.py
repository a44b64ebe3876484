"""The command of the server: serve."""

from __future__ import annotations

from typing import Annotated

import typer

from siyu.api import keys, logs
from siyu.api.serve import Address, address_of
from siyu.api.serve import serve as run
from siyu.cli.context import now, suffix, workspace
from siyu.cli.errors import DONE
from siyu.cli.output import out, say, suggest
from siyu.core.errors import SiyuError, did_you_mean
from siyu.store.workspace import Workspace

Port = Annotated[
    int, typer.Option("--port", metavar="P", min=0, max=65535, help="Port to listen at; 0 = any that is free.")
]
Host = Annotated[str, typer.Option("--host", metavar="H", help="Address to listen at; the default: this machine only.")]
Level = Annotated[str, typer.Option("--log-level", metavar="LEVEL", help="debug, info, warning or error.")]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(serve)


def serve(port: Port = 8000, host: Host = "127.0.0.1", log_level: Level = "info") -> int:
    """Run the server: take events, load them, do the day's work, answer. Ctrl-C (or SIGTERM) stops it gracefully."""
    if log_level not in logs.LEVELS:
        expected = ", ".join(logs.LEVELS)
        raise SiyuError(f"--log-level: expected one of {expected}; found '{log_level}'."
                        f"{did_you_mean(log_level, logs.LEVELS)}")  # fmt: skip
    address = address_of(host, port)
    logs.configure(log_level)
    with workspace() as opened:
        run(opened, address, now=now, ready=lambda: _ready(opened, address))
    say("Stopped; everything acknowledged is loaded or stands in the inbox.")
    return DONE


def _ready(opened: Workspace, address: Address) -> None:
    out().print(f"{opened.settings.brand} is served at {address.url} (health: {address.url}/health).", markup=False)
    if not address.local:
        say("Others can reach this address, and plain HTTP carries keys and personal data readable: put a proxy that "
            "speaks TLS in front, and listen at 127.0.0.1.")  # fmt: skip
    in_force = any(key.revoked_at is None for key in keys.listed(opened.operations))
    if in_force:
        suggest(f"siyu key list{suffix()}", "shows who may call; `siyu key create` makes more")
    else:
        suggest(f"siyu key create --scope collect --name web{suffix()}", "in another terminal; callers need a key")
