"""Commands of WeCom: sync. The secret comes from the environment or a hook, never as an option."""

from __future__ import annotations

import os
import time
from typing import Annotated

import typer

from siyu.cli.context import AsJson, now, workspace
from siyu.cli.errors import DONE, REFUSALS
from siyu.cli.output import emit, progress
from siyu.cli.sources import AllowDrop, show
from siyu.sources.doors.wecom.client import Client
from siyu.sources.doors.wecom.corp import corp_of
from siyu.sources.doors.wecom.sync import sync as sync_lists
from siyu.store.workspace import Workspace

Contacts = Annotated[bool, typer.Option("--contacts", help="Only the contacts of the staff.")]
Groups = Annotated[bool, typer.Option("--groups", help="Only the customer groups.")]

group = typer.Typer(name="wecom", help="What WeCom knows of customers.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    app.add_typer(group)


@group.callback()
def wecom() -> None:
    """What WeCom (企业微信) knows: contacts of the staff, and customer groups."""


@group.command("sync")
def sync(contacts: Contacts = False, groups: Groups = False, allow_drop: AllowDrop = False,
         as_json: AsJson = False) -> int:  # fmt: skip
    """Read all contacts and all groups from WeCom; who is absent has left. Safe to repeat."""
    every = contacts == groups
    with workspace() as opened, progress() as tell, _client(opened) as client:
        loaded = sync_lists(opened, client, contacts=contacts or every, groups=groups or every,
                            allow_drop=allow_drop, now=now(), progress=tell)  # fmt: skip
    if as_json:
        emit(loaded.as_json())
    else:
        show(loaded)
    return REFUSALS if loaded.refused else DONE


def _client(opened: Workspace) -> Client:
    return Client(corp_of(opened, os.environ), sleep=time.sleep, clock=time.monotonic)
