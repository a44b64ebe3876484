"""Continuation lines: what an export writes on the first line of a record only, the lines below it take from there."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from siyu.sources.mappings.mapping import Continued


@dataclass
class FillDown:
    """Fills the empty cells of continuation lines from the line above; batches in the order of their file."""

    continued: Continued
    _above: pa.RecordBatch | None = field(default=None, repr=False)

    def of(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch, filled; its last line is remembered for the next.

        >>> lines = pa.RecordBatch.from_pydict({"no": ["1", "1", "2"], "id": ["a", None, None]})
        >>> FillDown(Continued("no", ("id",))).of(lines).column("id").to_pylist()
        ['a', 'a', None]
        """
        within = self.continued.within
        present = [name for name in self.continued.columns if name in batch.schema.names]
        if within not in batch.schema.names or not present or not batch.num_rows:
            return batch
        mine = batch.select([within, *present])
        rows = pa.Table.from_batches([mine] if self._above is None else [self._above, mine])
        first = _run_starts(rows[within].combine_chunks())
        filled = {name: _filled(rows[name].combine_chunks(), first).slice(rows.num_rows - batch.num_rows)
                  for name in present}
        for name, column in filled.items():
            batch = batch.set_column(batch.schema.get_field_index(name), name, column)
        self._above = batch.select([within, *present]).slice(batch.num_rows - 1)
        return batch


def _run_starts(values: pa.Array) -> np.ndarray:
    """Where the run of equal values begins that each line is in; an empty value equals none."""
    codes = values.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    lines = np.arange(len(codes))
    begins = np.append(True, (codes[1:] != codes[:-1]) | (codes[1:] < 0))
    return np.maximum.accumulate(np.where(begins, lines, 0))


def _filled(column: pa.Array, first: np.ndarray) -> pa.Array:
    lines = np.arange(len(column))
    last = np.maximum.accumulate(np.where(column.is_valid().to_numpy(zero_copy_only=False), lines, -1))
    return column.take(pa.array(last, pa.int64(), mask=last < first))
