"""The server as a process: it starts once, stops gracefully under load, survives kills, and logs nothing personal."""

from __future__ import annotations

import datetime as dt
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from siyu.api import keys
from siyu.api.requests import new_id
from siyu.core.identifiers import scrub
from siyu.sources.live import drain
from siyu.store.workspace import create, open_workspace
from tests.api.process import NEVER, Served, serving, siyu, wait_until
from tests.api.sending import Senders
from tests.api.serving import now

PERSONAL = ("13800001234", "lin@example.com")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("served") / "brand"
    create(path).close()
    return path


@pytest.fixture(scope="module")
def server(directory: Path) -> Iterator[Served]:
    """The server that the tests of this module share."""
    with serving(directory, directory.parent / "log", "--log-level", "debug") as running:
        yield running


@pytest.fixture
def client(server: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=NEVER) as opened:
        yield opened


def made(directory: Path, scope: str) -> str:
    return json.loads(siyu("key", "create", "--scope", scope, "--json", directory=directory).stdout)["key"]


def test_nobody_can_call_without_a_key_and_a_key_made_meanwhile_is_taken(server, client, directory):
    call = {"event": "Look", "userId": "u", "messageId": "a"}
    assert client.post("/v1/track", json=call).status_code == 401
    assert client.post("/v1/track", json=call, auth=(made(directory, "collect"), "")).json() == {"success": True}


@pytest.mark.slow
def test_a_key_that_is_revoked_meanwhile_is_refused_within_seconds(server, client, directory):
    made(directory, "collect")
    key = made(directory, "collect")
    call = {"event": "Look", "userId": "u"}
    assert client.post("/v1/track", json=call, auth=(key, "")).status_code == 200
    [number] = [k["id"] for k in json.loads(siyu("key", "list", "--json", directory=directory).stdout)["keys"]][-1:]
    assert siyu("key", "revoke", number, directory=directory).returncode == 0
    wait_until(lambda: client.post("/v1/track", json=call, auth=(key, "")).status_code == 401)


def test_what_is_acknowledged_is_in_the_next_measure_and_query(server, client, directory):
    sent = {"event": "Relation Started", "userId": "r1", "messageId": "r1", "properties": {"relation_type": "fan"}}
    assert client.post("/v1/track", json=sent, auth=(made(directory, "collect"), "")).status_code == 200
    reader = {"Authorization": f"Bearer {made(directory, 'read')}"}
    asked = {"sql": "SELECT relation_type, identifier_id FROM relations"}
    found = client.post("/api/v1/query", json=asked, headers=reader).json()
    assert (found["of"], found["rows"][0]["relation_type"]) == (1, "fan")
    shapes = {"sql": "SELECT 7::HUGEINT AS sum, 1.5::DECIMAL(4, 2) AS part, [1::BIGINT << 60] AS ids"}
    told = client.post("/api/v1/query", json=shapes, headers=reader).json()["rows"]
    assert told == [{"sum": 7, "part": 1.5, "ids": [str(2**60)]}]
    no_date = client.post("/api/v1/query", json={"sql": "SELECT DATE '99999-01-01' AS x"}, headers=reader)
    assert (no_date.status_code, "outside the years" in no_date.text) == (400, True)
    later = f"{now() + dt.timedelta(days=2):%Y-%m-%d}"  # tomorrow of UTC may be today of the brand
    to_come, too_early = (client.get("/api/v1/measure", params={"as_of": day}, headers=reader)
                          for day in (later, "1899-12-31"))  # fmt: skip
    measured = client.get("/api/v1/measure", headers=reader)
    assert measured.json()["fast_plus"]["F"]["relation_gross"] in (0, 1)
    assert (to_come.status_code, too_early.status_code) == (400, 400)
    assert "from 1900-01-01 on" in too_early.text


@pytest.mark.slow
def test_only_a_key_that_reads_may_read(server, client, directory):
    collecting = {"Authorization": f"Bearer {made(directory, 'collect')}"}
    assert client.get("/api/v1/measure").status_code == 401
    assert client.get("/api/v1/measure", headers=collecting).status_code == 403
    reader = {"Authorization": f"Bearer {made(directory, 'admin')}"}
    refused = client.post("/api/v1/query", json={"sql": "DROP TABLE orders"}, headers=reader)
    assert (refused.status_code, refused.json()["code"]) == (400, "refused")


def test_every_address_is_described_and_says_whom_it_is_for(server, client):
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/v1/batch", "/health", "/api/v1/measure", "/api/v1/query"} <= set(paths)
    assert "measure" in client.get("/docs?lang=en").text


@pytest.mark.slow
def test_a_second_server_is_told_who_holds_the_warehouse(server, directory):
    second = siyu("serve", "--port", "0", directory=directory)
    assert second.returncode == 2
    assert f"process {server.process.pid}" in second.stderr


@pytest.mark.slow
def test_an_address_that_is_taken_is_refused_before_anything_is_opened(server, directory):
    port = server.url.rsplit(":", 1)[1]
    taken = siyu("serve", "--port", port, directory=directory)
    assert taken.returncode == 2
    assert "cannot be listened at" in taken.stderr


def test_the_log_names_routes_and_never_what_is_sent(server, client, directory):
    key = made(directory, "collect")
    traits = {"phone": PERSONAL[0], "email": PERSONAL[1]}
    client.post("/v1/identify", json={"userId": PERSONAL[1], "traits": traits}, auth=(key, ""))
    client.post("/v1/track", json={"event": PERSONAL[0]}, auth=(PERSONAL[0], ""))
    client.get(f"/nowhere/{PERSONAL[1]}?phone={PERSONAL[0]}&token={key}")
    wait_until(lambda: {"/v1/identify", "/v1/track", "(none)"} <= {line.get("route") for line in server.logged()})
    wait_until(lambda: any(line["event"] == "live.loaded" for line in server.logged()))
    text = server.log.read_text(encoding="utf-8")
    assert not [word for word in (*PERSONAL, key, "userId") if word in text]
    told = [line for line in server.logged() if line["event"] == "http.request"]
    assert told
    assert all({"request_id", "route", "method", "status", "ms"} <= set(line) for line in told)


def test_an_answer_carries_the_id_that_its_line_in_the_log_has(server, client):
    number = client.get("/nowhere").headers["x-request-id"]
    wait_until(lambda: any(line.get("request_id") == number for line in server.logged()))


def test_an_id_of_a_request_is_never_hidden_as_a_phone_nor_taken_from_the_client(client):
    assert [one for one in (new_id() for _ in range(20_000)) if scrub(one) != one] == []
    assert client.get("/health", headers={"X-Request-Id": PERSONAL[0]}).headers["x-request-id"] != PERSONAL[0]


@pytest.mark.slow
def test_stopped_under_load_it_ends_well_with_everything_acknowledged_loaded(tmp_path: Path):
    directory = tmp_path / "brand"
    with create(directory) as workspace:
        key = keys.create(workspace.operations, "web", "collect", now())
    with serving(directory, tmp_path / "log") as server, Senders(server.url, key, "s") as senders:
        wait_until(lambda: len(senders.acknowledged) > 500)
        assert server.stop() == 0
    with open_workspace(directory) as workspace:
        assert workspace.inbox.waiting().messages == 0
        assert loaded(workspace) >= len(senders.acknowledged) > 0


@pytest.mark.slow
def test_killed_under_load_nothing_acknowledged_is_lost_or_stands_twice(tmp_path: Path):
    directory = tmp_path / "brand"
    with create(directory) as workspace:
        key = keys.create(workspace.operations, "web", "collect", now())
    with serving(directory, tmp_path / "log") as server, Senders(server.url, key, "k") as senders:
        wait_until(lambda: any(line["event"] == "live.loaded" for line in server.logged()))
        wait_until(lambda: len(senders.acknowledged) > 500)
        server.kill()
    with open_workspace(directory) as workspace:
        drain(workspace, now=now())
        keyed = workspace.warehouse.query("SELECT count(*) AS n, count(DISTINCT message_key) AS d FROM message")
        [row] = keyed.to_pylist()
        assert row["n"] == row["d"] >= len(senders.acknowledged)


@pytest.mark.slow
def test_a_sender_that_never_ends_its_request_holds_up_no_stop(tmp_path: Path):
    directory = tmp_path / "brand"
    create(directory).close()
    with serving(directory, tmp_path / "log") as server:
        host, port = server.url.removeprefix("http://").split(":")

        with socket.create_connection((host, int(port))) as held:
            held.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            assert server.stop() == 0


def loaded(workspace) -> int:
    """Messages that stand in the warehouse."""
    return workspace.warehouse.query("SELECT count(*) AS n FROM message").to_pylist()[0]["n"]
