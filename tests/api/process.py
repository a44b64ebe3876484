"""`siyu serve` as a process of its own: where it listens, what it logs, and its end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.api.serving import COMPILED, ROOT

#: Seconds anything here may take before it counts as never.
NEVER = 120


@dataclass(frozen=True)
class Served:
    """A server that runs: its process, its address, the file of its log."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(NEVER)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(NEVER)

    def logged(self) -> list[dict[str, Any]]:
        """The lines of its log that are JSON."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines() if line[:1] == "{"]


def siyu(*arguments: object, directory: Path) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own."""
    command = [sys.executable, "-m", "siyu", *map(str, arguments), "-C", str(directory)]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **COMPILED}, capture_output=True, text=True,
                          timeout=NEVER, check=False)  # fmt: skip


@contextlib.contextmanager
def serving(directory: Path, log: Path, *options: str) -> Iterator[Served]:
    """A server of a workspace on a free port; killed at the end if it still runs."""
    command = [sys.executable, "-m", "siyu", "serve", "--port", "0", *options, "-C", str(directory)]
    with log.open("a", encoding="utf-8") as errors:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **COMPILED}, stdout=subprocess.PIPE,
                                   stderr=errors, text=True)  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert " is served at " in line, log.read_text(encoding="utf-8")
        yield Served(process, line.split(" is served at ")[1].split()[0], log)
    finally:
        process.kill()
        process.wait()


def wait_until(true: Callable[[], object]) -> None:
    """Until it is so, however long this machine takes."""
    deadline = time.monotonic() + NEVER
    while not true():
        assert time.monotonic() < deadline, "it never came to it"
        time.sleep(0.05)
