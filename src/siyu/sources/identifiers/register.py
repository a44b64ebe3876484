"""The register of identifiers: what the warehouse keeps of each, sealed. Written inside the load."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from siyu.core.identifiers import KEY_BYTES, mask_all
from siyu.sources.identifiers.identify import Seen
from siyu.store.formula import formula
from siyu.store.sought import sought
from siyu.store.tables import IDENTIFIER
from siyu.store.workspace import Workspace

PURPOSE = b"identifier"
HEX = 2 * KEY_BYTES
#: Identifiers that wait to be compared with those of the warehouse: asking costs a look at all of them.
WAITING = 250_000


@dataclass
class Register:
    """Adds identifiers that are not there, many at once; they are sealed in a thread of their own, which ends with
    `close`. added: how many were new. clashes: identifiers whose id stands for another key already.
    """

    workspace: Workspace
    load_id: int
    added: int = 0
    clashes: int = 0
    _waiting: list[Seen] = field(default_factory=list)
    _sealing: Future[pa.Table] | None = None

    def __post_init__(self) -> None:
        self._sealer = ThreadPoolExecutor(1, thread_name_prefix="sealing")

    def add(self, seen: list[Seen]) -> None:
        """Take what a load met; what is new of it is sealed once enough is there."""
        self._waiting += seen
        if sum(len(part.ids) for part in self._waiting) >= WAITING:
            self._seal()

    def finish(self) -> None:
        """Keep what is new of all that was taken."""
        self._seal()
        self._keep()

    def close(self) -> None:
        """Let go of what is not kept."""
        self._sealer.shutdown(cancel_futures=True)

    def _seal(self) -> None:
        """Seal what is new of those that wait; they are kept before others are compared."""
        self._keep()
        seen, self._waiting = self._waiting, []
        if not seen:
            return
        ids = np.concatenate([part.ids for part in seen])
        fresh = self._fresh(ids, np.concatenate([part.keys for part in seen]))
        self.added += int(fresh.sum())
        if fresh.any():
            self._sealing = self._sealer.submit(self._sealed, seen, fresh)

    def _keep(self) -> None:
        if self._sealing:
            self.workspace.warehouse.append(IDENTIFIER, self._sealing.result())
            self._sealing = None

    def _fresh(self, ids: np.ndarray, words: np.ndarray) -> np.ndarray:
        """Which are the first with their id, here and in the warehouse; clashing keys are counted."""
        order = np.argsort(ids, kind="stable")
        first = np.append(True, ids[order][1:] != ids[order][:-1])
        firsts = order[first]
        leader = firsts[np.cumsum(first) - 1]  # of every id in order, the first with it
        self.clashes += int((words[order] != words[leader]).any(axis=1).sum())
        held, word = self._held(ids[firsts])
        places = np.searchsorted(ids[firsts], held)
        self.clashes += int((words[firsts[places], 1] != word).sum())
        fresh = np.zeros(len(ids), bool)
        fresh[firsts] = True
        fresh[firsts[places]] = False
        return fresh

    def _held(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which ids the warehouse holds, and the second word of their keys. It is random in its own right, so two keys
        that agree in it and in the id are one; the texts of the keys take ten times as long to read.
        """
        warehouse = self.workspace.warehouse
        asked = warehouse.scratch("fresh_identifier", pa.table({"identifier_id": ids}))
        found = warehouse.arrow(_held_of(asked))
        warehouse.drop_scratch("fresh_identifier")
        return found["identifier_id"].to_numpy(), found["key_word"].to_numpy()

    def _sealed(self, seen: list[Seen], fresh: np.ndarray) -> pa.Table:
        """The rows of those that are fresh."""
        starts = np.cumsum([0, *(len(part.ids) for part in seen)])
        return pa.concat_tables([self._rows(part, np.flatnonzero(fresh[start : start + len(part.ids)]))
                                 for part, start in zip(seen, starts)])

    def _rows(self, part: Seen, wanted: np.ndarray) -> pa.Table:
        count = len(wanted)
        values = [part.values[i] for i in wanted.tolist()]
        keys = part.keys[wanted]
        return pa.table({
            "identifier_id": part.ids[wanted], "namespace": pa.array([part.namespace] * count, pa.string()),
            "key": _hex(keys), "key_word": keys[:, 1],
            "masked": pa.array(mask_all(part.namespace, values), pa.string()),
            "cipher": pa.array(self.workspace.keys.seal_all((v.encode() for v in values), PURPOSE), pa.binary()),
            "load_id": np.full(count, self.load_id),
        }, schema=IDENTIFIER.schema)  # fmt: skip


@formula
def _held_of(asked: ir.Table) -> ir.Table:
    held = IDENTIFIER.expr().semi_join(sought(asked, "identifier_id"), "identifier_id")
    return held.select("identifier_id", "key_word")


def _hex(keys: np.ndarray) -> pa.StringArray:
    """Keys as a column of hexadecimal texts."""
    offsets = pa.py_buffer(np.arange(0, (len(keys) + 1) * HEX, HEX, dtype=np.int32))
    return pa.StringArray.from_buffers(len(keys), offsets, pa.py_buffer(keys.astype(">i8").tobytes().hex().encode()))
