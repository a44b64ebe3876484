"""Writing one file: columns in the header's order, quoting, spoiling."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from siyu.simulate.exportfile import Exports, Flaw, quoted

from .reading import lines_of


def test_cells_stand_under_their_header_and_missing_ones_are_empty(tmp_path):
    out = Exports(tmp_path)
    out.write("a.csv", "a", 2, {"y": pa.array(["1", None]), "x": "k"}, header="x,z,y,")
    assert (tmp_path / "a.csv").read_text() == "x,z,y,\nk,,1,\nk,,,\n"


def test_a_name_that_comes_twice_has_cells_of_its_own(tmp_path):
    Exports(tmp_path).write("a.csv", "a", 1, {"x": pa.array(["1"]), "x#2": pa.array(["2"])}, header="x,x")
    assert lines_of(tmp_path / "a.csv") == (["x", "x"], [["1", "2"]])


def test_quoted_cells_survive_commas_and_marks(tmp_path):
    Exports(tmp_path).write("a.csv", "a", 1, {"x": quoted(pa.array(['say "a", b'])), "y": "1"})
    assert lines_of(tmp_path / "a.csv")[1] == [['say "a", b', "1"]]


def test_a_file_without_rows_is_only_its_header(tmp_path):
    out = Exports(tmp_path, duplicate_share=0.5, bad_share=0.5)
    empty = pa.array([], pa.string())
    out.write("a.csv", "a", 0, {"x": empty}, spoil=np.random.default_rng(1), flaws=(Flaw("bad", "x", "?"),))
    assert (tmp_path / "a.csv").read_text() == "x\n"
    assert out.wrinkles == {}


def test_spoiling_adds_rows_and_takes_none_away(tmp_path):
    out = Exports(tmp_path, duplicate_share=0.1, bad_share=0.05)
    cells = {"id": pa.array([f"n{i}" for i in range(100)]), "x": "1"}
    out.write("a.csv", "a", 100, cells, spoil=np.random.default_rng(1), flaws=(Flaw("bad", "x", "?"),), key="id")
    rows = lines_of(tmp_path / "a.csv")[1]
    assert {row[0] for row in rows} >= {f"n{i}" for i in range(100)}
    assert out.wrinkles == {"a.csv": {"duplicate_line": 10, "bad": 5}}
    assert len(rows) == out.written[0].rows == 115


def test_more_rows_than_a_chunk_are_all_written(tmp_path, monkeypatch):
    monkeypatch.setattr("siyu.simulate.exportfile.ROWS_PER_CHUNK", 7)
    Exports(tmp_path).write("a.csv", "a", 20, {"x": pa.array([str(i) for i in range(20)])}, encoding="gb18030")
    assert [row[0] for row in lines_of(tmp_path / "a.csv")[1]] == [str(i) for i in range(20)]
