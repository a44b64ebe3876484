"""Lines that repeat an earlier one of their file, cell for cell: of some exports they are the same thing told twice."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from siyu.sources.facts.hashing import text_hash
from siyu.sources.facts.seenkeys import SeenKeys
from siyu.sources.readers.source_file import LINE
from siyu.sources.workbench import Workbench


class Repeats:
    """The lines of one file as they come, batch after batch."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench, self._seen = workbench, SeenKeys()

    def among(self, batch: pa.RecordBatch) -> np.ndarray:
        """The numbers of the lines that stood in the file before, in an earlier batch or in this one."""
        cells = [name for name in batch.schema.names if name != LINE]
        hashes = text_hash(pa.Table.from_batches([batch]), cells, self._workbench)
        first = np.zeros(len(hashes), bool)
        first[np.unique(hashes, return_index=True)[1]] = True
        return batch[LINE].to_numpy()[self._seen.seen_before(hashes) | ~first]
