"""Texts that a load has met, each with a number: found by a hash, then compared. Arrays only: a dictionary of Python
takes four times as long to ask and five times the memory.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

from collections.abc import Callable

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.sources.identifiers.hashtable import HashTable
from siyu.sources.workbench import Workbench, compiled, hash_of

TEXT = ibis.table({"text": "string"}, name="texts")
HASH = TEXT.select(hash=hash_of(TEXT["text"]))  # type: ignore[arg-type]
#: Gives the numbers of texts.
Number = Callable[[list[str]], np.ndarray]


class SeenTexts:
    """Gives the number of texts; those not met before are asked for, each once, in the order they come.

    >>> seen, bench = SeenTexts(), Workbench()
    >>> def number(new: list[str]) -> np.ndarray: return np.array([len(text) for text in new])
    >>> seen.of(pa.array(["a", "bcd", "a"]), number, bench).tolist()
    [1, 3, 1]
    >>> seen.of(pa.array(["ef", "a"]), number, bench).tolist(), len(seen)
    ([2, 1], 3)
    """

    def __init__(self) -> None:
        self._places = HashTable()
        self._texts: list[pa.StringArray] = []  # each longer than the next: few, and each text copied few times
        self._numbers = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self._places)

    def of(self, texts: pa.StringArray, number: Number, workbench: Workbench) -> np.ndarray:
        """The number of each text; none of them is null."""
        hashes = workbench.run(compiled(HASH), texts=pa.table({"text": texts}))["hash"].to_numpy()
        places = self._places.of(hashes)
        met = self._met(texts, places)
        if met.all():
            return self._numbers[places]
        numbers = np.empty(len(texts), np.int64)
        numbers[met] = self._numbers[places[met]]
        unmet = np.flatnonzero(~met)
        numbers[unmet] = self._taken(texts.take(pa.array(unmet)), hashes[unmet], places[unmet] < 0, number)
        return numbers

    def _met(self, texts: pa.StringArray, places: np.ndarray) -> np.ndarray:
        """Which texts stand at the places of their hashes. Two texts of one hash are two texts: the second is asked for
        whenever it comes.
        """
        met = places >= 0
        if met.any():
            mine = texts if met.all() else texts.filter(pa.array(met))
            theirs = pa.chunked_array(self._texts, pa.string()).take(pa.array(places[met]))
            met[met] = pc.equal(theirs, mine).to_numpy()
        return met

    def _taken(self, texts: pa.StringArray, hashes: np.ndarray, fresh: np.ndarray, number: Number) -> np.ndarray:
        """The numbers of texts that were not met; those whose hash is fresh are kept."""
        encoded = texts.dictionary_encode()
        codes = encoded.indices.to_numpy()
        numbers = number(encoded.dictionary.to_pylist())
        kept = np.flatnonzero(fresh[firsts := _firsts(codes)])
        self._places.add(hashes[firsts[kept]])
        self._numbers = np.concatenate([self._numbers, numbers[kept]])
        self._add(encoded.dictionary.take(pa.array(kept)))
        return numbers[codes]

    def _add(self, texts: pa.StringArray) -> None:
        while self._texts and len(self._texts[-1]) <= len(texts):
            texts = pa.concat_arrays([self._texts.pop(), texts])
        self._texts.append(texts)


def _firsts(codes: np.ndarray) -> np.ndarray:
    """Where each code stands first; they are numbered in the order they come."""
    highest = np.maximum.accumulate(codes)
    return np.flatnonzero(np.append(True, highest[1:] != highest[:-1]))
