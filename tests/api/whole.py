"""The whole application over a small brand: every address, a key of each scope, a worker that only answers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from siyu.api import keys
from siyu.api.app import application
from siyu.api.requests import Requests
from siyu.api.serve import at_work
from siyu.api.site import Site
from siyu.core.identifiers import identifier_id
from siyu.store.workspace import Workspace, create
from tests.api.serving import now, served
from tests.sources.arrivals import take

LIN, ANNA = "13800001234", "13900000001"


@dataclass(frozen=True)
class Whole:
    """A served brand of two members. keys: the text of a key by its scope, `revoked` among them."""

    site: Site
    url: str
    client: httpx.Client
    keys: dict[str, str]

    @property
    def workspace(self) -> Workspace:
        return self.site.workspace

    def id_of(self, phone: str) -> int:
        """The identifier of a phone."""
        return identifier_id(self.workspace.keys.key("phone", f"+86{phone}"))

    def call(self, method: str, path: str, scope: str = "admin", **more) -> httpx.Response:
        """A request with a key, or with none."""
        headers = {"Authorization": f"Bearer {self.keys[scope]}"} if scope in self.keys else {}
        return self.client.request(method, path, headers=headers, **more)


@contextlib.contextmanager
def serve_whole(folder: Path) -> Iterator[Whole]:
    """Such a brand in a folder, until the end of the block."""
    with create(folder / "brand") as workspace:
        take(workspace, folder, "members.csv", f"""joined_at,tier,id.member_card,id.phone
            2026-01-01 10:00,gold,c1,{LIN}
            2026-01-02 10:00,silver,c2,{ANNA}""", now=now())
        texts = {scope: keys.create(workspace.operations, scope, scope, now()) for scope in keys.SCOPES}
        texts["revoked"] = keys.create(workspace.operations, "gone", "admin", now())
        keys.revoke(workspace.operations, keys.listed(workspace.operations)[-1].key_id, now())
        workspace.close_warehouse()  # it is the worker's
        with (at_work(workspace, now, []) as site, served(Requests(application(site))) as url,
              httpx.Client(base_url=url, timeout=60) as client):  # fmt: skip
            yield Whole(site, url, client, texts)
