"""One process at a time owns a Spark warehouse: opening drops what others have not committed yet.

On a local path the system's file lock decides, and goes with its process; elsewhere a file stands until closed. The
locked file lies beside the folder, not in it: a rebuild puts another folder in its place.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

from siyu.core.errors import HeldError

if TYPE_CHECKING:
    from siyu.store.engines.spark_files import Files

OWNER = "_owner"
#: What the name of the locked file beside a folder ends with.
BESIDE = ".owner"


class Owner:
    """Holds the warehouse from `take` to `release`."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._held: IO[str] | None = None

    def take(self) -> None:
        """Become the owner, or HeldError with the one that is."""
        if self._files.local:
            self._held = held(self._files.local)
            return
        try:
            self._files.write(OWNER, _who(), overwrite=False)
        except FileExistsError:
            raise HeldError(
                f"The warehouse {self._files.root} is held by {self._files.read(OWNER)}.",
                remedy=f"Wait until it ends; if it was killed, delete {self._files.address(OWNER)}.") from None

    def release(self) -> None:
        """Let others in."""
        if self._held:
            self._held.close()
            self._held = None
        elif not self._files.local:
            self._files.delete(OWNER)


def held(folder: Path) -> IO[str]:
    """The lock of the warehouse in a local folder, whether the folder is there or not: until it is closed no other
    process opens that warehouse. HeldError if another has it open.
    """
    path = folder.resolve()
    path = path.with_name(path.name + BESIDE)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+", encoding="utf-8")
    try:
        _lock(file)
    except OSError:
        holder = path.read_text(encoding="utf-8") or "another process"
        file.close()
        raise HeldError(f"{folder.name} is held by {holder}.",
                        remedy="Wait until it ends, or stop it, then try again.") from None
    file.truncate(0)
    file.write(_who())
    file.flush()
    return file


def _who() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"


def _lock(file: IO[str]) -> None:
    """Lock or OSError; the lock goes when the file is closed or its process ends."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(2**30)  # a byte nobody reads, so that the holder's name stays readable
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        return
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
