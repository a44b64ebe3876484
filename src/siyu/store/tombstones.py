"""Tombstones: identifiers of erased consumers as keyed hashes, so that no file and no collector takes them in again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from siyu.store.operations import Operations
from siyu.store.schema import SPARED, TOMBSTONE


@dataclass(frozen=True)
class Tombstones:
    """Ids of erased identifiers, ascending. spared: (erased id, other id) that stood on records together, where the
    record is the other's: a phone that two members share is erased for one of them only.
    """

    ids: np.ndarray
    spared: frozenset[tuple[int, int]] = frozenset()

    @staticmethod
    def of(operations: Operations) -> Tombstones:
        """All tombstones there are."""
        with operations.connect() as connection:
            ids = connection.execute(sa.select(TOMBSTONE.c.identifier_id)).scalars().all()
            pairs = connection.execute(sa.select(SPARED.c.identifier_id, SPARED.c.other_id)).all() if ids else []
        return Tombstones(np.sort(np.array(ids, np.int64)), frozenset((a, b) for a, b in pairs))

    def __bool__(self) -> bool:
        return len(self.ids) > 0

    def among(self, ids: np.ndarray) -> np.ndarray:
        """Which of some ids are erased.

        >>> Tombstones(np.array([3, 7])).among(np.array([7, 1, -9])).tolist()
        [True, False, False]
        """
        return np.isin(ids, self.ids)

    def spare(self, ids: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Which pairs of an erased and another id belong to the other one.

        >>> Tombstones(np.array([3]), frozenset({(3, 5)})).spare(np.array([3, 3]), np.array([5, 6])).tolist()
        [True, False]
        """
        if not self.spared:
            return np.zeros(len(ids), bool)
        return np.fromiter(((a, b) in self.spared for a, b in zip(ids.tolist(), others.tolist())), bool, len(ids))


def erasure_of(connection: sa.Connection, ids: Iterable[int]) -> int | None:
    """The request by which any of some identifiers was erased; None if none was."""
    query = sa.select(TOMBSTONE.c.erasure_id).where(TOMBSTONE.c.identifier_id.in_(list(ids)))
    return connection.execute(query).scalars().first()
