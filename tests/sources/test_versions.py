"""Duplicates and corrections, against a slow judge, over random histories cut into batches at random."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from siyu.sources.facts.versions import CORRECTED, DUPLICATE, LOADED, Versions, judge

HISTORY = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), max_size=30)  # (key, values)


def arrays(rows):
    return Versions(*(np.array([row[i] for row in rows], np.int64) for i in range(3)))


def slowly(history):
    """Status of each row and what each supersedes, one row after the other."""
    versions, in_force, statuses, superseded = {}, {}, [], {}
    for fact_id, (key, values) in enumerate(history):
        known = versions.setdefault(key, set())
        if values in known:
            statuses.append(DUPLICATE)
            continue
        statuses.append(CORRECTED if known else LOADED)
        if known:
            superseded[in_force[key]] = fact_id
        known.add(values)
        in_force[key] = fact_id
    return statuses, set(superseded), in_force


@given(HISTORY, st.lists(st.integers(0, 30), max_size=3))
def test_batches_are_judged_as_row_after_row(history, cuts):
    rows = [(key, values, fact_id) for fact_id, (key, values) in enumerate(history)]
    bounds = [0, *sorted(min(c, len(rows)) for c in cuts), len(rows)]
    kept, statuses, superseded = [], [], set()
    for start, end in itertools.pairwise(bounds):
        batch = rows[start:end]
        keys = {key for key, _, _ in batch}
        verdict = judge(arrays(batch), arrays([row for row in kept if row[0] in keys]))
        statuses += verdict.status.tolist()
        kept += [row for row, status in zip(batch, verdict.status) if status in (LOADED, CORRECTED)]
        superseded |= set(verdict.superseded.tolist())
    expected, gone, in_force = slowly(history)
    assert statuses == expected
    assert superseded == gone
    assert {fact_id for _, _, fact_id in kept} - superseded == set(in_force.values())


def test_a_fact_is_superseded_once_and_by_the_version_in_force():
    verdict = judge(arrays([(1, 8, 10), (1, 9, 11)]), arrays([(1, 7, 1)]))
    assert (verdict.superseded.tolist(), verdict.by.tolist()) == ([1, 10], [11, 11])
