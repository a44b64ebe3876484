"""Versions of records: which incoming rows are new, which correct an earlier one, which are known already.

A row equal to any version ever kept is a duplicate; a known key with other values is a correction, and the latest
version is in force. Where the state of a record is known to grow only (an export of orders: what was paid stays paid),
a row that shows less of it than the version in force comes from an older export: it is known already, in a later state.
Arrays in, arrays out; the tables are `stage`'s work.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FILTERED, DUPLICATE, LOADED, CORRECTED, QUARANTINED = range(5)
STATUS = ("filtered", "duplicate", "loaded", "corrected", "quarantined")


@dataclass(frozen=True)
class Versions:
    """Rows by key_hash, row_hash and fact_id (which rises with time). state: columns of numbers that only grow, the
    weightiest first."""

    key: np.ndarray
    row: np.ndarray
    fact_id: np.ndarray
    state: tuple[np.ndarray, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """Status of each incoming row; which facts are superseded, and by which; places of the rows that show an older
    state, and the facts in force `instead`.
    """

    status: np.ndarray
    superseded: np.ndarray
    by: np.ndarray
    older: np.ndarray
    instead: np.ndarray


def newest(kept: Versions) -> Versions:
    """Of versions of a key that are equal (a list gave one back) the newest.

    >>> newest(Versions(np.array([1, 1, 1]), np.array([7, 8, 7]), np.array([10, 20, 30]))).fact_id.tolist()
    [30, 20]
    """
    if not _repeats(kept.key):  # most records have one version
        return kept
    order = np.lexsort((kept.fact_id, kept.row, kept.key))
    key, row = kept.key[order], kept.row[order]
    chosen = order[np.append((key[1:] != key[:-1]) | (row[1:] != row[:-1]), True)]
    state = tuple(column[chosen] for column in kept.state)
    return Versions(kept.key[chosen], kept.row[chosen], kept.fact_id[chosen], state)


def outdated(incoming: Versions, kept: Versions) -> int:
    """How many rows equal an earlier version of their record and not the newest.

    >>> outdated(Versions(np.array([1, 1]), np.array([7, 8]), np.array([30, 31])),
    ...          Versions(np.array([1, 1]), np.array([7, 8]), np.array([10, 20])))
    1
    """
    if not _repeats(kept.key):
        return 0
    last = _last_of(kept.key, kept.fact_id)
    key, row = np.concatenate([kept.key, incoming.key]), np.concatenate([kept.row, incoming.row])
    known = ~_first_of(key, row, np.arange(len(key)))[len(kept.key) :] & np.isin(incoming.key, kept.key)
    place = np.searchsorted(kept.key[last], incoming.key[known])
    return int((kept.row[last][place] != incoming.row[known]).sum())


def as_current(incoming: Versions, kept: Versions) -> Versions:
    """Rows that say what is so now, made to be judged as such: of each key the last one is so, also where an earlier
    version said the same and a later one something else. Such a row is marked (~), so that it equals no version.

    >>> kept = Versions(np.array([1, 1]), np.array([7, 8]), np.array([10, 20]))
    >>> as_current(Versions(np.array([1]), np.array([7]), np.array([30])), kept).row.tolist()
    [-8]
    >>> as_current(Versions(np.array([1, 1]), np.array([7, 8]), np.array([30, 31])), kept).row.tolist()
    [7, 8]
    """
    if not len(kept.key) and not _repeats(incoming.key):  # mostly: nothing of them was there before
        return incoming
    size, key = len(kept.key), np.concatenate([kept.key, incoming.key])
    row, fact_id = np.concatenate([kept.row, incoming.row]), np.concatenate([kept.fact_id, incoming.fact_id])
    fresh = np.arange(len(key)) >= size
    known = ~_first_of(key, row, fact_id)
    last = _last_of(key, fact_id)
    stands = _last_of(key, np.where(fresh & known, -1, fact_id))  # were the known ones left out
    standing = stands[np.searchsorted(key[stands], key[last])]
    again = last[fresh[last] & known[last] & (row[standing] != row[last])]
    row[again] = ~row[again]
    return Versions(incoming.key, row[size:], incoming.fact_id, incoming.state)


def judge(incoming: Versions, kept: Versions, anew: np.ndarray | None = None) -> Verdict:
    """Compare incoming rows with the versions kept of their keys (all of them) and with each other. anew: rows known to
    be versions of their own, whatever they equal.

    >>> new = Versions(np.array([1, 1, 2]), np.array([7, 8, 9]), np.array([10, 11, 12]))
    >>> verdict = judge(new, Versions(np.array([1]), np.array([7]), np.array([3])))
    >>> [STATUS[s] for s in verdict.status], verdict.superseded.tolist(), verdict.by.tolist()
    (['duplicate', 'corrected', 'loaded'], [3], [11])
    >>> verdict = judge(new, Versions(np.array([1]), np.array([7]), np.array([3])), np.array([True, False, False]))
    >>> [STATUS[s] for s in verdict.status], verdict.superseded.tolist(), verdict.by.tolist()
    (['corrected', 'corrected', 'loaded'], [3, 10], [11, 11])
    """
    none = np.array([], np.int64)
    if not len(kept.key) and not _repeats(incoming.key):
        return Verdict(np.full(len(incoming.key), LOADED, np.uint8), none, none, none, none)
    size = len(kept.key)
    key, row = np.concatenate([kept.key, incoming.key]), np.concatenate([kept.row, incoming.row])
    fact_id = np.concatenate([kept.fact_id, incoming.fact_id])
    fresh = np.arange(len(key)) >= size
    first = _first_of(key, row, fact_id)
    if anew is not None:
        first[size:] |= anew
    status = np.where(first, LOADED, DUPLICATE).astype(np.uint8)

    places = np.flatnonzero(first)  # the distinct versions of every key
    places = places[np.lexsort((fact_id[places], key[places]))]
    older = places[:0]
    if incoming.state:
        state = [np.concatenate(columns) for columns in zip(kept.state, incoming.state)]
        behind = _behind(key[places], _ranks(state)[places], fresh[places])
        places, older = places[~behind], places[behind]
        status[older] = DUPLICATE
    same_key = key[places][1:] == key[places][:-1]
    later = np.append(False, same_key)
    status[places[later & fresh[places]]] = CORRECTED

    last = places[np.append(~same_key, True)]  # the version of each key that will be in force
    group = np.cumsum(np.append(True, ~same_key)) - 1
    winner = last[group]
    in_force_before = fresh[places] | np.append(fresh[places][1:] | ~same_key, True)
    gone = in_force_before & (places != winner) & fresh[winner]
    instead = last[np.searchsorted(key[last], key[older])]
    return Verdict(status[size:], fact_id[places[gone]], fact_id[winner[gone]], older - size, fact_id[instead])


def _behind(key: np.ndarray, rank: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """Which fresh versions, ordered by key and time, rank below the one that is in force when their turn comes."""
    group = np.cumsum(np.append(True, key[1:] != key[:-1]))
    last_of_key = np.append(key[1:] != key[:-1], True)
    counts = fresh | np.append(fresh[1:], True) | last_of_key  # of those kept, only the last is in force
    place = group * (rank.max(initial=0) + 2)
    standing = place + np.where(counts, rank + 1, 0)
    return fresh & (place + rank + 1 < np.maximum.accumulate(standing))


def _ranks(columns: list[np.ndarray]) -> np.ndarray:
    """Each row's place among the distinct values of its columns."""
    order = np.lexsort(columns[::-1])
    rises = np.zeros(len(order), bool)
    for column in columns:
        rises[1:] |= column[order][1:] != column[order][:-1]
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.cumsum(rises)
    return ranks


def _repeats(key: np.ndarray) -> bool:
    """Whether any value stands twice."""
    ordered = np.sort(key)
    return bool((ordered[1:] == ordered[:-1]).any())


def _first_of(key: np.ndarray, row: np.ndarray, fact_id: np.ndarray) -> np.ndarray:
    """Whether each row is the first with its key and values."""
    order = np.lexsort((fact_id, row, key))
    again = (key[order][1:] == key[order][:-1]) & (row[order][1:] == row[order][:-1])
    first = np.ones(len(key), bool)
    first[order[1:]] = ~again
    return first


def _last_of(key: np.ndarray, fact_id: np.ndarray) -> np.ndarray:
    """The place of the last row of each key, in the order of the keys."""
    order = np.lexsort((fact_id, key))
    return order[np.append(key[order][1:] != key[order][:-1], True)] if len(key) else order
