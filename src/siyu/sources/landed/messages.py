"""Which messages have come before, and which states of documents; the tables that remember. Asked set-wise, a load at
a time, without end.

A key is 63 bits: among 100 million messages two share one with probability 1 in 2,000, and the later would be left out.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from siyu.sources.landed.landing import BatchSeen
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


def registering(warehouse: Warehouse, load_id: int, columns: list[str], seen: BatchSeen | None) -> BatchSeen | None:
    """`seen`, and each batch's messages kept under the load; just `seen` for what did not come through a door."""
    if KEY not in columns:
        return seen

    def both(batch: pa.RecordBatch, ids: list[np.ndarray], places: np.ndarray) -> None:
        warehouse.append(MESSAGE, _of(batch, load_id))
        if SUBJECT in batch.schema.names:
            warehouse.append(MESSAGE_SUBJECT, _states(batch, load_id))
        if seen is not None:
            seen(batch, ids, places)

    return both


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
