"""Takes the erased out of batches of raw rows, before anything is kept of them: at a load, and when landed files are
written anew.

A row is an erased person's if its primary identifier is erased, or any identifier that links and is erased, unless the
record is known to be somebody else's (tombstones.spared). Accounting records stay without the person; of all others
nothing stays. An erased identifier on somebody else's row (a recipient, a shared phone) is taken off it.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.core.settings import Settings
from siyu.sources.identifiers.identify import NONE, Identifiers
from siyu.sources.identifiers.persons import Person, persons
from siyu.sources.landed.landing import NOWHERE
from siyu.sources.landed.messages import CLOCKS, KEY, MACHINE, RECEIVED, SUBJECT, whole_messages
from siyu.sources.mappings import columns
from siyu.sources.mappings.mapping import OUTPUTS, Column, Rows, is_identifier
from siyu.sources.readers.source_file import LINE
from siyu.sources.workbench import Workbench, compiled
from siyu.store.tombstones import Tombstones
from siyu.store.workspace import Workspace

#: Columns that always stay: lines, and what tells one message from another.
OF_MESSAGE = {LINE, KEY, *CLOCKS, MACHINE, SUBJECT}


@dataclass(frozen=True)
class Forgotten:
    """A batch without the erased. erased: for each output, which of its rows are an erased person's. who: an erased
    identifier of every row that shows one. ids: the identifiers left on the rows. beside: those that stood with the
    erased on their own rows, and went with them.
    """

    batch: pa.RecordBatch
    erased: list[np.ndarray]
    who: np.ndarray
    ids: list[np.ndarray]
    beside: np.ndarray

    @property
    def changed(self) -> bool:
        """Whether the batch showed anybody erased."""
        return bool((self.who != NONE).any())

    @property
    def lines(self) -> np.ndarray:
        """Which rows are an erased person's in any output."""
        return np.logical_or.reduce(self.erased)

    @property
    def places(self) -> np.ndarray:
        """The places of the rows that are an erased person's."""
        lines = self.batch[LINE].to_numpy()
        return np.sort(np.concatenate([lines[mask] * OUTPUTS + i for i, mask in enumerate(self.erased)]))


class Forgetting:
    """Takes the erased out of the batches of one file. `places`: rows known to be theirs, of which the landed file
    holds no more than may stay."""

    def __init__(self, workspace: Workspace, outputs: list[Rows], headers: list[str], settings: Settings,
                 workbench: Workbench, tombstones: Tombstones, places: np.ndarray = NOWHERE) -> None:
        self._tombstones, self._places = tombstones, places
        self._settings, self._workbench = settings, workbench
        self._names = [*headers, LINE]
        self._identifiers = Identifiers(workspace, settings, workbench)  # compared, never kept
        self._outputs = [_Output.of(rows, headers) for rows in outputs]
        self._mapped = OF_MESSAGE.union(*(output.headers for output in self._outputs))
        self._came_before = 0

    def __bool__(self) -> bool:
        return bool(self._tombstones) or len(self._places) > 0

    def know(self, places: np.ndarray) -> None:
        """More rows of which nothing stays but what the law keeps: those past their time."""
        self._places = np.union1d(self._places, places)

    def know_age(self, before: int) -> None:
        """Of messages that came before an instant (microseconds UTC) nothing stays but what their facts need."""
        self._came_before = before

    def worn(self, batch: pa.RecordBatch) -> np.ndarray:
        """Which rows are of messages that came before that, and hold more."""
        aged, more = self._aged(batch), np.zeros(batch.num_rows, bool)
        for name, array in zip(self._names, batch.columns) if aged.any() else ():
            if name not in self._mapped:
                more |= array.is_valid().to_numpy(zero_copy_only=False)
        return aged & more

    def of(self, batch: pa.RecordBatch) -> Forgotten:
        """The batch without the erased."""
        lines = batch[LINE].to_numpy()
        people = self._people(batch)
        erased = [self._known(lines, i) | self._erased(of_output) for i, of_output in enumerate(people)]
        off = [self._off(of_output, mask) for of_output, mask in zip(people, erased)]
        kept = self._kept(len(lines), erased, off)
        touched = np.logical_or.reduce([*erased, *(mask for masks in off for mask in masks.values())])
        return Forgotten(self._blanked(batch, kept, touched), erased, self._who(people, len(lines)),
                         *self._split(people, erased))

    # -- who stands on the rows

    @cached_property
    def _texts(self) -> str:
        """All identifier texts of all outputs, also of rows that an output leaves out. Few files need it."""
        raw = ibis.table({**dict.fromkeys(self._names[:-1], "string"), LINE: "int64"}, name="raw")
        texts = {f"{i}:{c.name}": columns.text_of(c, raw) for i, o in enumerate(self._outputs) for c in o.identifiers}
        return compiled(raw.select(raw[LINE], **texts))

    def _people(self, batch: pa.RecordBatch) -> list[list[Person]]:
        """The persons of every output, aligned with the batch."""
        texts = self._workbench.run(self._texts, raw=pa.Table.from_batches([batch.rename_columns(self._names)]))
        people = [self._people_of(output, f"{i}:", texts) for i, output in enumerate(self._outputs)]
        self._identifiers.seen()
        return people

    def _people_of(self, output: _Output, head: str, texts: pa.Table) -> list[Person]:
        names = [name for name in texts.column_names if name.startswith(head)]
        named = texts.select([LINE, *names]).rename_columns([LINE, *(n.removeprefix(head) for n in names)])
        return persons(output.rows.kind, named, self._identifiers, self._settings, set())

    # -- whose the rows are

    def _known(self, lines: np.ndarray, output: int) -> np.ndarray:
        return np.isin(lines * OUTPUTS + output, self._places)

    def _erased(self, people: list[Person]) -> np.ndarray | bool:
        return reduce(np.logical_or, [self._is_gone(person) for person in people], False)

    def _is_gone(self, person: Person) -> np.ndarray:
        """Which rows are this person's and the person erased."""
        gone = self._tombstones.among(person.primary)
        for namespace, ids in person.ids.items():
            if namespace in self._settings["identity.not_linking"]:
                continue
            hit = np.flatnonzero(self._tombstones.among(ids))
            gone[hit] |= ~self._tombstones.spare(ids[hit], person.primary[hit])
        return gone

    def _off(self, people: list[Person], erased: np.ndarray) -> dict[str, np.ndarray]:
        """The rows of others on which an erased identifier stands, by the column that gives it."""
        named = {f"{p.prefix}id.{n}": self._tombstones.among(ids) & ~erased for p in people for n, ids in p.ids.items()}
        return {name: mask for name, mask in named.items() if mask.any()}

    def _who(self, people: list[list[Person]], rows: int) -> np.ndarray:
        shown = [np.where(self._tombstones.among(ids), ids, NONE) for ids in _ids(people)]
        return np.maximum.reduce([np.full(rows, NONE), *shown])

    def _split(self, people: list[list[Person]], erased: list[np.ndarray]) -> tuple[list[np.ndarray], np.ndarray]:
        """The identifiers that stay on the rows, and those that went with an erased person."""
        left, beside = [], [NOWHERE]
        for of_output, mask in zip(people, erased):
            for ids in _ids([of_output]):
                gone = self._tombstones.among(ids)
                left.append(np.where(mask | gone, NONE, ids))
                beside.append(ids[mask & ~gone & (ids != NONE)])
        return left, np.unique(np.concatenate(beside))

    # -- what stays of them

    def _kept(self, rows: int, erased: list[np.ndarray], off: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """For every header, on which rows an output still needs its cell."""
        kept = {name: np.full(rows, name in OF_MESSAGE) for name in self._names}
        for output, mask in zip(self._outputs, erased):
            for name in output.headers:
                kept[name] |= ~mask
            for name in output.lawful:
                kept[name] |= mask
        for output, masks in zip(self._outputs, off):
            for column, mask in masks.items():
                for name in output.headers_of(column):
                    kept[name] &= ~mask
        return kept

    def _blanked(self, batch: pa.RecordBatch, kept: dict[str, np.ndarray], touched: np.ndarray) -> pa.RecordBatch:
        whole = self._aged(batch) | (whole_messages(batch, touched) if touched.any() else touched)
        if not whole.any():
            return batch
        arrays = [_without(array, (touched if name in self._mapped else whole) & ~kept[name])
                  for name, array in zip(self._names, batch.columns)]
        return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)

    def _aged(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows of messages that came before the instant known."""
        if not self._came_before or KEY not in batch.schema.names:
            return np.zeros(batch.num_rows, bool)
        came = pc.cast(batch[RECEIVED], pa.int64())
        first = pc.less(came, self._came_before).fill_null(False).to_numpy(zero_copy_only=False)
        return whole_messages(batch, first) if first.any() else first


def _ids(people: list[list[Person]]) -> Iterator[np.ndarray]:
    return (ids for of_output in people for person in of_output for ids in person.ids.values())


@dataclass(frozen=True)
class _Output:
    """One output of a mapping. headers: all it reads; lawful: what an accounting record needs without its person."""

    rows: Rows
    identifiers: tuple[Column, ...]
    headers: frozenset[str]
    lawful: frozenset[str]

    @staticmethod
    def of(rows: Rows, headers: list[str]) -> _Output:
        present = set(headers)
        columns_ = [c for c in rows.columns if not c.missing(present)]
        naming = tuple(c for c in columns_ if is_identifier(rows.kind, c.name))
        lawful = rows.about | {h for c in columns_ if c not in naming for h in c.reads}
        needed = lawful | {h for c in naming for h in c.reads}
        return _Output(rows, naming, frozenset(needed & present),
                       frozenset(lawful & present if rows.kind.accounting else ()))

    def headers_of(self, column: str) -> frozenset[str]:
        """The headers that give an identifier column."""
        found = {h for c in self.identifiers if c.name == column for h in c.headers}
        return frozenset(found & self.headers)


def _without(array: pa.Array, mask: np.ndarray) -> pa.Array:
    """A column with nothing under the mask."""
    return pc.if_else(pa.array(mask), pa.scalar(None, array.type), array) if mask.any() else array
