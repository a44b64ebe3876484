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
from siyu.core.errors import AccessError
from siyu.sources.doors.wecom.address import checked
from siyu.sources.doors.wecom.client import Client, Corp
from siyu.sources.doors.wecom.sync import sync as sync_lists
from siyu.store import hooks
from siyu.store.workspace import Workspace

SECRET = "SIYU_WECOM_SECRET"

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
    return Client(_corp(opened), sleep=time.sleep, clock=time.monotonic)


def _corp(opened: Workspace) -> Corp:
    """Whose contacts they are: the corp and its secret, from settings and environment, else from the hook of WeCom."""
    settings = opened.settings
    corp_id, secret = settings["wecom.corp_id"], os.environ.get(SECRET, "").strip()
    if not (corp_id and secret):
        kept = _kept(opened, corp_id)
        corp_id, secret = corp_id or kept.get("corp_id", ""), secret or kept.get("corp_secret", "")
    lacking = [name for name, value in (("wecom.corp_id in siyu.toml", corp_id), (SECRET, secret)) if not value]
    if lacking:
        raise AccessError(f"WeCom is not connected: {' and '.join(lacking)} is missing.",
                          remedy=f"Put corp_id under [wecom] in siyu.toml and the app's secret into {SECRET}, or make "
                                 "a hook: siyu hook create --door wecom.")  # fmt: skip
    return Corp(checked(settings["wecom.base_url"], allow_loopback=settings["wecom.allow_loopback"]), corp_id, secret)


def _kept(opened: Workspace, corp_id: str) -> dict[str, str]:
    """The secrets of the hook of this corp, or of the only one; {} if none. AccessError if there are several."""
    found = [hook.secrets for hook in hooks.of_door(opened.operations, opened.keys, "wecom")]
    found = [secrets for secrets in found if corp_id in ("", secrets["corp_id"])]
    if len({(secrets["corp_id"], secrets["corp_secret"]) for secrets in found}) > 1:
        raise AccessError("Several hooks of WeCom are in force, with different corps or secrets.",
                          remedy=f"Say which corp by wecom.corp_id in siyu.toml, and give its secret by {SECRET}.")
    return found[0] if found else {}
