"""Landed files: every raw row as it was read, compressed and encrypted in chunks, for rebuilds and erasure.

Layout: a header, framed chunks (each an Arrow IPC stream, zstd, sealed), each with a sealed list of the identifier ids
on its rows: the index; and, if there are any, with a sealed list of the places of rows whose person is erased, of which
the chunk holds no more than may stay. What could not be read as rows comes last, with the places of facts that lost
their person, if there are any.
A landed file appears under its name only when it is whole and on disk.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc

from siyu.core.errors import NewerVersionError, SourceError
from siyu.core.files import sync_folder
from siyu.core.identifiers import Keys
from siyu.sources.mappings.mapping import OUTPUTS
from siyu.sources.readers.source_file import LINE
from siyu.store.raw_files import PART

MAGIC = b"SIYU-LANDED"
VERSION = 3
#: Rows of a chunk: what one erasure rewrites, and far below AES-GCM's 2 GiB in one shot.
CHUNK_ROWS = 65_536
PURPOSE, INDEX_PURPOSE, ERASED_PURPOSE, BAD_PURPOSE = b"landed", b"landed-index", b"landed-erased", b"landed-bad-rows"
VERSIONS_PURPOSE = b"landed-versions"
#: Chunks that wait for the worker at most.
PENDING = 16
#: No places.
NOWHERE = np.array([], np.int64)
#: Is told a batch, the ids found on its rows, and the places of rows whose person is erased.
BatchSeen = Callable[[pa.RecordBatch, list[np.ndarray], np.ndarray], None]
#: Stands in the index for rows whose identifiers were not read.
UNREAD = 0
FRAME = struct.Struct(">cQ")
CHUNK, INDEX, ERASED, VERSIONS, BAD, END = b"C", b"I", b"X", b"V", b"B", b"E"
#: What belongs to a chunk.
OF_CHUNK = (CHUNK, INDEX, ERASED)
PURPOSES = {CHUNK: PURPOSE, INDEX: INDEX_PURPOSE, ERASED: ERASED_PURPOSE, VERSIONS: VERSIONS_PURPOSE, BAD: BAD_PURPOSE}


@dataclass
class Landing:
    """Writes one landed file beside the load; `finish` puts it in place, `discard` removes every trace."""

    path: Path
    keys: Keys
    _pending: list[Future[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._temporary = self.path.with_suffix(PART)
        self._file = self._temporary.open("wb")
        self._file.write(MAGIC + bytes([VERSION]))
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="landing")

    def add(self, batch: pa.RecordBatch, ids: Iterable[np.ndarray], places: np.ndarray = NOWHERE) -> None:
        """Take a batch, the ids found on its rows (aligned arrays; values below 0 are none), and the places of rows
        whose person is erased."""
        found = [i for i in ids if len(i) == batch.num_rows]
        for start in range(0, batch.num_rows, CHUNK_ROWS):
            part = batch.slice(start, CHUNK_ROWS)
            present = [i[start : start + CHUNK_ROWS] for i in found]
            self._submit(self._chunk, part, present, places)

    def keep(self, chunk: Chunk) -> None:
        """Take a chunk as it stands in the file before."""
        self._submit(self._copy, chunk)

    def finish(self, bad_rows: list[dict[str, object]], versions: np.ndarray = NOWHERE) -> None:
        """Everything on disk, then under its name. versions: places of facts that lost their person."""
        for written in self._pending:
            written.result()
        self._pending.clear()
        self._frame(BAD, self.keys.seal(json.dumps(bad_rows, ensure_ascii=False).encode(), BAD_PURPOSE))
        if len(versions):
            self._frame(VERSIONS, self.keys.seal(_packed(versions), VERSIONS_PURPOSE))
        self._frame(END, b"")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._close()
        os.replace(self._temporary, self.path)
        sync_folder(self.path.parent)

    def discard(self) -> None:
        """As if nothing had been landed."""
        self.abandon()
        self.path.unlink(missing_ok=True)

    def abandon(self) -> None:
        """As if nothing had been written; what stands under the name stays."""
        self._close()
        self._temporary.unlink(missing_ok=True)

    def _submit(self, work: Callable[..., None], *arguments: object) -> None:
        """The worker writes, in the order of the calls."""
        self._pending.append(self._worker.submit(work, *arguments))
        while len(self._pending) > PENDING:
            self._pending.pop(0).result()

    def _chunk(self, rows: pa.RecordBatch, ids: list[np.ndarray], places: np.ndarray) -> None:
        self._write(rows)
        self._frame(INDEX, self.keys.seal(_packed(_distinct(ids)), INDEX_PURPOSE))
        if len(erased := _of_lines(places, rows)):
            self._frame(ERASED, self.keys.seal(_packed(erased), ERASED_PURPOSE))

    def _copy(self, chunk: Chunk) -> None:
        for kind, sealed in chunk.frames:
            self._frame(kind, sealed)

    def _write(self, rows: pa.RecordBatch) -> None:
        sink = pa.BufferOutputStream()
        with ipc.new_stream(sink, rows.schema, options=ipc.IpcWriteOptions(compression="zstd")) as writer:
            writer.write_batch(rows)
        self._frame(CHUNK, self.keys.seal(sink.getvalue().to_pybytes(), PURPOSE))

    def _frame(self, kind: bytes, sealed: bytes) -> None:
        self._file.write(FRAME.pack(kind, len(sealed)))
        self._file.write(sealed)

    def _close(self) -> None:
        self._worker.shutdown(wait=True, cancel_futures=True)
        if not self._file.closed:
            self._file.close()


def batches(path: Path, keys: Keys) -> Iterator[pa.RecordBatch]:
    """The raw batches of a landed file, in order."""
    for kind, sealed in _frames(path):
        if kind == CHUNK:
            yield from ipc.open_stream(keys.open(sealed, PURPOSE))


@dataclass(frozen=True)
class Chunk:
    """A chunk with what belongs to it, sealed as it stands in the file."""

    frames: tuple[tuple[bytes, bytes], ...]

    def rows(self, keys: Keys) -> pa.RecordBatch:
        """Its rows."""
        return ipc.open_stream(keys.open(dict(self.frames)[CHUNK], PURPOSE)).read_next_batch()


def chunks(path: Path) -> Iterator[Chunk]:
    """All chunks in order, unopened."""
    gathered: list[tuple[bytes, bytes]] = []
    for kind, sealed in _frames(path):
        if kind in (CHUNK, BAD) and gathered:
            yield Chunk(tuple(gathered))
            gathered = []
        if kind in OF_CHUNK:
            gathered.append((kind, sealed))


def places_of(path: Path, keys: Keys) -> np.ndarray:
    """The places of rows whose person is erased, ascending."""
    return _places(path, keys, ERASED)


def versions_of(path: Path, keys: Keys) -> np.ndarray:
    """The places of rows that are facts without their person, who was erased, ascending: what told them from other
    versions of their records may have gone with people.
    """
    return _places(path, keys, VERSIONS)


def _places(path: Path, keys: Keys, kind: bytes) -> np.ndarray:
    found = [_unpacked(keys.open(sealed, PURPOSES[kind])) for _, sealed in _frames(path, only=kind)]
    return np.unique(np.concatenate([NOWHERE, *found]))


def bad_rows(path: Path, keys: Keys) -> list[dict[str, object]]:
    """The rows that could not be read as cells, as they were noted."""
    return next((json.loads(keys.open(sealed, BAD_PURPOSE)) for kind, sealed in _frames(path) if kind == BAD), [])


def chunks_of(path: Path, keys: Keys, ids: Sequence[int] | np.ndarray) -> list[int]:
    """Numbers of the chunks whose rows show one of some identifiers, or rows whose identifiers were not read (filtered
    or refused ones): what erasing people has to look at."""
    wanted = np.array([*ids, UNREAD], np.int64)
    return [chunk for chunk, shown in enumerate(_indexes(path, keys)) if np.isin(wanted, shown).any()]


def mentioned(path: Path, keys: Keys, ids: np.ndarray) -> np.ndarray:
    """Those of some identifiers that the file still shows."""
    shown = [ids[np.isin(ids, index)] for index in _indexes(path, keys)]
    return np.unique(np.concatenate([NOWHERE, *shown]))


def reseal(path: Path, keys: Keys) -> bool:
    """Seal anew what the old cipher key had sealed; whether there was any. The file changes whole."""
    writing = Landing(path, keys)
    try:
        changed = any([_keep_resealed(writing, chunk) for chunk in chunks(path)])
        changed |= any(keys.resealed(sealed, BAD_PURPOSE) is not sealed for _, sealed in _frames(path, only=BAD))
        if changed:
            writing.finish(bad_rows(path, keys), versions_of(path, keys))
    finally:
        writing.abandon()
    return changed


def _keep_resealed(writing: Landing, chunk: Chunk) -> bool:
    frames = tuple((kind, writing.keys.resealed(sealed, PURPOSES[kind])) for kind, sealed in chunk.frames)
    writing.keep(Chunk(frames))
    return frames != chunk.frames


def _indexes(path: Path, keys: Keys) -> Iterator[np.ndarray]:
    return (_unpacked(keys.open(sealed, INDEX_PURPOSE)) for _, sealed in _frames(path, only=INDEX))


def _frames(path: Path, only: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
    """All frames in order, or those of one kind without reading the others."""
    with path.open("rb") as file:
        head = file.read(len(MAGIC) + 1)
        if not head.startswith(MAGIC) or len(head) <= len(MAGIC):
            raise SourceError(f"{path.name} is not a landed file.", remedy="Restore it from your backup.")
        if head[-1] > VERSION:
            raise NewerVersionError(f"{path.name} is of layout {head[-1]}; this siyu reads up to {VERSION}.",
                                    remedy="Install the newer siyu that wrote it.")
        while len(frame := file.read(FRAME.size)) == FRAME.size:
            kind, size = FRAME.unpack(frame)
            if kind == END:
                return
            if only and kind != only:
                file.seek(size, os.SEEK_CUR)
            else:
                yield kind, file.read(size)
    raise SourceError(f"{path.name} ends before its end.", remedy="Restore it from your backup.")


def _distinct(ids: list[np.ndarray]) -> np.ndarray:
    """The ids there are, each once. By sorting: it lets other threads work, and numpy's own `unique` is slower."""
    known = np.sort(np.concatenate(ids)) if ids else np.array([], np.int64)
    first = np.append(True, known[1:] != known[:-1])[: len(known)]
    return known[first & (known >= 0)]


def _of_lines(places: np.ndarray, rows: pa.RecordBatch) -> np.ndarray:
    """The places that lie on the lines of a batch."""
    if not len(places):
        return NOWHERE
    return places[np.isin(places // OUTPUTS, rows[LINE].to_numpy())]


def _packed(numbers: np.ndarray) -> bytes:
    return numbers.astype("<i8").tobytes()


def _unpacked(plain: bytes) -> np.ndarray:
    return np.frombuffer(plain, "<i8")
