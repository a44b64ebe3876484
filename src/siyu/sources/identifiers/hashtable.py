"""Where hashes were put, in the order they came: a table with open addresses in arrays, asked for many at once."""

from __future__ import annotations

import numpy as np

#: Slots of a table that is new; at most half of them are taken.
FEWEST = 1024
FREE = 0
#: What the hash zero stands as, which marks a slot that is free.
ZERO = 1


class HashTable:
    """Hashes (64 bits, spread evenly; fewer than 2^31), each at its place: the first at 0, the next at 1.

    >>> table = HashTable()
    >>> table.add(np.array([7, 9], np.uint64))
    >>> table.of(np.array([9, 8, 7], np.uint64)).tolist(), len(table)
    ([1, -1, 0], 2)
    """

    def __init__(self) -> None:
        self._count = 0
        self._clear(FEWEST)

    def __len__(self) -> int:
        return self._count

    def of(self, hashes: np.ndarray) -> np.ndarray:
        """The place of each hash, -1 where it was not put; of one that was put twice either."""
        hashes = _marked(hashes)
        found = np.full(len(hashes), -1, np.int64)
        slots, asking = self._home(hashes), np.arange(len(hashes))
        while len(asking):
            held = self._hashes[slots]
            same = held == hashes
            found[asking[same]] = self._places[slots[same]]
            on = ~same & (held != FREE)
            asking, hashes, slots = asking[on], hashes[on], self._next(slots[on])
        return found

    def add(self, hashes: np.ndarray) -> None:
        """Put hashes at the next places."""
        places = np.arange(self._count, self._count + len(hashes))
        self._count += len(hashes)
        if 2 * self._count > len(self._hashes):
            held = self._hashes != FREE
            hashes, places = (np.concatenate(both) for both in (
                (self._hashes[held], hashes), (self._places[held], places)))  # fmt: skip
            self._clear(2 ** (2 * self._count).bit_length())
        self._put(_marked(hashes), places)

    def _put(self, hashes: np.ndarray, places: np.ndarray) -> None:
        """Each into the first free slot from its own on; where several want one, the last written has it."""
        slots = self._home(hashes)
        while len(hashes):
            free = self._hashes[slots] == FREE
            self._places[slots[free]] = places[free]
            mine = free & (self._places[slots] == places)
            self._hashes[slots[mine]] = hashes[mine]
            hashes, places, slots = hashes[~mine], places[~mine], self._next(slots[~mine])

    def _clear(self, slots: int) -> None:
        self._hashes, self._places = np.full(slots, FREE, np.uint64), np.zeros(slots, np.int32)

    def _home(self, hashes: np.ndarray) -> np.ndarray:
        return (hashes & np.uint64(len(self._hashes) - 1)).astype(np.int64)

    def _next(self, slots: np.ndarray) -> np.ndarray:
        return (slots + 1) & (len(self._hashes) - 1)


def _marked(hashes: np.ndarray) -> np.ndarray:
    return np.where(hashes == FREE, np.uint64(ZERO), hashes)
