"""Keys that a load has met: eight bytes each, so that its own rows are not searched in the warehouse every batch."""

from __future__ import annotations

import functools

import numpy as np

#: Keys are random numbers of 63 bits: their first ones say where in a field of so many bits each leaves its mark.
MARKS = 26
KEY_BITS = 63


class SeenKeys:
    """A field of marks, in which most new keys find none (a Bloom filter of one function); for the others sorted runs
    of keys, joined when one would be no longer than the next: few runs, each key sorted few times.
    """

    def __init__(self) -> None:
        self._runs: list[np.ndarray] = []

    @property
    def any(self) -> bool:
        """Whether there was any key yet."""
        return bool(self._runs)

    def seen_before(self, keys: np.ndarray) -> np.ndarray:
        """Whether each key stood in an earlier call; from now on these keys have. Keys are 0 or more.

        >>> seen = SeenKeys()
        >>> seen.seen_before(np.array([1, 1, 2])).tolist(), seen.seen_before(np.array([3, 2])).tolist()
        ([False, False, False], [False, True])
        """
        rising = np.sort(keys)
        if not self._runs:  # most loads are one batch
            self._add(rising)
            return np.zeros(len(keys), bool)
        places, bits = _marks_of(rising)
        maybe = rising[self._marks[places] & bits != 0]
        met = np.concatenate([maybe[:0], *(_common(maybe, run) for run in self._runs)])
        _mark(self._marks, places, bits)
        self._add(rising)
        return np.isin(keys, met) if len(met) else np.zeros(len(keys), bool)

    def have(self, keys: np.ndarray) -> np.ndarray:
        """Whether each key stood in any call.

        >>> seen = SeenKeys()
        >>> _ = seen.seen_before(np.array([1, 5])), seen.seen_before(np.array([3]))
        >>> seen.have(np.array([5, 2, 3])).tolist()
        [True, False, True]
        """
        rising = np.sort(keys)
        return np.isin(keys, np.concatenate([rising[:0], *(_common(rising, run) for run in self._runs)]))

    @functools.cached_property
    def _marks(self) -> np.ndarray:
        """The field, with the marks of the first keys."""
        marks = np.zeros(2**MARKS // 8, np.uint8)  # taken from the system as it is touched
        for run in self._runs:
            _mark(marks, *_marks_of(run))
        return marks

    def _add(self, run: np.ndarray) -> None:
        while self._runs and len(self._runs[-1]) <= len(run):
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")  # two sorted runs: merged
        if len(run):
            self._runs.append(run)


def _marks_of(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The byte that holds the mark of each key, and its bit."""
    marks = keys >> (KEY_BITS - MARKS)
    return marks >> 3, np.left_shift(1, marks & 7).astype(np.uint8)


def _mark(marks: np.ndarray, places: np.ndarray, bits: np.ndarray) -> None:
    """Leave the marks of rising keys."""
    if len(places):
        firsts = np.flatnonzero(np.append(True, places[1:] != places[:-1]))
        marks[places[firsts]] |= np.bitwise_or.reduceat(bits, firsts)


def _common(ordered: np.ndarray, run: np.ndarray) -> np.ndarray:
    """The keys of a sorted array that are in a sorted run."""
    places = np.searchsorted(run, ordered)
    places[places == len(run)] = 0
    return ordered[run[places] == ordered]
