"""Where the bytes of a file lie: on disk, or inside an archive, out of which nothing is ever unpacked to a disk."""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from siyu.core.errors import SourceError
from siyu.core.files import name_of

#: What is read in any order (workbooks, Parquet) lies in memory whole while it is inside an archive.
MOST_IN_MEMORY = 2**30
#: What a damaged archive raises, and one that is packed in a way that is not read.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
BUFFER_BYTES = 1 << 16


@dataclass(frozen=True)
class Place:
    """A file to read. `member`: what it is inside the archive at `path`, and `inner`, the name it goes by there."""

    path: Path
    member: zipfile.ZipInfo | None = None
    inner: str = ""

    @staticmethod
    def of(path: Place | Path | str) -> Place:
        """The place of a file on disk; a place is its own."""
        return path if isinstance(path, Place) else Place(Path(path))

    @property
    def name(self) -> str:
        """What people call it: `orders.csv`, `exports.zip/orders.csv`."""
        return f"{name_of(self.path)}/{self.inner}" if self.member else name_of(self.path)

    @property
    def suffix(self) -> str:
        """The end of its name, in lower case."""
        return Path(self.inner or self.path.name).suffix.lower()

    @property
    def size(self) -> int:
        """Bytes, unpacked."""
        return self.member.file_size if self.member else self.path.stat().st_size

    def open(self) -> IO[bytes]:
        """Its bytes from the start, to be read in order."""
        return self.path.open("rb") if self.member is None else io.BufferedReader(_Unpacking(self), BUFFER_BYTES)

    def text(self, encoding: str, newline: str | None = None) -> IO[str]:
        """Its text from the start."""
        return io.TextIOWrapper(self.open(), encoding, newline=newline)

    def anywhere(self) -> IO[bytes]:
        """Its bytes, to be read in any order. SourceError if it is too large for that."""
        if self.member is None:
            return self.path.open("rb")
        if self.size > MOST_IN_MEMORY:
            raise SourceError(f"{self.name}: expected at most {MOST_IN_MEMORY / 2**30:.0f} GB of this format in an "
                              f"archive, found {self.size / 2**30:,.1f} GB.",
                              remedy="Unpack the archive and load the file, or export it as CSV.")
        with self.open() as stream:
            return io.BytesIO(stream.read())

    def arrow(self) -> pa.NativeFile:
        """Its bytes as Arrow reads them."""
        return pa.OSFile(os.fsencode(self.path)) if self.member is None else pa.PythonFile(self.open(), "r")


class _Unpacking(io.RawIOBase):
    """The bytes of an archive's member; what breaks under way is told in the words of a file."""

    def __init__(self, place: Place) -> None:
        self._place, self._done = place, 0
        self._stream: Any = self._try(self._opened)

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._done

    def readinto(self, buffer: Any) -> int:
        data = self._try(lambda: self._stream.read(len(buffer)))
        buffer[: len(data)] = data
        self._done += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()

    def _opened(self) -> IO[bytes]:
        assert self._place.member is not None, "inside an archive"
        with zipfile.ZipFile(self._place.path) as archive:
            return archive.open(self._place.member)  # keeps the archive open for as long as it is read

    def _try(self, step: Any) -> Any:
        try:
            return step()
        except DAMAGED:
            raise SourceError(
                f"{self._place.name}: expected a file that unpacks, found one that is damaged or packed unusually.",
                remedy="Download the archive again, or unpack it and load what is inside.") from None
