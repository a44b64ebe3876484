"""A source on its way: its batches are prepared from now on, before its turn to be kept has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa

from siyu.core.settings import Settings
from siyu.sources.facts.snapshot import Snapshot
from siyu.sources.identifiers.met import Met
from siyu.sources.landed.landing import NOWHERE
from siyu.sources.loading.preparation import Preparation, Prepared
from siyu.sources.mappings.mapping import Mapping
from siyu.sources.readers.ahead import ahead
from siyu.sources.workbench import Workbench
from siyu.store.retention import purged
from siyu.store.tombstones import Tombstones
from siyu.store.workspace import Workspace


class Coming:
    """Batches of a source as they are prepared, in a thread of their own, which ends with `close`.

    read: starts the source over. outputs: what its mapping makes of it. erased: places known to be of erased people;
    versions: places of facts that lost their person.
    before: the source that is kept before this one, if it was prepared beside it.
    """

    def __init__(self, workspace: Workspace, read: Callable[[], Iterable[pa.RecordBatch]], columns: list[str],
                 mapping: Mapping, settings: Settings, *, snapshot: Snapshot | None = None,
                 erased: np.ndarray = NOWHERE, versions: np.ndarray = NOWHERE, before: Coming | None = None) -> None:
        headers = mapping.headers(columns)
        self.mapping, self.settings, self.snapshot, self.versions = mapping, settings, snapshot, versions
        self.outputs = list(snapshot.outputs(mapping, headers) if snapshot else mapping.rows)
        self._read, self._workbench = read, Workbench()
        self._preparation: Preparation | None = None
        self._met = Met(before._met if before else None)

        def prepared() -> Iterator[Prepared]:
            self._preparation = Preparation(
                workspace, self.outputs, headers, settings, self._workbench, snapshot=snapshot is not None,
                tombstones=Tombstones.of(workspace.operations), places=erased, met=self._met,
                continued=mapping.continued, before=purged(workspace.operations),
                distinct=mapping.distinct)  # fmt: skip
            yield from map(self._preparation.of, read())
            self._met.whole = True

        self.prepared = ahead(prepared(), depth=1)

    def once_more(self) -> Iterator[pa.RecordBatch]:
        """When all are prepared: the batches as they were read, with no more of the erased than may stay."""
        return map(self._made.without_erased, self._read())

    @property
    def ignored(self) -> Counter[tuple[str, str]]:
        """When all are prepared: values that are no identifier, by (namespace, reason)."""
        return self._made.identifiers.ignored

    def close(self) -> None:
        """Stop preparing."""
        self.prepared.close()
        self._workbench.close()

    @property
    def _made(self) -> Preparation:
        assert self._preparation is not None, "asked before anything was prepared"
        return self._preparation
