"""What the collector acknowledges durably: events a second, latency at a given rate, memory and CPU while idle.

`python bench/collect.py [--seconds 8] [--rate 5000]`; beside it, in one run, a bare server behind the same granian
that writes the same bodies to SQLite with synchronous=FULL and does no more. Loopback only. Latency counts from
the instant at which a request was due, so that a server that stalls cannot hide it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import json
import math
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from siyu.api import keys
from siyu.api.collect.collector import Collector
from siyu.api.collect.routes import router
from siyu.api.keys import Keyring
from siyu.api.refusals import HANDLERS
from siyu.api.writer import open_writer
from siyu.store.workspace import create, open_workspace

HOST, BATCH, CONNECTIONS, IDLE_SECONDS = "127.0.0.1", 50, 32, 5
TICKS = os.sysconf("SC_CLK_TCK")
HEAD = """| server | events/s | CPU ms per 1,000 | p50 ms | p99 ms | idle MB | idle CPU |
|---|---:|---:|---:|---:|---:|---:|"""
MAKE = "CREATE TABLE arrival(arrival_id INTEGER PRIMARY KEY, received_at INTEGER, body BLOB)"
PUT = "INSERT INTO arrival(received_at, body) VALUES(?, ?)"


@dataclass(frozen=True)
class Measured:
    """One server: events a second flat out with the CPU of a thousand, milliseconds at the rate, and at rest."""

    name: str
    events_s: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float
    rss_mb: float
    idle_cpu: float


def main() -> None:
    """Measure both servers and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rate", type=int, default=5000, help="events a second at which latency is measured")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        SERVERS[asked.serve[0]](Path(asked.serve[1]), int(asked.serve[2]))
        return
    found = [_measured(name, asked.seconds, asked.rate) for name in SERVERS]
    print(f"batches of {BATCH}, {CONNECTIONS} connections, {asked.seconds:g} s; latency at {asked.rate:,} events/s")
    print(HEAD)
    for one in found:
        print(f"| {one.name} | {one.events_s:,.0f} | {one.cpu_ms:.1f} | {one.p50_ms:.1f} | {one.p99_ms:.1f} | "
              f"{one.rss_mb:.0f} | {one.idle_cpu:.1%} |")  # fmt: skip
    print(f"ratio of events/s, siyu to bare: {found[0].events_s / found[1].events_s:.2f}")


def _measured(name: str, seconds: float, rate: int) -> Measured:
    with tempfile.TemporaryDirectory(prefix="siyu-bench-") as folder:
        directory = Path(folder) / "brand"
        with create(directory) as workspace:
            key = keys.create(workspace.operations, "bench", "collect", dt.datetime.now(dt.UTC))
        with _serving(name, directory) as (port, process):
            asyncio.run(_flat_out(port, _requests(key), 1))  # warm
            time.sleep(1)
            before = cpu(process)
            time.sleep(IDLE_SECONDS)
            idle, rss, before = (cpu(process) - before) / IDLE_SECONDS, rss_mb(process), cpu(process)
            events, took = asyncio.run(_flat_out(port, _requests(key), seconds))
            cpu_ms = (cpu(process) - before) / events * 1e6
            waits = sorted(asyncio.run(_at_rate(port, _requests(key), seconds, rate)))
    return Measured(name, events / took, cpu_ms, quantile(waits, 0.5), quantile(waits, 0.99), rss, idle)


@contextlib.contextmanager
def _serving(name: str, directory: Path) -> Iterator[tuple[int, int]]:
    """A server in a process of its own; its port and process id."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    running = subprocess.Popen([sys.executable, __file__, "--serve", name, str(directory), str(port)])
    try:
        while True:
            with contextlib.suppress(OSError), socket.create_connection((HOST, port)):
                break
            time.sleep(0.05)
        yield port, running.pid
    finally:
        running.terminate()
        running.wait()


# -- the load


def _requests(key: str) -> list[bytes]:
    """Requests as they go over the wire, each with its own events."""
    return [_request(key, [event(n * BATCH + i) for i in range(BATCH)]) for n in range(100)]


def event(number: int) -> dict[str, Any]:
    return {"type": "track", "event": "Product Viewed", "messageId": f"bench-{number:032d}", "userId": f"c-{number}",
            "timestamp": "2026-06-30T12:00:00.000Z", "context": {"page": {"path": "/item", "title": "商品"}},
            "properties": {"product_id": f"p-{number % 997}", "price": 59.9, "currency": "CNY"}}  # fmt: skip


def _request(key: str, events: list[dict[str, Any]]) -> bytes:
    body = json.dumps({"batch": events, "sentAt": "2026-06-30T12:00:01.000Z"}, ensure_ascii=False).encode()
    head = (f"POST /v1/batch HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")  # fmt: skip
    return head.encode() + body


async def _flat_out(port: int, requests: list[bytes], seconds: float) -> tuple[int, float]:
    """Events acknowledged, and the seconds it took, each connection sending as soon as it is answered."""
    start, acknowledged = time.perf_counter(), 0

    async def send(number: int) -> None:
        nonlocal acknowledged
        reader, writer = await asyncio.open_connection(HOST, port)
        while time.perf_counter() - start < seconds:
            await _ask(reader, writer, requests[number % len(requests)])
            acknowledged, number = acknowledged + BATCH, number + 1
        writer.close()

    await asyncio.gather(*map(send, range(CONNECTIONS)))
    return acknowledged, time.perf_counter() - start


async def _at_rate(port: int, requests: list[bytes], seconds: float, rate: int) -> list[float]:
    """Milliseconds from the instant each request was due to its answer."""
    count, start, waits = int(seconds * rate / BATCH), time.perf_counter() + 0.1, []

    async def send(first: int) -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        for number in range(first, count, CONNECTIONS):
            due = start + number * BATCH / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await _ask(reader, writer, requests[number % len(requests)])
            waits.append((time.perf_counter() - due) * 1000)
        writer.close()

    await asyncio.gather(*map(send, range(CONNECTIONS)))
    return waits


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    assert json.loads(await reader.readexactly(length)) == {"success": True}


def quantile(rising: list[float], share: float) -> float:
    return rising[math.ceil(share * len(rising)) - 1]


# -- the servers


def _ours(directory: Path, port: int) -> None:
    with open_workspace(directory) as workspace:
        collector = Collector(Keyring(workspace.operations), open_writer(workspace), lambda: dt.datetime.now(dt.UTC))
        _run(Litestar([router(collector)], exception_handlers=HANDLERS, openapi_config=None, logging_config=None), port)


def _bare(directory: Path, port: int) -> None:
    """No key, no check, no cipher: the body as it came, in groups, one thread that commits."""
    waiting: list[tuple[bytes, asyncio.Future[None]]] = []
    changed = threading.Condition()

    def write() -> None:
        connection = sqlite3.connect(directory / "bare.sqlite", isolation_level=None)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", MAKE):
            connection.execute(statement)
        while True:
            with changed:
                changed.wait_for(lambda: waiting)
                group = waiting[:]
                waiting.clear()
            connection.execute("BEGIN")
            connection.executemany(PUT, [(time.time_ns() // 1000, body) for body, _ in group])
            connection.execute("COMMIT")
            group[0][1].get_loop().call_soon_threadsafe(lambda done=group: [each.set_result(None) for _, each in done])

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        kept = asyncio.get_running_loop().create_future()
        with changed:
            waiting.append((body, kept))
            changed.notify()
        await kept
        headers = [(b"content-type", b"application/json"), (b"content-length", b"16")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"success":true}'})

    threading.Thread(target=write, daemon=True).start()
    _run(app, port)


def _run(app: Any, port: int) -> None:
    options: dict[str, Any] = {"log_enabled": False, "websockets": False, "backpressure": 1024}
    server = Server(app, HOST, port, interface=Interfaces.ASGINL, **options)
    asyncio.run(server.serve())


SERVERS = {"siyu": _ours, "bare": _bare}


# -- what the machine says of a process


def cpu(process: int) -> float:
    """Seconds of CPU so far, user and system."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    main()
