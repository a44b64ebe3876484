"""`siyu serve`: one process that takes what arrives, loads it, runs what repeats and answers; and its end.

Stopping: no new connections, requests in hand are answered, what was acknowledged is loaded as far as the time goes,
stores are closed. Whatever is cut off by that time, or by a kill, stands on disk and is taken up at the next start.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import FrameType

import structlog
from granian.constants import Interfaces
from granian.server.embed import Server

from siyu.api.app import application
from siyu.api.keys import Keyring
from siyu.api.loops import load, loops
from siyu.api.requests import Requests
from siyu.api.site import Site
from siyu.api.writer import open_writer
from siyu.core.errors import ServeError
from siyu.core.time import instant_of
from siyu.jobs.loop import Loop, Say
from siyu.jobs.memory import share_one_allocator
from siyu.jobs.schedule import Schedule, Stopped, told_of
from siyu.jobs.worker import Worker
from siyu.store import audit
from siyu.store.workspace import Workspace

#: Seconds that requests in hand have to be answered, and that the worker has to end its work, once it is to stop.
REQUESTS_SECONDS, WORK_SECONDS = 10.0, 30.0
#: Requests that are taken at the same time; more wait in the listening socket.
BACKPRESSURE = 1024
#: Seconds between two looks whether the server listens.
LOOK_SECONDS = 0.02

Clock = Callable[[], dt.datetime]

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Address:
    """Where it listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it."""
        return ipaddress.ip_address(self.host).is_loopback


def serve(workspace: Workspace, address: Address, *, now: Clock, ready: Callable[[], None]) -> None:
    """Serve until a signal to stop. ready: called once requests are taken. Raises HeldError, with nothing begun, if
    another process has the warehouse.
    """
    share_one_allocator()
    _ = workspace.warehouse
    with at_work(workspace, now) as site:
        _record(site, "serve.start", address)
        asyncio.run(_until_stopped(site, address, ready))
        _record(site, "serve.stop", address)


@contextlib.contextmanager
def at_work(workspace: Workspace, now: Clock, chosen: Sequence[Loop] | None = None) -> Iterator[Site]:
    """A workspace whose loops (or those chosen) run and whose writer writes, until the end of the block."""
    schedule = Schedule(loops(workspace) if chosen is None else chosen, workspace.operations, now)
    worker = Worker(schedule, partial(_finish, workspace, now), workspace.mend_warehouse)
    writer = open_writer(workspace)
    worker.start()
    try:
        yield Site(workspace, worker, Keyring(workspace.operations), writer, now, now())
    finally:
        writer.close()
        if not worker.stop(WORK_SECONDS):
            _leave()


def address_of(host: str, port: int) -> Address:
    """An address that can be listened at; port 0 = any that is free. Raises ServeError."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":  # elsewhere this would let two listen at one address
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            found = probe.getsockname()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ServeError(f"{host}:{port} cannot be listened at: {reason}.",
                         remedy="Choose another with --port, or end what listens there.") from None
    return Address(found[0], found[1])


def _finish(workspace: Workspace, now: Clock, say: Say) -> None:
    """The last thing the worker does: load what still waits, and let go of the warehouse."""
    try:
        load(workspace, now(), say)
    except Stopped:
        log.warning("live.left", why="no time")
    except Exception as error:
        log.error("live.left", why=told_of(error))
    finally:
        workspace.close_warehouse()


async def _until_stopped(site: Site, address: Address, ready: Callable[[], None]) -> None:
    server = Server(Requests(application(site)), address.host, address.port, interface=Interfaces.ASGINL,
                    websockets=False, log_enabled=False, backpressure=BACKPRESSURE)  # fmt: skip
    with _signals() as stop:
        serving, stopped = asyncio.create_task(server.serve()), asyncio.create_task(stop.wait())
        listening = asyncio.create_task(_listening(address, ready))
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        log.info("serve.stopping")
        server.stop()
        _, held = await asyncio.wait({serving}, timeout=REQUESTS_SECONDS)
        for task in (*held, stopped, listening):  # held: by who keeps a request open and does not send the rest
            task.cancel()


async def _listening(address: Address, ready: Callable[[], None]) -> None:
    """Tell once connections are taken."""
    while True:
        with contextlib.suppress(OSError):
            _, stream = await asyncio.open_connection(address.host, address.port)
            stream.close()
            ready()
            return
        await asyncio.sleep(LOOK_SECONDS)


@contextlib.contextmanager
def _signals() -> Iterator[asyncio.Event]:
    """Set by the first signal to stop; the second one ends the process at once."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    asked = threading.Event()

    def handle(_signal: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            _leave()
        asked.set()
        loop.call_soon_threadsafe(stop.set)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave() -> None:
    """End at once, as a kill would: what is acknowledged stands on disk, what was half done leaves no trace."""
    log.warning("serve.cut_off")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def _record(site: Site, act: str, address: Address) -> None:
    with site.workspace.operations.begin() as connection:
        audit.record(connection, instant_of(site.now()), "cli", act, f"{address.host}:{address.port}", {})
