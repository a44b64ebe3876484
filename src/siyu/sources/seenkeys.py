"""Keys that a load has met: eight bytes each, so that its own rows are not searched in the warehouse every batch."""

from __future__ import annotations

import numpy as np


class SeenKeys:
    """Sorted runs of keys, joined when one would be no longer than the next: few runs, each key sorted few times."""

    def __init__(self) -> None:
        self._runs: list[np.ndarray] = []

    def seen_before(self, keys: np.ndarray) -> np.ndarray:
        """Whether each key stood in an earlier call; from now on these keys have.

        >>> seen = SeenKeys()
        >>> seen.seen_before(np.array([1, 1, 2])).tolist(), seen.seen_before(np.array([3, 2])).tolist()
        ([False, False, False], [False, True])
        """
        ordered = np.sort(keys)
        met = np.concatenate([ordered[:0], *(_common(ordered, run) for run in self._runs)])
        self._add(ordered)
        return np.isin(keys, met) if len(met) else np.zeros(len(keys), bool)

    def _add(self, run: np.ndarray) -> None:
        while self._runs and len(self._runs[-1]) <= len(run):
            run = np.sort(np.concatenate([self._runs.pop(), run]))
        if len(run):
            self._runs.append(run)


def _common(ordered: np.ndarray, run: np.ndarray) -> np.ndarray:
    """The keys of a sorted array that are in a sorted run."""
    places = np.searchsorted(run, ordered)
    places[places == len(run)] = 0
    return ordered[run[places] == ordered]
