"""Directories of Parquet for Spark: files through Hadoop (local, HDFS, object stores), tables as generations.

A generation is a directory; the newest one that holds `_SUCCESS` is its table. Facts lie in it by load.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

COMPLETE = "_SUCCESS"  # the name Spark itself writes when a job is whole
LOAD = "load_id"


class Files:
    """A tree of files under one root, by paths relative to it."""

    def __init__(self, session: SparkSession, root: Path | str) -> None:
        jvm: Any = session.sparkContext._jvm
        context: Any = session.sparkContext._jsc
        self.local = root.resolve() if isinstance(root, Path) else None
        self.root = f"file:///{self.local.as_posix().lstrip('/')}" if self.local else str(root).rstrip("/")
        self._path = jvm.org.apache.hadoop.fs.Path
        self._system = self._path(self.root).getFileSystem(context.hadoopConfiguration())

    def address(self, path: str) -> str:
        """The full address of a path, as Spark takes it."""
        return f"{self.root}/{path}"

    def names(self, path: str = "") -> list[str]:
        """Names in a directory, sorted; none if it does not exist."""
        where = self._path(self.address(path))
        if not self._system.exists(where):
            return []
        return sorted(status.getPath().getName() for status in self._system.listStatus(where))

    def make(self, path: str) -> None:
        """Make a directory, with those above it."""
        self._system.mkdirs(self._path(self.address(path)))

    def exists(self, path: str) -> bool:
        """Whether there is a file or directory."""
        return bool(self._system.exists(self._path(self.address(path))))

    def delete(self, path: str) -> None:
        """Remove a file or a directory with all it holds; nothing happens if it is not there."""
        self._system.delete(self._path(self.address(path)), True)

    def write(self, path: str, text: str = "", *, overwrite: bool = True) -> None:
        """Write a small text file; with `overwrite` off, one that is there raises FileExistsError."""
        if not overwrite and self.exists(path):
            raise FileExistsError(path)
        stream = self._system.create(self._path(self.address(path)), overwrite)
        stream.write(bytearray(text.encode()))
        stream.close()

    def read(self, path: str) -> str:
        """The text of a small file."""
        stream = self._system.open(self._path(self.address(path)))
        try:
            return bytes(stream.readAllBytes()).decode()
        finally:
            stream.close()

    def put(self, file: Path, path: str) -> None:
        """Move a finished local file here; under its name it is whole or absent."""
        if self.local:
            target = self.local / path
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, target)
            return
        folder, name = path.rsplit("/", 1)
        hidden = self._path(self.address(f"{folder}/_{name}"))  # Spark reads no names that start with _
        self._system.copyFromLocalFile(True, True, self._path(file.as_uri()), hidden)
        self._system.rename(hidden, self._path(self.address(path)))

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        """A local folder for files under way, on the same disk where the tree is local."""
        parent = self.local / "_staging" if self.local else None
        if parent:
            parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=parent))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def fetched(self, path: str) -> Iterator[Path]:
        """A file as a local one, for reading."""
        if self.local:
            yield self.local / path
            return
        with self.staging() as folder:
            target = folder / path.rsplit("/", 1)[1]
            self._system.copyToLocalFile(False, self._path(self.address(path)), self._path(target.as_uri()), True)
            yield target


class Generations:
    """Which directory is a table now, and how the next one takes its place."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._current: dict[str, str | None] = {}

    def current(self, table: str) -> str | None:
        """Path of the table's rows; None if it never had any."""
        if table not in self._current:
            whole = [name for name in self._names(table) if self.files.exists(f"{table}/{name}/{COMPLETE}")]
            self._current[table] = f"{table}/{whole[-1]}" if whole else None
        return self._current[table]

    def next(self, table: str) -> str:
        """Path of a new generation, to be filled and then finished; unfinished remains are removed."""
        current = self.current(table)
        number = _number(current) + 1 if current else 1
        path = f"{table}/gen-{number:06d}"
        self.files.delete(path)
        return path

    def finish(self, table: str, path: str) -> None:
        """Make the generation the table; one marker file decides, then the older ones go."""
        if not self.files.exists(f"{path}/{COMPLETE}"):
            self.files.write(f"{path}/{COMPLETE}")
        self._current[table] = path
        self._sweep(table)

    def opened(self, table: str) -> str:
        """Path to append to; an empty table gets its first generation."""
        current = self.current(table)
        if current is None:
            current = self.next(table)
            self.finish(table, current)
        return current

    def loads(self, table: str) -> set[int]:
        """Loads that have rows in a table of facts."""
        current = self.current(table)
        found = (re.fullmatch(LOAD + r"=(\d+)", name) for name in (self.files.names(current) if current else ()))
        return {int(match[1]) for match in found if match}

    def drop_load(self, table: str, load_id: int) -> None:
        """Remove the rows of one load from a table of facts."""
        self.files.delete(f"{self.current(table)}/{LOAD}={load_id}")

    def clean(self) -> None:
        """Remove what a killed process left: generations never finished, or replaced."""
        for table in self.files.names():
            if not table.startswith("_"):
                self._sweep(table)

    def _sweep(self, table: str) -> None:
        current = self.current(table)
        for name in self._names(table):
            if f"{table}/{name}" != current:
                self.files.delete(f"{table}/{name}")

    def _names(self, table: str) -> list[str]:
        """Its generations, the newest last."""
        return sorted((name for name in self.files.names(table) if re.fullmatch(r"gen-\d+", name)), key=_number)


def _number(generation: str) -> int:
    """The number of a generation, by its name or path."""
    return int(generation.rsplit("-", 1)[1])


def put_arrow(files: Files, folder: str, batches: Iterable[pa.RecordBatch], *, by_load: bool) -> None:
    """Write Arrow batches as Parquet into a folder, facts one file per load; files appear when all are written."""
    files.make(folder)
    with files.staging() as staging, contextlib.ExitStack() as open_writers:
        writers: dict[str, pq.ParquetWriter] = {}
        for batch in batches:
            for part, rows in _by_load(batch) if by_load else [("", batch)]:
                if part not in writers:
                    path = staging / f"{len(writers)}.parquet"
                    writers[part] = open_writers.enter_context(pq.ParquetWriter(path, rows.schema))
                writers[part].write_batch(rows)
        open_writers.close()
        for number, part in enumerate(writers):
            files.put(staging / f"{number}.parquet", f"{folder}/{part}part-{uuid.uuid4()}.parquet")


def _by_load(batch: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The rows of each load with the directory they belong in; the directory's name holds the load."""
    place = batch.schema.get_field_index(LOAD)
    loads = batch.column(place).to_numpy()
    for load_id in np.unique(loads):
        yield f"{LOAD}={load_id}/", batch.filter(pa.array(loads == load_id)).remove_column(place)
