"""A sealed stream: bytes in frames of AES-GCM, each bound to its place, the last one marked as such, so that nothing
can be changed, moved or cut off without being noticed.
"""

from __future__ import annotations

import contextlib
import os
import struct
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag

from siyu.core.errors import NewerVersionError, PrivacyError
from siyu.core.identifiers import Keys

MAGIC, LAYOUT = b"SIYU-BACKUP", 1
#: Bytes of a frame, before it is sealed.
FRAME_BYTES = 4 * 1024**2
#: Tells one stream from another, so that no frame of one stands in the other.
SALT_BYTES = 16
MARK_BYTES = 8
FRAME = struct.Struct(">?I")
PLACE = struct.Struct(">Q?")


def mark(keys: Keys) -> bytes:
    """What tells the workspace of a stream, without its secret."""
    return keys.derived("mark")[:MARK_BYTES]


def _sealing(keys: Keys) -> Keys:
    """The key of streams comes from the id secret, which is never rotated: every old stream opens with it."""
    return Keys(keys.id_secret, keys.derived("backup"))


class Sealing:
    """A writer of a stream; `finish` makes it whole and brings it to disk. The file is its owner's alone."""

    def __init__(self, path: Path, keys: Keys) -> None:
        self._path = path
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._keys, self._waiting, self._place = _sealing(keys), bytearray(), 0
        self._given_up = False
        self._head = MAGIC + bytes([LAYOUT]) + mark(keys) + os.urandom(SALT_BYTES)
        self._file.write(self._head)

    def write(self, data: bytes) -> int:
        """Take some bytes. Once it is given up they go nowhere: who was writing may have an end to write yet."""
        if self._given_up:
            return len(data)
        self._waiting += data
        while len(self._waiting) > FRAME_BYTES:
            self._frame(bytes(self._waiting[:FRAME_BYTES]), last=False)
            del self._waiting[:FRAME_BYTES]
        return len(data)

    def finish(self) -> None:
        """Everything is written and on disk."""
        self._frame(bytes(self._waiting), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def give_up(self) -> None:
        """As if nothing had been written. What waits for a full disk is not written either."""
        self._given_up = True
        with contextlib.suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)

    def _frame(self, plain: bytes, *, last: bool) -> None:
        sealed = self._keys.seal(plain, self._head + PLACE.pack(self._place, last))
        self._file.write(FRAME.pack(last, len(sealed)) + sealed)
        self._place += 1


class Opening:
    """A reader of a stream. Raises PrivacyError for another workspace's keys, and wherever it is damaged."""

    def __init__(self, path: Path, keys: Keys) -> None:
        self._file: IO[bytes] = path.open("rb")
        self._name, self._keys = path.name, _sealing(keys)
        self._ready, self._place, self._last = bytearray(), 0, False
        try:
            self._head = self._checked(keys)
        except BaseException:
            self.close()
            raise

    def read(self, size: int = -1) -> bytes:
        """Some bytes, fewer only at the end; all that are left if size is below 0."""
        while not self._last and (size < 0 or len(self._ready) < size):
            self._ready += self._frame()
        taken = bytes(self._ready if size < 0 else self._ready[:size])
        del self._ready[: len(taken)]
        return taken

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _checked(self, keys: Keys) -> bytes:
        head = self._file.read(len(MAGIC) + 1 + MARK_BYTES + SALT_BYTES)
        if not head.startswith(MAGIC) or len(head) < len(MAGIC) + 1 + MARK_BYTES + SALT_BYTES:
            raise PrivacyError(f"{self._name} is not a backup of siyu.", remedy="`siyu backup` writes them.")
        if head[len(MAGIC)] > LAYOUT:
            raise NewerVersionError(f"{self._name} is of layout {head[len(MAGIC)]}; this siyu reads up to {LAYOUT}.",
                                    remedy="Install the newer siyu that wrote it.")
        if head[len(MAGIC) + 1 : -SALT_BYTES] != mark(keys):
            raise PrivacyError(f"{self._name} was made with another id secret than the one given.",
                               remedy="Give the key file of the workspace it was made of.")
        return head

    def _frame(self) -> bytes:
        try:
            last, size = FRAME.unpack(self._file.read(FRAME.size))
            plain = self._keys.open(self._file.read(size), self._head + PLACE.pack(self._place, last))
        except (struct.error, InvalidTag, ValueError, OverflowError):
            raise damaged(self._name, f"at byte {self._file.tell()}") from None
        self._place, self._last = self._place + 1, last
        return plain


def damaged(name: str, where: str) -> PrivacyError:
    """The error for a file that is not as it was written."""
    return PrivacyError(f"{name} is damaged {where}: nothing of it was used.",
                        remedy="Take another copy of it, or the backup before.")
