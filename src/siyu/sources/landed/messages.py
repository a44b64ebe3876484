"""Which messages have come before, and which states of documents; the tables that remember. Asked set-wise, a load at
a time, without end.

A key is 63 bits: among 100 million messages two share one with probability 1 in 2,000, and the later would be left out.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from siyu.sources.readers.source_file import LINE
from siyu.store.tables import MESSAGE, MESSAGE_SUBJECT
from siyu.store.warehouse import Warehouse

#: Columns of the rows a door makes that speak of the message; they stand on the first row of each.
KEY = "message_key"
RECEIVED = "received_at"
CLOCKS = (RECEIVED, "sent_at", "stated_at")
MACHINE = "machine"
#: The document that it tells the state of, as a keyed hash.
SUBJECT = "subject_key"
ASKED = "asked_message"


def known(warehouse: Warehouse, keys: Iterable[int]) -> set[int]:
    """Those of the keys that a committed load has brought."""
    asked = warehouse.scratch(ASKED, pa.table({KEY: pa.array(keys, pa.int64())}))
    try:
        return set(warehouse.arrow(MESSAGE.expr().semi_join(asked, KEY).select(KEY))[KEY].to_pylist())
    finally:
        warehouse.drop_scratch(ASKED)


def newest_states(warehouse: Warehouse, subjects: Iterable[int]) -> dict[int, int]:
    """Of some documents, the time of the newest state that a committed load has brought."""
    asked = warehouse.scratch(ASKED, pa.table({SUBJECT: pa.array(subjects, pa.int64())}))
    states = MESSAGE_SUBJECT.expr().semi_join(asked, SUBJECT)
    try:
        found = warehouse.rows(states.group_by(SUBJECT).aggregate(newest=states.stated_at.max()))
    finally:
        warehouse.drop_scratch(ASKED)
    return {row[SUBJECT]: row["newest"] for row in found}


def register(warehouse: Warehouse, load_id: int, batch: pa.RecordBatch, refused: np.ndarray) -> None:
    """Keep a batch's messages under its load, if it came through a door; not those of which a row is refused (its
    line): mended, they may come again under their id. The states that they tell were taken all the same.
    """
    if KEY not in batch.schema.names:
        return
    spoiled = np.isin(batch[LINE].to_numpy(), refused)
    taken = batch.filter(pa.array(~whole_messages(batch, spoiled))) if spoiled.any() else batch
    warehouse.append(MESSAGE, _of(taken, load_id))
    if SUBJECT in batch.schema.names:
        warehouse.append(MESSAGE_SUBJECT, _states(batch, load_id))


def whole_messages(batch: pa.RecordBatch, touched: np.ndarray) -> np.ndarray:
    """All rows of the messages that have a touched row; of rows that came as no messages, the touched ones. A message
    begins where a row has its key, and what came stands whole there.
    """
    if KEY not in batch.schema.names:
        return touched
    message = np.cumsum(batch[KEY].is_valid().to_numpy(zero_copy_only=False))
    return np.isin(message, message[touched])


def _of(batch: pa.RecordBatch, load_id: int) -> pa.Table:
    """The messages whose first rows stand in a batch."""
    firsts = batch.filter(batch[KEY].is_valid())
    numbers = {name: firsts[name].cast(pa.int64()) for name in (KEY, *CLOCKS)}
    machine = pa.array([text == "true" for text in firsts[MACHINE].to_pylist()], pa.bool_())
    loads = pa.array(np.full(firsts.num_rows, load_id))
    return pa.table({**numbers, "load_id": loads, MACHINE: machine}).select(MESSAGE.column_names).cast(MESSAGE.schema)


def _states(batch: pa.RecordBatch, load_id: int) -> pa.Table:
    """The states of documents that a batch tells."""
    telling = batch.filter(batch[SUBJECT].is_valid())
    numbers = {name: telling[name].cast(pa.int64()) for name in (KEY, SUBJECT, "stated_at")}
    return pa.table({**numbers, "load_id": pa.array(np.full(telling.num_rows, load_id))}, MESSAGE_SUBJECT.schema)
