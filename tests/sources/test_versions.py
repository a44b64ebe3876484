"""Duplicates and corrections, against a slow judge, over random histories cut into batches at random."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.sources.facts.versions import CORRECTED, DUPLICATE, LOADED, Versions, as_current, judge, newest

NOTHING = Versions(*(np.array([], np.int64) for _ in range(3)))
HISTORY = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=30)  # (key, values)
#: How far the record of each key is with each of the values: what is paid, and how much of it went back.
STATES = st.dictionaries(st.tuples(st.integers(1, 4), st.integers(1, 4)),
                         st.tuples(st.integers(0, 1), st.integers(0, 2)))  # fmt: skip


def arrays(rows, states=None):
    state = () if states is None else tuple(np.array([states.get(row[:2], (0, 0))[i] for row in rows], np.int64)
                                            for i in range(2))  # fmt: skip
    return Versions(*(np.array([row[i] for row in rows], np.int64) for i in range(3)), state)


def slowly(history, states):
    """Status of each row, what each supersedes and how many come too late, one row after the other."""
    versions, in_force, statuses, superseded, late = {}, {}, [], {}, 0
    for fact_id, (key, values) in enumerate(history):
        known = versions.setdefault(key, set())
        state = states.get((key, values), (0, 0)) if states is not None else (0, 0)
        behind = bool(known) and state < in_force[key][1]
        late += behind and values not in known
        if values in known or behind:
            statuses.append(DUPLICATE)
            continue
        statuses.append(CORRECTED if known else LOADED)
        if known:
            superseded[in_force[key][0]] = fact_id
        known.add(values)
        in_force[key] = fact_id, state
    return statuses, set(superseded), {fact_id for fact_id, _ in in_force.values()}, late


@given(HISTORY, st.lists(st.integers(0, 30), max_size=3), st.none() | STATES)
def test_batches_are_judged_as_row_after_row(history, cuts, states):
    rows = [(key, values, fact_id) for fact_id, (key, values) in enumerate(history)]
    bounds = [0, *sorted(min(c, len(rows)) for c in cuts), len(rows)]
    kept, statuses, superseded, late = [], [], set(), 0
    for start, end in itertools.pairwise(bounds):
        batch = rows[start:end]
        keys = {key for key, _, _ in batch}
        verdict = judge(arrays(batch, states), arrays([row for row in kept if row[0] in keys], states))
        statuses += verdict.status.tolist()
        kept += [row for row, status in zip(batch, verdict.status) if status in (LOADED, CORRECTED)]
        superseded |= set(verdict.superseded.tolist())
        late += len(verdict.older)
    expected, gone, in_force, too_late = slowly(history, states)
    assert statuses == expected
    assert superseded == gone
    assert {fact_id for _, _, fact_id in kept} - superseded == in_force
    assert late <= too_late  # the same old row again in one batch is the duplicate of itself
    assert bool(late) == bool(too_late)


@given(st.permutations([(1, 1), (1, 2), (1, 3), (1, 4)]))
def test_of_versions_that_grow_the_furthest_is_in_force_in_any_order(history):
    states = {(1, values): (1, values) for values in range(1, 5)}
    rows = [(key, values, fact_id) for fact_id, (key, values) in enumerate(history)]
    verdict = judge(arrays(rows, states), arrays([], states))
    taken = [row for row, status in zip(rows, verdict.status) if status in (LOADED, CORRECTED)]
    assert [values for _, values, fact_id in taken if fact_id not in verdict.superseded] == [4]


def test_what_was_taken_back_otherwise_is_compared_with_what_is_in_force():
    """A correction by a file that says nothing of growing stands; exports go on from there."""
    kept = Versions(np.array([1, 1]), np.array([7, 8]), np.array([1, 2]), (np.array([10, 5]),))
    verdict = judge(Versions(np.array([1, 1]), np.array([9, 10]), np.array([3, 4]), (np.array([7, 6]),)), kept)
    assert verdict.status.tolist() == [CORRECTED, DUPLICATE]
    assert (verdict.superseded.tolist(), verdict.by.tolist()) == ([2], [3])
    assert (verdict.older.tolist(), verdict.instead.tolist()) == ([1], [3])


def test_a_fact_is_superseded_once_and_by_the_version_in_force():
    verdict = judge(arrays([(1, 8, 10), (1, 9, 11)]), arrays([(1, 7, 1)]))
    assert (verdict.superseded.tolist(), verdict.by.tolist()) == ([1, 10], [11, 11])


LISTS = st.lists(st.tuples(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=6),
                           st.booleans()), max_size=8)  # fmt: skip


@given(LISTS)
@settings(max_examples=400)
def test_of_lists_what_each_says_last_is_in_force_and_the_same_list_again_changes_nothing(lists):
    kept: list[tuple[int, int, int]] = []  # key, row, fact_id
    gone: set[int] = set()
    for told, twice in lists:
        for again in range(1 + twice):
            before = len(kept)
            keys, rows = (np.array(column, np.int64) for column in zip(*told))
            mine = [fact for fact in kept if fact[0] in keys]
            known = newest(Versions(*(np.array(column, np.int64) for column in zip(*mine)))) if mine else NOTHING
            incoming = Versions(keys, rows, np.arange(len(told)) + 100 * (before + 1))
            verdict = judge(as_current(incoming, known), known)
            taken = np.isin(verdict.status, (LOADED, CORRECTED))
            kept += [(key, row, fact) for (key, row), fact, new in zip(told, incoming.fact_id.tolist(), taken) if new]
            gone |= set(verdict.superseded.tolist())
            in_force = [(key, row) for key, row, fact in kept if fact not in gone]
            assert sorted(in_force) == sorted({**dict(in_force), **dict(told)}.items())
            assert not again or len(kept) == before
