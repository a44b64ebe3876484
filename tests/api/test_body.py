"""Bodies as networks bring them: packed, in pieces, slow, cut off, too large in either form."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import time
import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from siyu.api import body
from siyu.api.collect.calls import BODY_BYTES
from tests.api.conftest import Site

BATCH = json.dumps({"batch": [{"type": "track", "event": "e", "userId": "u"}]}).encode()
GZIPPED = gzip.compress(BATCH, mtime=0)  # without a time, which would name the tests anew each second


def packed(site: Site, content: bytes, encoding: str = "gzip") -> httpx.Response:
    return site.client.post("/v1/batch", content=content, headers={"Content-Encoding": encoding})


@pytest.mark.parametrize("encoding", ["gzip", "GZIP"])
def test_gzip_is_unpacked(site: Site, encoding: str):
    assert packed(site, gzip.compress(BATCH), encoding).json() == {"success": True}
    assert [a.body for a in site.arrived()] == [BATCH]


def test_a_small_body_that_unpacks_to_too_much_is_refused(site: Site):
    bomb = gzip.compress(b" " * 20_000_000, 9)
    assert len(bomb) < BODY_BYTES
    assert packed(site, bomb).status_code == 413
    assert packed(site, gzip.compress(BATCH.ljust(BODY_BYTES))).status_code == 200
    assert packed(site, gzip.compress(BATCH.ljust(BODY_BYTES + 1))).status_code == 413


@pytest.mark.parametrize("content", [
    b"", BATCH, zlib.compress(BATCH), GZIPPED[:-1], GZIPPED[:5], GZIPPED + b"x", GZIPPED * 2, GZIPPED[:-4] + b"0000",
], ids=range(8))  # fmt: skip
def test_what_is_not_one_whole_gzip_is_refused(site: Site, content: bytes):
    assert (packed(site, content).status_code, site.arrived()) == (400, [])


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_other_packings_are_refused(site: Site, encoding: str):
    assert packed(site, BATCH, encoding).status_code == 415


def test_a_body_in_many_pieces_without_a_length_is_taken(site: Site):
    def pieces() -> Iterator[bytes]:
        yield from (BATCH[place : place + 3] for place in range(0, len(BATCH), 3))

    assert site.client.post("/v1/batch", content=pieces()).status_code == 200
    assert [a.body for a in site.arrived()] == [BATCH]


def test_a_body_without_an_end_or_a_length_is_refused_once_it_is_too_large(site: Site):
    assert site.client.post("/v1/batch", content=iter([b" " * 65_536] * 20)).status_code == 413


@contextlib.contextmanager
def begun(site: Site, sent: bytes) -> Iterator[socket.socket]:
    """A request of which only a part of the body is sent."""
    address = urlsplit(site.url)
    lines = ["POST /v1/batch HTTP/1.1", "Host: x", f"Authorization: Bearer {site.key}", f"Content-Length: {len(BATCH)}"]
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + sent)
        yield connection


def test_a_body_that_does_not_come_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(body.read_body, "__defaults__", (0.2,))
    with begun(site, BATCH[:10]) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 408")
    assert site.arrived() == []


def test_a_sender_that_leaves_half_way_leaves_nothing_behind(site: Site):
    with begun(site, BATCH[:10]):
        pass
    assert site.client.post("/v1/batch", content=BATCH).status_code == 200
    assert [a.body for a in site.arrived()] == [BATCH]


def test_a_sender_that_does_not_wait_for_the_answer_is_kept(site: Site):
    with begun(site, BATCH):
        time.sleep(0.1)
    deadline = time.monotonic() + 10
    while not (arrived := site.arrived()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [a.body for a in arrived] == [BATCH]


def test_hundreds_of_slow_senders_hold_nobody_up(site: Site):
    with contextlib.ExitStack() as slow:
        for _ in range(300):
            slow.enter_context(begun(site, BATCH[:1]))
        assert site.client.post("/v1/batch", content=BATCH).status_code == 200
