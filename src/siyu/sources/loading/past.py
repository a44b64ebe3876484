"""Rows past their time: of which lines of a file an output's typed rows are older than is kept of their kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from siyu.sources.landed.landing import NOWHERE
from siyu.sources.mappings.mapping import OUTPUTS, Rows
from siyu.sources.mappings.transform import Part
from siyu.sources.readers.source_file import LINE
from siyu.store.retention import DATED


class Past:
    """Finds them for the outputs of one mapping. before: the instant up to which each kind is purged."""

    def __init__(self, outputs: Sequence[Rows], before: Mapping[str, int]) -> None:
        self._before = {place: before[rows.kind.name] for place, rows in enumerate(outputs) if rows.kind.name in before}
        self._columns = {place: DATED[outputs[place].kind.name] for place in self._before}

    def __bool__(self) -> bool:
        return bool(self._before)

    def rows(self, made: Sequence[Part]) -> dict[int, pa.Table]:
        """The typed rows past their time, by the place of their output."""
        found = {}
        for place, before in self._before.items():
            rows, column = made[place].rows, self._columns[place]
            if rows.num_rows and column in rows.column_names:
                old = rows.filter(pa.array(rows[column].to_numpy() < before))
                found |= {place: old} if old.num_rows else {}
        return found

    def places(self, made: Sequence[Part]) -> np.ndarray:
        """The places (OUTPUTS) of these rows, and those of the same lines in outputs that make nothing of them:
        cells that only they read may go.
        """
        old = {place: rows[LINE].to_numpy() for place, rows in self.rows(made).items()}
        lines = np.unique(np.concatenate([NOWHERE, *old.values()]))
        gone = [lines[~np.isin(lines, _used(part, old.get(place, NOWHERE)))] * OUTPUTS + place
                for place, part in enumerate(made)]  # fmt: skip
        return np.unique(np.concatenate([NOWHERE, *gone])) if len(lines) else NOWHERE


def _used(part: Part, old: np.ndarray) -> np.ndarray:
    """Lines of which an output makes something, or that it refused, without those past their time."""
    taken = np.setdiff1d(part.rows[LINE].to_numpy(), old)
    return np.concatenate([taken, part.refused[LINE].to_numpy()])
