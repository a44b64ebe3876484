"""The first half of a load: batches of texts become typed, identified, hashed rows.

Touches no table, so that it runs beside the second half, which keeps the rows of the batch before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from siyu.core.settings import Settings
from siyu.sources.hashing import Hashed, Hasher
from siyu.sources.identify import NONE, Identifiers, Seen
from siyu.sources.mapping import Rows, is_identifier
from siyu.sources.persons import Person, persons
from siyu.sources.readers.source_file import LINE
from siyu.sources.transform import Refusal, Transform
from siyu.sources.workbench import Workbench
from siyu.store.workspace import Workspace


@dataclass(frozen=True)
class Part:
    """What one output of a mapping made of one batch. hashed: None where rows change or wait before they are kept.
    refused: texts of the rows not taken, and who stands on them.
    """

    rows: pa.Table
    people: list[Person]
    hashed: Hashed | None
    refusals: list[Refusal]
    refused: pa.Table
    refused_people: list[Person]


@dataclass(frozen=True)
class Prepared:
    """One batch with its parts, in the order of the outputs, and the identifiers first met in it."""

    batch: pa.RecordBatch
    parts: list[Part]
    seen: list[Seen]


class Preparation:
    """Prepares the batches of one file for all outputs of its mapping."""

    def __init__(self, workspace: Workspace, outputs: list[Rows], columns: list[str], settings: Settings,
                 workbench: Workbench, *, snapshot: bool) -> None:
        self.identifiers = Identifiers(workspace, settings)
        self._glimpsed = Identifiers(workspace, settings)  # of refused rows: compared, never kept
        self._settings, self._workbench = settings, workbench
        self._names = [*columns, LINE]
        counted = _counted(outputs)
        self._outputs = [_Output(rows, Transform(rows, columns, settings, snapshot=snapshot), names,
                                 None if snapshot or rows.deferred else Hasher(rows.kind))
                         for rows, names in zip(outputs, counted)]

    def of(self, batch: pa.RecordBatch) -> Prepared:
        """A batch, prepared."""
        named = batch.rename_columns(self._names)
        parts = [self._part(output, named) for output in self._outputs]
        return Prepared(batch, parts, self.identifiers.seen())

    def _part(self, output: _Output, batch: pa.RecordBatch) -> Part:
        kind = output.rows.kind
        made = output.transform.apply(batch, self._workbench)
        people = persons(kind, made.rows, self.identifiers, self._settings, output.counted)
        rows, people, nobody = _with_somebody(output.rows, made.rows, people)
        hashed = output.hasher.of(rows, people, self._workbench) if output.hasher and rows.num_rows else None
        glimpsed = persons(kind, made.refused, self._glimpsed, self._settings, set()) if made.refused.num_rows else []
        return Part(rows, people, hashed, made.refusals + nobody, made.refused, glimpsed)


@dataclass(frozen=True)
class _Output:
    rows: Rows
    transform: Transform
    counted: set[str]
    hasher: Hasher | None


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
    refusals = [Refusal(line, "id.*", "", "no usable identifier: empty, masked, blocked or invalid")
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
