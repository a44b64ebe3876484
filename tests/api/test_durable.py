"""What is acknowledged is kept: through kill -9 at any moment, a disk that is full, and several collectors at once."""

from __future__ import annotations

import contextlib
import random
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from siyu.api import keys
from siyu.api.serve import at_work
from siyu.core.settings import defaults
from siyu.sources.live import drain
from siyu.store.tables import IDENTITY
from siyu.store.workspace import Workspace, create, open_workspace
from tests.api.sending import BATCH, Senders, kept
from tests.api.serving import HOST, free_port, now, process
from tests.sources.arrivals import in_force
from tests.sources.test_live import page, put
from tests.stand_ins.full_disk import lose

MB = 1024**2


def made(directory: Path, **settings: object) -> tuple[Path, str]:
    """A workspace with other settings, closed again, and a key for it."""
    with create(directory, defaults().with_values(**settings)) as workspace:
        return directory, keys.create(workspace.operations, "web", "collect", now())


def killed_under_load(directory: Path, key: str, prefix: str, seconds: float) -> list[str]:
    """Serve, send, kill -9; the ids that were acknowledged."""
    port = free_port()
    with process(directory, port) as server, Senders(f"http://{HOST}:{port}", key, prefix) as senders:
        wait_until(lambda: len(senders.acknowledged) > 50)
        time.sleep(seconds)
        server.kill()
    return senders.acknowledged


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it never came to it"
        time.sleep(0.01)


@pytest.mark.parametrize("rounds", [3, pytest.param(30, marks=pytest.mark.slow)])
def test_killed_at_any_moment_it_loses_and_doubles_nothing(tmp_path: Path, rounds: int):
    directory, key = made(tmp_path / "brand")
    chance = random.Random(rounds)
    lives = [killed_under_load(directory, key, str(n), chance.random() / 4) for n in range(rounds)]
    with open_workspace(directory) as workspace:
        found = kept(workspace)
    assert {id_ for acknowledged in lives for id_ in acknowledged} <= set(found)
    assert max(found.values()) == 1


def test_what_is_sent_again_after_a_kill_is_in_the_warehouse_once(tmp_path: Path):
    directory, key = made(tmp_path / "brand")
    port = free_port()
    with process(directory, port) as server, Senders(f"http://{HOST}:{port}", key, "w") as senders:
        wait_until(lambda: len(senders.acknowledged) > 100)
        server.kill()
        # A sender that was just answered finds the server gone only when it sends again.
        wait_until(lambda: len(senders.cut_off) > 0)
    port = free_port()
    with process(directory, port):
        later = Senders(f"http://{HOST}:{port}", key, "w")
        later.again([*senders.cut_off, senders.acknowledged[:BATCH]])
    everything = {*senders.acknowledged, *later.acknowledged}
    with open_workspace(directory) as workspace:
        drain(workspace, now=now())
        found = [event for (event,) in in_force(workspace, "events", "event_id")]
    assert sorted(found) == sorted(f"web/{id_}" for id_ in everything)


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own; only root may mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def full(folder: Path, filler: Path) -> None:
    """Nothing is left of the disk."""
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)


def test_a_full_disk_is_told_loses_nothing_and_goes_on_once_there_is_room(tmp_path: Path):
    with small_disk(tmp_path / "disk", 32) as disk:
        directory, key = made(disk / "brand", collect__min_free_mb=0)
        port = free_port()
        with process(directory, port), Senders(f"http://{HOST}:{port}", key, "f", padding=4000) as senders:
            wait_until(lambda: len(senders.acknowledged) > 50)
            full(disk, disk / "filler")
            assert senders.one_refused.wait(60)
            (disk / "filler").unlink()
            before = len(senders.acknowledged)
            wait_until(lambda: len(senders.acknowledged) > before + 50 or shutil.disk_usage(disk).free < MB)
        assert {(r.status_code, r.json()["code"]) for r in senders.refused} == {(503, "not_written")}
        assert all(int(r.headers["retry-after"]) > 0 for r in senders.refused)
        assert_all_kept(disk, directory, senders)


def assert_all_kept(disk: Path, directory: Path, senders: Senders) -> None:
    """Read elsewhere, where there is room to take things out."""
    elsewhere = Path(shutil.copytree(directory, disk.parent / "copy"))
    with open_workspace(elsewhere) as workspace:
        found = kept(workspace)
    assert set(senders.acknowledged) <= set(found)
    assert max(found.values()) == 1


@pytest.mark.slow
def test_a_disk_that_fills_is_told_while_there_is_room_left(tmp_path: Path):
    with small_disk(tmp_path / "disk", 48) as disk:
        directory, key = made(disk / "brand", collect__min_free_mb=24)
        port = free_port()
        with process(directory, port), Senders(f"http://{HOST}:{port}", key, "l", padding=6000) as senders:
            assert senders.one_refused.wait(60)
            left = shutil.disk_usage(disk).free
        assert {(r.status_code, r.json()["code"]) for r in senders.refused} == {(503, "disk_low")}
        assert left > 8 * MB
        assert_all_kept(disk, directory, senders)


def test_a_file_that_may_not_grow_is_told_and_loses_nothing(tmp_path: Path):
    directory, key = made(tmp_path / "brand")
    port, most = free_port(), 3 * MB
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))  # noqa: E731  for the process alone
    with process(directory, port, limit), Senders(f"http://{HOST}:{port}", key, "g", padding=4000) as senders:
        assert senders.one_refused.wait(60)
    assert {(r.status_code, r.json()["code"]) for r in senders.refused} == {(503, "not_written")}
    with open_workspace(directory) as workspace:
        assert set(senders.acknowledged) <= set(kept(workspace))


def test_a_warehouse_lost_to_a_full_disk_is_opened_again_for_what_comes_next(workspace: Workspace):
    put(workspace, page(1))
    with at_work(workspace, now, []) as site:
        site.worker.ask(lambda _say: lose(workspace.warehouse)).result(60)
        drained = site.worker.ask(lambda say: drain(workspace, now=now(), progress=say)).result(60)
        assert drained.messages == 1
        assert site.worker.ask(lambda _say: workspace.warehouse.count(IDENTITY)).result(60) == 100_000


def test_two_collectors_on_one_postgresql_keep_everything_once(tmp_path: Path, postgres: Callable[[], str]):
    directory, key = made(tmp_path / "brand", operations__url=postgres())
    ports = free_port(), free_port()
    with process(directory, ports[0]), process(directory, ports[1]) as second:
        one, two = (Senders(f"http://{HOST}:{port}", key, str(port), threads=2) for port in ports)
        with one, two:
            wait_until(lambda: min(len(one.acknowledged), len(two.acknowledged)) > 100)
            second.kill()
            there = len(one.acknowledged)
            wait_until(lambda: len(one.acknowledged) > there + 50)
    with open_workspace(directory) as workspace:
        found = kept(workspace)
    assert {*one.acknowledged, *two.acknowledged} <= set(found)
    assert max(found.values()) == 1
    assert one.refused == two.refused == []
