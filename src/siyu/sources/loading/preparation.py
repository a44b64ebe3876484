"""The first half of a load: batches of texts become typed, identified rows.

Touches no table, so that it runs beside the second half, which keeps the rows of the batch before.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.core.kinds import Kind
from siyu.core.settings import Settings
from siyu.sources.erasing.forget import Forgetting
from siyu.sources.facts.repeats import Repeats
from siyu.sources.identifiers.identify import NONE, Identifiers, Seen
from siyu.sources.identifiers.met import Met
from siyu.sources.identifiers.persons import Person, persons
from siyu.sources.landed.committed import Committed
from siyu.sources.landed.landing import NOWHERE, places_of
from siyu.sources.loading.past import Past
from siyu.sources.mappings import transform
from siyu.sources.mappings.filldown import FillDown
from siyu.sources.mappings.mapping import ANY_IDENTIFIER, OUTPUTS, Continued, Rows, is_identifier
from siyu.sources.mappings.transform import Refusal, Transform
from siyu.sources.readers.source_file import LINE
from siyu.sources.workbench import Workbench
from siyu.store.tombstones import Tombstones
from siyu.store.workspace import Workspace


@dataclass(frozen=True)
class Part:
    """What one output of a mapping made of one batch. refused: texts of the rows not taken, and who stands on them;
    marked: as in transform.Part.
    """

    rows: pa.Table
    people: list[Person]
    refusals: list[Refusal]
    refused: pa.Table
    refused_people: list[Person]
    marked: set[tuple[str, str]]


@dataclass(frozen=True)
class Prepared:
    """One batch without the erased, its parts in the order of the outputs, and the identifiers first met in it.

    places: rows whose person is erased, or that are past their time (forget.Forgotten.places); erased, past: how many
    lines they stand on. repeated: lines that stood in the file before and are not taken again.
    """

    batch: pa.RecordBatch
    parts: list[Part]
    seen: list[Seen]
    places: np.ndarray
    erased: int
    past: int = 0
    repeated: np.ndarray = field(default_factory=lambda: NOWHERE)


class Preparation:
    """Prepares the batches of one file for all outputs of its mapping."""

    def __init__(self, workspace: Workspace, outputs: list[Rows], columns: list[str], settings: Settings,
                 workbench: Workbench, *, snapshot: bool, tombstones: Tombstones, places: np.ndarray,
                 met: Met | None = None, continued: Continued | None = None,
                 before: Mapping[str, int] | None = None, distinct: bool = False) -> None:
        self.identifiers = Identifiers(workspace, settings, workbench, met or Met())
        self._glimpsed = Identifiers(workspace, settings, workbench)  # of refused rows: compared, never kept
        self._settings, self._workbench = settings, workbench
        self._names = [*columns, LINE]
        self.forgetting = Forgetting(workspace, outputs, columns, settings, workbench, tombstones, places)
        self._past = Past(outputs, before or {})
        counted = _counted(outputs)
        self._repeats = Repeats(workbench) if distinct else None
        self._fill_down = FillDown(continued) if continued else None
        self._outputs = [_Output(rows, Transform(rows, columns, settings, workspace.keys, snapshot=snapshot), names)
                         for rows, names in zip(outputs, counted)]

    def of(self, batch: pa.RecordBatch) -> Prepared:
        """A batch, prepared."""
        prepared = self._of(batch)
        return _without(prepared, self._repeats.among(prepared.batch)) if self._repeats else prepared

    def _of(self, batch: pa.RecordBatch) -> Prepared:
        left = self.forgetting.of(batch) if self.forgetting else None
        made = self._all_made(left.batch if left else batch, left.erased if left else None)
        if self._past and len(places := self._past.places(made)):
            self.forgetting.know(places)  # once more, as if nobody stood on these rows
            prepared, past = self._of(batch), len(np.unique(places // OUTPUTS))
            return replace(prepared, erased=prepared.erased - past, past=past)
        parts = [self._part(output, one) for output, one in zip(self._outputs, made)]
        if left is None:
            return Prepared(batch, parts, self.identifiers.seen(), NOWHERE, 0)
        return Prepared(left.batch, parts, self.identifiers.seen(), left.places, int(left.lines.sum()))

    def past(self, batch: pa.RecordBatch) -> tuple[np.ndarray, dict[int, tuple[np.ndarray, list[Person]]]]:
        """The places of a batch's rows past their time; their lines and who stands on them, by output."""
        left = self.forgetting.of(batch) if self.forgetting else None
        made = self._all_made(left.batch if left else batch, left.erased if left else None)
        people = {place: (rows[LINE].to_numpy(), self._people(place, rows))
                  for place, rows in self._past.rows(made).items()}  # fmt: skip
        return self._past.places(made), people

    def without_erased(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The same rows with no more of the erased than may stay."""
        return self.forgetting.of(batch).batch if self.forgetting else batch

    def _people(self, place: int, rows: pa.Table) -> list[Person]:
        return self._glimpses(self._outputs[place].rows.kind, rows)

    def _all_made(self, batch: pa.RecordBatch, erased: Sequence[np.ndarray] | None) -> list[transform.Part]:
        named = batch.rename_columns(self._names)
        named = self._fill_down.of(named) if self._fill_down else named
        masks = erased or [None] * len(self._outputs)
        return [self._made(output, named, mask) for output, mask in zip(self._outputs, masks)]

    def _part(self, output: _Output, made: transform.Part) -> Part:
        kind = output.rows.kind
        people = persons(kind, made.rows, self.identifiers, self._settings, output.counted)
        rows, people, nobody = _with_somebody(output.rows, made.rows, people)
        glimpsed = self._glimpses(kind, made.refused) if made.refused.num_rows else []
        return Part(rows, people, made.refusals + nobody, made.refused, glimpsed, made.marked)

    def _glimpses(self, kind: Kind, rows: pa.Table) -> list[Person]:
        """Who stands on rows that are not kept."""
        people = persons(kind, rows, self._glimpsed, self._settings, set())
        self._glimpsed.seen()  # let go of their plain values
        return people

    def _made(self, output: _Output, batch: pa.RecordBatch, erased: np.ndarray | None) -> transform.Part:
        """Typed rows; of the erased the accounting records alone, without a name."""
        if erased is None or not erased.any():
            return output.transform.apply(batch, self._workbench)
        if not output.rows.kind.accounting:
            return output.transform.apply(batch.filter(pa.array(~erased)), self._workbench)
        made = output.transform.apply(batch, self._workbench)
        lines, names = batch[LINE].to_numpy()[erased], output.transform.id_columns
        return replace(made, rows=_nameless(made.rows, names, lines), refused=_nameless(made.refused, names, lines))


def of_landed(workspace: Workspace, load: Committed, workbench: Workbench,
              before: Mapping[str, int] | None = None) -> Preparation:
    """Prepares the landed rows of a load as they stand: who is still on them stays."""
    mapping, places = load.mapping, places_of(load.path(workspace), workspace.keys)
    return Preparation(workspace, load.outputs, mapping.headers(load.columns), load.settings(workspace), workbench,
                       snapshot=load.options.snapshot_of is not None, tombstones=Tombstones(NOWHERE), places=places,
                       continued=mapping.continued, before=before)  # fmt: skip


@dataclass(frozen=True)
class _Output:
    rows: Rows
    transform: Transform
    counted: set[str]


def _without(prepared: Prepared, repeated: np.ndarray) -> Prepared:
    """The batch without the rows of some lines, which are told."""
    parts = []
    for part in prepared.parts if len(repeated) else ():
        rows, people = kept(part.rows, part.people, ~np.isin(part.rows[LINE].to_numpy(), repeated))
        parts.append(replace(part, rows=rows, people=people))
    return replace(prepared, parts=parts or prepared.parts, repeated=repeated)


def _nameless(rows: pa.Table, names: list[str], lines: np.ndarray) -> pa.Table:
    """Rows without identifier texts on some lines."""
    mask = np.isin(rows[LINE].to_numpy(), lines)
    for name in names if mask.any() else ():
        empty = pc.if_else(pa.array(mask), pa.scalar(None, pa.string()), rows[name])
        rows = rows.set_column(rows.schema.get_field_index(name), name, empty)
    return rows


def kept(rows: pa.Table, people: list[Person], mask: np.ndarray) -> tuple[pa.Table, list[Person]]:
    """Rows and their persons under a mask."""
    return rows.filter(pa.array(mask)), [
        Person(p.prefix, {n: ids[mask] for n, ids in p.ids.items()}, p.primary[mask]) for p in people]


def _with_somebody(output: Rows, rows: pa.Table, people: list[Person]) -> tuple[pa.Table, list[Person], list[Refusal]]:
    """Where somebody must stand on the record, rows on which nobody does are refused."""
    if output.kind.anonymous or not people:
        return rows, people, []
    nobody = np.logical_or.reduce([person.primary == NONE for person in people])
    if not nobody.any():
        return rows, people, []
    refusals = [Refusal(line, ANY_IDENTIFIER, "", "no usable identifier: empty, masked, blocked or invalid")
                for line in rows[LINE].filter(pa.array(nobody)).to_pylist()]
    return *kept(rows, people, ~nobody), refusals


def _counted(outputs: list[Rows]) -> list[set[str]]:
    """Identifier columns whose ignored values each output counts: each is counted once per source row."""
    first: dict[str, Rows] = {}
    for rows in outputs:
        for column in rows.columns:
            if is_identifier(rows.kind, column.name):
                first.setdefault(column.name, rows)
    return [{name for name, owner in first.items() if owner is rows} for rows in outputs]
