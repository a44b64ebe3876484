"""Lines that repeat an earlier one, whatever batch they come in."""

from __future__ import annotations

from contextlib import closing

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from siyu.sources.facts.repeats import Repeats
from siyu.sources.readers.source_file import LINE
from siyu.sources.workbench import Workbench

CELLS = st.sampled_from([None, "", "1", "a=1"])


@given(st.lists(st.lists(st.tuples(CELLS, CELLS), max_size=6), max_size=3))
def test_a_line_repeats_if_the_same_cells_stood_before(batches):
    seen, line = set(), 1
    with closing(Workbench()) as workbench:
        repeats = Repeats(workbench)
        for cells in batches:
            lines = list(range(line, line + len(cells)))
            line += len(cells)
            columns = [pa.array([one[i] for one in cells], pa.string()) for i in (0, 1)]
            found = repeats.among(pa.RecordBatch.from_arrays([*columns, pa.array(lines, pa.int64())], ["a", "b", LINE]))
            expected = []
            for number, one in zip(lines, cells):
                expected += [number] if one in seen else []
                seen.add(one)
            assert found.tolist() == expected
