"""Texts that a load has met have the number they were given, whatever else has their hash."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from siyu.sources.identifiers.seentexts import SeenTexts
from siyu.sources.workbench import Workbench

BATCHES = st.lists(st.lists(st.text(max_size=3)), max_size=8)


class Crowded(Workbench):
    """Gives many texts one hash."""

    def run(self, sql: str, **tables: pa.Table) -> pa.Table:
        return pa.table({"hash": pa.array([len(text) for text in tables["texts"]["text"].to_pylist()], pa.uint64())})


@given(BATCHES, st.sampled_from([Workbench, Crowded]))
def test_every_text_keeps_the_number_it_was_given(batches: list[list[str]], workbench: type[Workbench]):
    given_: dict[str, int] = {}

    def number(new: list[str]) -> np.ndarray:
        return np.array([given_.setdefault(text, -len(given_)) for text in new], np.int64)

    seen, at_work = SeenTexts(), workbench()
    for batch in batches:
        found = seen.of(pa.array(batch, pa.string()), number, at_work)
        assert found.tolist() == [given_[text] for text in batch]


def test_a_text_is_asked_for_once():
    asked: list[str] = []

    def number(new: list[str]) -> np.ndarray:
        asked.extend(new)
        return np.arange(len(new))

    seen, workbench = SeenTexts(), Workbench()
    for start in (0, 500, 250, 0):
        seen.of(pa.array([f"c-{n}" for n in range(start, start + 1000)]), number, workbench)
    assert sorted(asked) == sorted({f"c-{n}" for n in range(1500)})
    assert len(seen) == 1500
