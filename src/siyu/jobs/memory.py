"""Memory that work leaves behind, given back once it is quiet: allocators keep what they once had for the next time."""

from __future__ import annotations

import ctypes
import datetime as dt
import gc
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from siyu.jobs.loop import Say

#: Of malloc.h: the most arenas that threads may have.
M_ARENA_MAX = -8
#: Processor seconds since the last look below which it is quiet, and since the last giving back from which on it pays.
QUIET, WORKED = 0.5, 1.0


@dataclass
class Memory:
    """Looks now and then whether the process has worked and is quiet again. Instants are its processor seconds.

    to_disk: brings there what the stores hold in memory.
    """

    to_disk: Callable[[], None]
    looked_at: float = 0.0
    gave_back_at: float = 0.0

    def look(self, _now: dt.datetime, _say: Say) -> None:
        """Give memory back after work; costs nothing while there is work, and nothing while there is none."""
        now = time.process_time()
        quiet, worked = now - self.looked_at < QUIET, now - self.gave_back_at > WORKED
        self.looked_at = now
        if quiet and worked:
            self.to_disk()
            give_back()
            self.looked_at = self.gave_back_at = time.process_time()


def share_one_allocator() -> None:
    """From here on Arrow and all threads take memory from one place, which can be asked to give it back."""
    pa.set_memory_pool(pa.system_memory_pool())
    _call_libc("mallopt", M_ARENA_MAX, 1)


def give_back() -> None:
    """Return to the system what Python, Arrow and the C library hold for nothing."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    _call_libc("malloc_trim", 0)


def _call_libc(name: str, *numbers: int) -> None:
    """A function that glibc has; other C libraries return memory by themselves."""
    function = getattr(ctypes.CDLL(None), name, None) if os.name == "posix" else None
    if function is not None:
        function(*numbers)
