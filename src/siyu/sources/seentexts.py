"""Texts that a load has met, each with a number: found by a hash, then compared. Arrays only: a dictionary of Python
takes four times as long to ask and five times the memory.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.sources.workbench import Workbench, compiled, hash_of

TEXT = ibis.table({"text": "string"}, name="texts")
HASH = TEXT.select(hash=hash_of(TEXT["text"]))  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Run:
    """Texts by rising hash."""

    hashes: np.ndarray
    texts: pa.StringArray
    numbers: np.ndarray

    def __len__(self) -> int:
        return len(self.hashes)

    def and_(self, other: _Run) -> _Run:
        """Both in one."""
        return _run(np.concatenate([self.hashes, other.hashes]), pa.concat_arrays([self.texts, other.texts]),
                    np.concatenate([self.numbers, other.numbers]))


class SeenTexts:
    """Gives the number of texts; those not met before are asked of `number`, in the order they come.

    >>> seen = SeenTexts(Workbench(), lambda new: np.array([len(text) for text in new]))
    >>> seen.of(pa.array(["a", "bcd"])).tolist(), seen.of(pa.array(["ef", "a"])).tolist(), len(seen)
    ([1, 3], [2, 1], 3)
    """

    def __init__(self, workbench: Workbench, number: Callable[[list[str]], np.ndarray]) -> None:
        self._workbench, self._number = workbench, number
        self._runs: list[_Run] = []  # each longer than the next: few runs, each text sorted few times

    def __len__(self) -> int:
        return sum(map(len, self._runs))

    def of(self, texts: pa.StringArray) -> np.ndarray:
        """The number of each of some distinct texts."""
        hashes = self._workbench.run(compiled(HASH), texts=pa.table({"text": texts}))["hash"].to_numpy()
        numbers, met = self._met(texts, hashes)
        if not met.all():
            unmet = np.flatnonzero(~met)
            new = texts.take(pa.array(unmet))
            numbers[unmet] = self._number(new.to_pylist())
            self._add(_run(hashes[unmet], new, numbers[unmet]))
        return numbers

    def _met(self, texts: pa.StringArray, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of texts, and which of them were met: the others' mean nothing."""
        numbers, met = np.zeros(len(texts), np.int64), np.zeros(len(texts), bool)
        order = np.argsort(hashes)
        rising = hashes[order]
        for run in self._runs:
            places = np.searchsorted(run.hashes, rising)
            places[places == len(run)] = 0
            alike = run.hashes[places] == rising
            mine, theirs = order[alike], places[alike]
            # two texts of one hash are two texts: the second is asked for whenever it comes
            same = pc.equal(texts.take(pa.array(mine)), run.texts.take(pa.array(theirs))).to_numpy(zero_copy_only=False)
            numbers[mine[same]] = run.numbers[theirs[same]]
            met[mine[same]] = True
        return numbers, met

    def _add(self, run: _Run) -> None:
        while self._runs and len(self._runs[-1]) <= len(run):
            run = run.and_(self._runs.pop())
        self._runs.append(run)


def _run(hashes: np.ndarray, texts: pa.StringArray, numbers: np.ndarray) -> _Run:
    order = np.argsort(hashes)
    return _Run(hashes[order], texts.take(pa.array(order)), numbers[order])
