"""Continuation lines take what only the first line of their record says, across batches and never across records."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.core.errors import MappingError
from siyu.sources.mappings import mappingfile
from siyu.sources.mappings.filldown import FillDown
from siyu.sources.mappings.mapping import Continued

LINES = st.lists(st.tuples(st.sampled_from(["1", "2", None]), st.sampled_from(["a", "b", None])), min_size=1)


def filled(lines: list[tuple[str | None, str | None]], sizes: list[int]) -> list[str | None]:
    """The column after filling, the lines dealt out in batches."""
    fill, found = FillDown(Continued("no", ("id",))), []
    while lines:
        size = sizes.pop() if sizes else len(lines)
        some, lines = lines[:size], lines[size:]
        batch = pa.RecordBatch.from_pydict({"no": [n for n, _ in some], "id": [i for _, i in some]},
                                           schema=pa.schema([("no", pa.string()), ("id", pa.string())]))  # fmt: skip
        found += fill.of(batch)["id"].to_pylist()
    return found


def line_by_line(lines: list[tuple[str | None, str | None]]) -> list[str | None]:
    found: list[str | None] = []
    for place, (number, value) in enumerate(lines):
        same = place > 0 and number is not None and number == lines[place - 1][0]
        found.append(value if value is not None or not same else found[-1])
    return found


@given(LINES, st.lists(st.integers(1, 3), max_size=5))
def test_filling_is_the_same_however_the_lines_come(lines, sizes):
    assert filled(lines, list(sizes)) == line_by_line(lines)


def test_a_file_without_the_columns_is_left_as_it_is():
    batch = pa.RecordBatch.from_pydict({"no": ["1", "1"], "other": ["x", None]})
    assert FillDown(Continued("no", ("id",))).of(batch) is batch


@pytest.mark.parametrize(("said", "mistake"), [
    ('columns = ["id"]', r"\[continued\]: expected `within`"),
    ('within = "no"\ncolumns = ["a"]', r"\[continued\]: no rows read 'no'"),
])
def test_what_a_mapping_says_of_continuation_lines_is_checked(said, mistake):
    with pytest.raises(MappingError, match=mistake):
        mappingfile.parse(f'name = "m"\n[continued]\n{said}\n[[rows]]\nkind = "products"\n[rows.columns]\nsku = "a"')
