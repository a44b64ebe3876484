"""Work in a process of its own: its answer, its failure without values, and its end with whoever began it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from siyu.core.errors import RemoteError
from siyu.jobs.apart import Apart, apart
from siyu.jobs.schedule import Stopped, told_of

ROOT = Path(__file__).resolve().parents[2]
#: A process that has endless work done apart.
BEGINNER = """
import sys
if __name__ == "__main__":
    from tests.jobs.test_apart import *
    apart(endless, Path(sys.argv[1]), say=silent)
"""


def silent(*_step: object) -> None:
    """Tells nobody."""


def added(a: int, b: int) -> tuple[int, int]:
    return a + b, os.getpid()


def failing() -> None:
    raise ValueError("13800001234")


def refusing() -> None:
    raise RemoteError("WeCom refused.", remedy="Ask again.", code=45009)


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def endless(note: Path) -> None:
    note.write_text(str(os.getpid()), encoding="utf-8")
    while True:
        time.sleep(0.05)


def test_the_answer_comes_from_another_process():
    answer, process = apart(added, 3, 4, say=silent)
    assert answer == 7
    assert process != os.getpid()


def test_what_the_caller_can_mend_is_told_as_where_it_was_raised():
    with pytest.raises(RemoteError) as refused:
        apart(refusing, say=silent)
    error = refused.value
    assert (error.message, error.remedy, error.code) == ("WeCom refused.", "Ask again.", 45009)
    assert told_of(error).startswith("RemoteError")


def test_a_failure_is_told_by_its_class_without_its_values():
    with pytest.raises(Apart) as failed:
        apart(failing, say=silent)
    assert told_of(failed.value).startswith("ValueError")
    assert "138" not in str(failed.value)


def test_a_process_that_is_killed_fails_as_work_does():
    with pytest.raises(Apart, match="-9"):
        apart(killed, say=silent)


def test_work_that_is_to_stop_is_ended(tmp_path: Path):
    note = tmp_path / "note"

    def say(*_step: object) -> None:
        if note.exists() and note.read_text(encoding="utf-8"):
            raise Stopped

    with pytest.raises(Stopped):
        apart(endless, note, say=say)
    assert not alive(int(note.read_text(encoding="utf-8")))


def test_work_ends_with_a_process_that_is_killed(tmp_path: Path):
    note = tmp_path / "note"
    beginner = subprocess.Popen([sys.executable, "-c", BEGINNER, str(note)], cwd=ROOT)
    wait_until(lambda: note.exists() and note.read_text(encoding="utf-8") != "")
    beginner.kill()
    beginner.wait()
    wait_until(lambda: not alive(int(note.read_text(encoding="utf-8"))))


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text(encoding="utf-8")


def wait_until(true) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it never came to it"
        time.sleep(0.05)
