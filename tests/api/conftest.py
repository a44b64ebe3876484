"""A workspace that is served, with a key for collecting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from siyu.api import keys
from siyu.api.writer import Writer, open_writer
from siyu.store.inbox import Arrival
from siyu.store.workspace import Workspace, create
from tests.api.serving import application, now, served
from tests.api.whole import Whole, serve_whole

PAGE = "https://www.brand.cn"


@dataclass
class Site:
    """A served workspace: its address, a client that carries its key, one that carries none, the key's text."""

    workspace: Workspace
    writer: Writer
    url: str
    client: httpx.Client
    nobody: httpx.Client
    key: str

    def arrived(self) -> list[Arrival]:
        """What is kept and not yet taken, in order; it is taken."""
        taken: list[Arrival] = []
        while claim := self.workspace.inbox.claim("segment"):
            taken += claim.arrivals
            self.workspace.inbox.settle(claim.token)
        return taken

    def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        """A JSON body without any Authorization."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.nobody.post(path, json=body, headers=named)


@pytest.fixture(scope="module")
def open_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site that the tests of a module share."""
    with create(tmp_path_factory.mktemp("site") / "brand") as workspace:
        key = keys.create(workspace.operations, "web", "collect", now(), origins=[PAGE], defaults={"platform": "site"})
        writer = open_writer(workspace)
        with (served(application(workspace, writer)) as url, httpx.Client(base_url=url, auth=(key, "")) as client,
              httpx.Client(base_url=url) as nobody):  # fmt: skip
            yield Site(workspace, writer, url, client, nobody, key)
        writer.close()


@pytest.fixture
def site(open_site: Site) -> Site:
    """A site to which nothing has been sent."""
    open_site.arrived()
    return open_site


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """A small brand served as `siyu serve` does it, without what repeats."""
    with serve_whole(tmp_path_factory.mktemp("whole")) as running:
        yield running
