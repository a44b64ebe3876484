"""How soon an acknowledged event is in a measure, while others arrive; and what `siyu serve` costs at rest.

`python bench/visible.py [--rate 1000] [--probes 20]`: the whole server in a process of its own, with a brand that has
a history. Events arrive at the rate; now and then one person joins, and from that acknowledgement on the measure is
asked until it counts the person. Loopback only, the load generator on the same cores.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from collect import BATCH, IDLE_SECONDS, cpu, event, quantile, rss_mb
from siyu.api import keys
from siyu.core.settings import defaults
from siyu.store.workspace import create

#: The brand's zone: its day is asked about.
ZONE = defaults().zone
#: Seconds between two joiners.
PAUSE = 2.0
HISTORY = 20_000
HEAD = """| events/s | probes | p50 s | p95 s | longest s | idle MB | idle CPU | MB after |
|---:|---:|---:|---:|---:|---:|---:|---:|"""


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=1000, help="events a second that arrive meanwhile")
    parser.add_argument("--probes", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="siyu-bench-") as folder:
        directory = Path(folder) / "brand"
        with create(directory) as workspace:
            collect, read = (keys.create(workspace.operations, s, s, _now()) for s in ("collect", "read"))
        with _serving(directory) as (url, process):
            asyncio.run(_history(url, collect, read))
            time.sleep(IDLE_SECONDS * 3)  # until it has given back what the work needed, a third of a second once
            before = cpu(process)
            time.sleep(IDLE_SECONDS * 4)
            idle, rss = (cpu(process) - before) / (IDLE_SECONDS * 4), rss_mb(process)
            waits = sorted(asyncio.run(_probed(url, collect, read, asked.rate, asked.probes)))
            after = rss_mb(process)
    usual, late = quantile(waits, 0.5), quantile(waits, 0.95)
    print(HEAD)
    print(f"| {asked.rate:,} | {len(waits)} | {usual:.2f} | {late:.2f} | {waits[-1]:.2f} | {rss:.0f} | {idle:.2%} | "
          f"{after:.0f} |")  # fmt: skip


@contextlib.contextmanager
def _serving(directory: Path) -> Iterator[tuple[str, int]]:
    """`siyu serve` of a workspace on a free port; its address and process id."""
    command = [sys.executable, "-m", "siyu", "serve", "--port", "0", "-C", str(directory)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ)
    try:
        assert running.stdout is not None
        line = running.stdout.readline()
        yield line.split(" is served at ")[1].split()[0], running.pid
    finally:
        running.terminate()
        running.wait()


async def _history(url: str, collect: str, read: str) -> None:
    """Events of a brand's first hours, loaded and measured once."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        for first in range(0, HISTORY, BATCH):
            await _send(client, collect, [event(n) for n in range(first, first + BATCH)])
        await _joined(client, read)


async def _probed(url: str, collect: str, read: str, rate: int, probes: int) -> list[float]:
    """Seconds from each acknowledgement to the answer that counts it."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        arriving = asyncio.create_task(_arriving(client, collect, rate))
        waits = []
        for probe in range(probes):
            await asyncio.sleep(PAUSE)
            await _send(client, collect, [_joiner(probe)])
            acknowledged = time.perf_counter()
            while await _joined(client, read) <= probe:
                pass
            waits.append(time.perf_counter() - acknowledged)
            print(f"probe {probe + 1} of {probes}: {waits[-1]:.2f} s", file=sys.stderr)
            if arriving.done():
                arriving.result()
        arriving.cancel()
    return waits


async def _arriving(client: httpx.AsyncClient, collect: str, rate: int) -> None:
    number, start = HISTORY, time.perf_counter()
    while True:
        await asyncio.sleep(max(0.0, start + (number - HISTORY) / rate - time.perf_counter()))
        await _send(client, collect, [event(n) for n in range(number, number + BATCH)])
        number += BATCH


async def _send(client: httpx.AsyncClient, key: str, calls: list[dict]) -> None:
    body = {"batch": calls, "sentAt": _now().isoformat()}
    answer = await client.post("/v1/batch", json=body, headers={"Authorization": f"Bearer {key}"})
    assert answer.json() == {"success": True}, answer.text


def _joiner(number: int) -> dict:
    name = f"joiner-{number}"
    said = {"relation_type": "member", "touchpoint": "site"}
    return {"type": "track", "event": "Relation Started", "messageId": name, "userId": name,
            "timestamp": _now().isoformat(), "properties": said}  # fmt: skip


async def _joined(client: httpx.AsyncClient, read: str) -> int:
    """How many members the measure of today counts."""
    asked = {"as_of": _now().astimezone(ZONE).date().isoformat()}
    answer = await client.get("/api/v1/measure", params=asked, headers={"Authorization": f"Bearer {read}"})
    assert answer.status_code == 200, answer.text
    return answer.json()["fast_plus"]["F"]["by_relation_type"].get("member", 0)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


if __name__ == "__main__":
    main()
