"""An archive: named files in a sealed stream (tar), closed by a manifest with the size and checksum of each.

It appears under its name only when it is whole, on disk and has been read back. What stands in it is others' business.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from siyu.core.errors import PrivacyError
from siyu.core.files import sync_folder
from siyu.core.identifiers import Keys
from siyu.core.progress import Progress
from siyu.privacy.backup.stream import Opening, Sealing, damaged

MANIFEST = "manifest.json"
SUFFIX, PART = ".siyu-backup", ".part"
#: Bytes that are read at a time.
PIECE = 1024**2


@dataclass(frozen=True)
class Entry:
    """A file of an archive, as its manifest has it."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself (`about`), and its files."""

    about: dict[str, Any]
    files: tuple[Entry, ...]


@dataclass
class Archive:
    """Writes one archive beside its name: `finish` makes it whole, `appear` names it, `abandon` leaves no trace."""

    path: Path
    keys: Keys
    _files: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._temporary = self.path.with_name(self.path.name + PART)
        self._stream = Sealing(self._temporary, self.keys)
        self._tar = tarfile.open(fileobj=self._stream, mode="w|")  # type: ignore[call-overload]  # noqa: SIM115

    def add(self, name: str, data: bytes) -> None:
        """Take bytes under a name."""
        self._add(name, io.BytesIO(data), len(data))

    def add_file(self, name: str, path: Path) -> None:
        """Take a file under a name."""
        with path.open("rb") as file:
            self._add(name, file, os.fstat(file.fileno()).st_size)

    def finish(self, about: dict[str, Any], say: Progress) -> Manifest:
        """Whole, and read back."""
        files = [vars(entry) for entry in self._files]
        text = json.dumps({"about": about, "files": files}, ensure_ascii=False)
        self.add(MANIFEST, text.encode())
        self._tar.close()
        self._stream.finish()
        return verify(self._temporary, self.keys, say)

    def appear(self) -> None:
        """Under its name."""
        os.replace(self._temporary, self.path)
        sync_folder(self.path.parent)

    def abandon(self) -> None:
        """As if nothing had been written."""
        self._stream.give_up()
        self._tar.close()  # else it would be closed, and write, whenever it is forgotten

    def _add(self, name: str, file: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size = size
        hashed = _Hashed(file)
        self._tar.addfile(info, hashed)  # type: ignore[arg-type]  # it only reads
        self._files.append(Entry(name, size, hashed.digest))


def members(path: Path, keys: Keys) -> Iterator[tuple[str, IO[bytes]]]:
    """The files of an archive, in order; each is to be read before the next. PrivacyError where it is damaged."""
    with closing(Opening(path, keys)) as stream:
        try:
            with tarfile.open(fileobj=stream, mode="r|") as tar:  # type: ignore[call-overload]  # it only reads
                for info in tar:
                    content = tar.extractfile(info)
                    assert content is not None, "an archive holds files only"
                    yield info.name, content
        except tarfile.TarError:
            raise damaged(path.name, "inside") from None
        stream.read()  # to the mark of its end


def verify(path: Path, keys: Keys, say: Progress) -> Manifest:
    """The manifest, once every file has been read and found as it was written. Raises PrivacyError otherwise."""
    size, done = max(path.stat().st_size, 1), 0
    found, manifest = [], b""
    for name, content in members(path, keys):
        hashed, manifest = _Hashed(content), b""
        while piece := hashed.read(PIECE):
            manifest += piece if name == MANIFEST else b""
        done += hashed.size
        found.append(Entry(name, hashed.size, hashed.digest))
        say("backup: checksums", min(done / size, 1.0))
    document = json.loads(manifest or b"{}")
    if document.get("files") != [vars(entry) for entry in found[:-1]]:
        raise damaged(path.name, "(its files are not those of its manifest)")
    return Manifest(document["about"], tuple(found[:-1]))


def free_name(to: Path, name: str) -> Path:
    """The path of a new archive: in a folder, under a name; or the path itself. Raises PrivacyError if it is taken."""
    path = to / (name + SUFFIX) if to.is_dir() else to
    if path.exists():
        raise PrivacyError(f"{path} is there already.", remedy="Choose another name, or a folder.")
    if not path.parent.is_dir():
        raise PrivacyError(f"There is no folder {path.parent}.", remedy="Make it, or choose another one.")
    return path


class _Hashed:
    """A file that is read, counted and hashed as it goes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash = file, hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._hash.update(data)
        self.size += len(data)
        return data

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()
