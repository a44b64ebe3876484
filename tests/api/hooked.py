"""A served workspace with a hook of each door, and calls as their senders sign them."""

from __future__ import annotations

import base64
import contextlib
import hmac
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from siyu.api.refusals import HANDLERS
from siyu.api.webhooks.receiver import Receiver
from siyu.api.webhooks.routes import router
from siyu.api.webhooks.signed import signature
from siyu.api.writer import Writer, open_writer
from siyu.cli.main import run
from siyu.store import hooks
from siyu.store.inbox import Arrival
from siyu.store.workspace import Workspace, create, open_workspace
from tests.api.serving import now, served

SECRET = "planted-secret-value"
#: The server of the guides.
HOST = "https://siyu.brand.cn"
CALLING = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")),
                             reason="curl or openssl is not installed")  # fmt: skip
WECOM = {"corp_id": "wx5823bf96d3bd56c7", "token": "QDG6eK", "corp_secret": "s" * 43,
         "encoding_aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}  # fmt: skip


def make_hooks(workspace: Workspace) -> None:
    """One hook of each door, named after it."""
    for door, secrets in (("shopify", {"secret": SECRET}), ("signed", {"secret": SECRET}), ("wecom", WECOM)):
        hooks.create(workspace.operations, workspace.keys, door, door, secrets, now=now(),
                     defaults={} if door == "wecom" else {"platform": "site"})  # fmt: skip


def application(workspace: Workspace, writer: Writer) -> Litestar:
    """The webhooks by themselves."""
    receiver = Receiver(workspace, writer, now)
    return Litestar([router(receiver)], exception_handlers=HANDLERS, logging_config=None)


@contextlib.contextmanager
def as_shown(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch, calls: int = 1) -> Iterator[Workspace]:
    """A workspace whose hook was made, and then called so often, as a page of the guides shows it."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SIYU_HOOK_SECRET", SECRET)
    create(folder / "my-brand").close()
    [made] = re.findall(r"^\$ siyu (hook create .*)$", page, re.MULTILINE)
    [sent] = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    assert run(shlex.split(made)) == 0
    with open_workspace(folder / "my-brand") as workspace:
        writer = open_writer(workspace)
        with served(application(workspace, writer)) as url:
            for _ in range(calls):
                call = ["sh", "-c", sent.replace(HOST, url)]
                ran = subprocess.run(call, capture_output=True, text=True, check=True)
                assert json.loads(ran.stdout) == {"success": True}
        writer.close()
        yield workspace


@dataclass
class Hooked:
    """A served workspace with hooks, and a client."""

    workspace: Workspace
    client: httpx.Client
    url: str = ""
    secret: str = field(default=SECRET, repr=False)

    def arrived(self, door: str) -> list[Arrival]:
        """What is kept and not yet taken, in order; it is taken."""
        taken: list[Arrival] = []
        while claim := self.workspace.inbox.claim(door):
            taken += claim.arrivals
            self.workspace.inbox.settle(claim.token)
        return taken

    def shopify(self, topic: str, body: Any, *, path: str = "/hooks/shopify/shopify", **headers: str) -> httpx.Response:
        """A delivery as Shopify signs it; headers by their last word (`webhook_id`)."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        digest = hmac.digest(self.secret.encode(), raw, "sha256")
        named = {"topic": topic, "shop-domain": "tea.myshopify.com", "webhook-id": "w-1",
                 "hmac-sha256": base64.b64encode(digest).decode(),
                 **{name.replace("_", "-"): value for name, value in headers.items()}}  # fmt: skip
        return self.client.post(path, content=raw, headers={f"X-Shopify-{name}": v for name, v in named.items()})

    def signed(self, body: Any, *, at: float | None = None, path: str = "/hooks/signed/signed",
               sign: str | None = None) -> httpx.Response:  # fmt: skip
        """A call as a system of the brand signs it."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        timestamp = str(int(now().timestamp() if at is None else at))
        found = signature(self.secret, timestamp, raw) if sign is None else sign
        return self.client.post(path, content=raw, headers={"X-Siyu-Timestamp": timestamp, "X-Siyu-Signature": found})
