"""A real server on a free port of this machine: in a thread, or as a process that can be killed.

`python -m tests.api.serving WORKSPACE PORT` is that process.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from siyu.api.collect.collector import Collector
from siyu.api.collect.routes import router
from siyu.api.keys import Keyring
from siyu.api.reference.openapi import config, openapi_json
from siyu.api.refusals import HANDLERS
from siyu.api.writer import Writer, open_writer
from siyu.store.workspace import Workspace, open_workspace

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
#: Processes that start again and again compile their modules once.
COMPILED = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(ROOT / ".pytest_cache" / "compiled")}
#: Seconds a server may take to answer for the first time.
START_SECONDS = 60


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def application(workspace: Workspace, writer: Writer) -> Litestar:
    """The collector by itself."""
    collector = Collector(Keyring(workspace.operations), writer, now)
    return Litestar([router(collector), openapi_json], exception_handlers=HANDLERS, openapi_config=config(),
                    logging_config=None)  # fmt: skip


def run(work: Coroutine[Any, Any, T]) -> T:
    """What the work gives, on a loop in a thread of its own: in this one a browser's may run."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@contextlib.contextmanager
def served(app: Litestar) -> Iterator[str]:
    """An application behind a real server; gives its address."""
    port, loop = free_port(), asyncio.new_event_loop()
    server = _server(app, port)
    thread = threading.Thread(target=loop.run_until_complete, args=(server.serve(),), daemon=True)
    thread.start()
    wait_for(port)
    yield f"http://{HOST}:{port}"
    loop.call_soon_threadsafe(server.stop)
    thread.join()
    loop.close()


@contextlib.contextmanager
def process(directory: Path, port: int, first: Callable[[], None] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A server of a workspace as a process of its own, which does `first` first; killed at the end if it still runs."""
    command = [sys.executable, "-m", "tests.api.serving", str(directory), str(port)]
    running = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **COMPILED}, preexec_fn=first)
    try:
        wait_for(port)
        yield running
    finally:
        running.kill()
        running.wait()


def free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return free.getsockname()[1]


def wait_for(port: int) -> None:
    """Until somebody listens."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port)):
            return
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.02)


def _server(app: Litestar, port: int) -> Server:
    return Server(app, HOST, port, interface=Interfaces.ASGI, log_enabled=False, websockets=False, backpressure=1024)


def main(directory: str, port: str) -> None:
    with open_workspace(Path(directory)) as workspace:
        writer = open_writer(workspace)
        asyncio.run(_server(application(workspace, writer), int(port)).serve())


if __name__ == "__main__":
    main(*sys.argv[1:])
