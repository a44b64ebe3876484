"""Memory is given back once, after work, when it is quiet; on this machine the process is smaller then."""

from __future__ import annotations

import datetime as dt
import platform
from pathlib import Path

import pytest

from siyu.jobs import memory
from siyu.jobs.memory import Memory, give_back

NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


def looked(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> list[list[str]]:
    """What each look did, at these processor seconds."""
    did: list[list[str]] = []
    monkeypatch.setattr(memory, "give_back", lambda: did[-1].append("given back"))
    kept, clock = Memory(lambda: did[-1].append("to disk")), {"now": 0.0}
    monkeypatch.setattr(memory.time, "process_time", lambda: clock["now"])
    for now in seconds:
        clock["now"] = now
        did.append([])
        kept.look(NOW, lambda *_: None)
    return did


def test_it_is_given_back_once_work_has_ended(monkeypatch: pytest.MonkeyPatch):
    assert looked(monkeypatch, 3.0, 6.0, 6.1, 6.2, 6.3) == [[], [], ["to disk", "given back"], [], []]


def test_who_never_works_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    assert looked(monkeypatch, 0.1, 0.2, 0.3, 0.4) == [[]] * 4


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries return memory by themselves")
def test_what_was_freed_leaves_the_process():
    kept = [bytes(600) for _ in range(200_000)]  # too large for Python's own arenas
    before, last = resident(), kept[-1]
    del kept
    give_back()
    assert last == bytes(600)
    assert before - resident() > 50 * 2**20


def resident() -> int:
    """Bytes of memory that the process holds."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096
