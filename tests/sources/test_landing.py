"""Landed files: whole or not there, unreadable without the key, with an index to the chunks of a person."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from siyu.core.errors import NewerVersionError, SourceError
from siyu.core.identifiers import Keys
from siyu.sources.landed import landing
from siyu.sources.landed.landing import CHUNK_ROWS, Landing
from siyu.store import raw_files

KEYS = Keys(bytes(32), bytes(32))


def rows(start, count):
    lines = np.arange(start, start + count)
    return pa.RecordBatch.from_arrays([pa.array([f"v{n}" for n in lines]), pa.array(lines)], names=["a", "_line"])


@pytest.fixture
def landed(tmp_path):
    path = raw_files.path_of(tmp_path, 7)
    writing = Landing(path, KEYS)
    for start in (2, 2 + CHUNK_ROWS):
        batch = rows(start, CHUNK_ROWS)
        writing.add(batch, [np.where(batch["_line"].to_numpy() == start, start, -9)])
    writing.finish([{"line": 5, "text": "bad", "reason": "why"}])
    return path


def test_rows_come_back_as_they_were(landed):
    found = pa.Table.from_batches(landing.batches(landed, KEYS))
    assert found.equals(pa.Table.from_batches([rows(2, 2 * CHUNK_ROWS)]))
    assert landing.bad_rows(landed, KEYS) == [{"line": 5, "text": "bad", "reason": "why"}]


def test_the_index_names_the_chunks_of_an_identifier(landed):
    assert landing.chunks_of(landed, KEYS, [2]) == [0]
    assert landing.chunks_of(landed, KEYS, [3, 2 + CHUNK_ROWS]) == [1]
    assert landing.chunks_of(landed, KEYS, [3]) == []


def test_chunks_with_rows_that_were_not_read_are_named_for_everybody(tmp_path):
    writing = Landing(tmp_path / "1.siyu", KEYS)
    writing.add(rows(2, 3), [np.array([0, -9, -9])])
    writing.finish([])
    assert landing.chunks_of(tmp_path / "1.siyu", KEYS, [12345]) == [0]


def test_nothing_is_readable_without_the_key(tmp_path):
    # Long enough that no cipher shows it by chance, as a few bytes among hundreds of thousands would.
    mark = "plum, pear and 13800001111"
    path = tmp_path / "1.siyu"
    writing = Landing(path, KEYS)
    writing.add(pa.RecordBatch.from_pydict({"a": [mark], "_line": [2]}), [])
    writing.finish([{"line": 5, "text": mark, "reason": mark}])
    assert next(iter(landing.batches(path, KEYS)))["a"].to_pylist() == [mark]
    assert mark.encode() not in path.read_bytes()
    assert mark[:8].encode() not in path.read_bytes()


def test_a_file_cut_short_is_refused(landed):
    landed.write_bytes(landed.read_bytes()[:-1])
    with pytest.raises(SourceError, match="ends before its end"):
        list(landing.batches(landed, KEYS))


def test_a_newer_layout_is_refused(landed):
    data = bytearray(landed.read_bytes())
    data[len(landing.MAGIC)] = landing.VERSION + 1
    landed.write_bytes(bytes(data))
    with pytest.raises(NewerVersionError):
        list(landing.batches(landed, KEYS))


def test_until_it_is_finished_there_is_no_landed_file(tmp_path):
    writing = Landing(tmp_path / "1.siyu", KEYS)
    writing.add(rows(2, 3), [])
    assert not (tmp_path / "1.siyu").exists()
    writing.discard()
    assert list(tmp_path.iterdir()) == []
