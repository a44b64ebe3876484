"""One file through all steps: texts, types, identifiers, facts. The same for a first load and for a replay.

Batches are prepared (coming.py) while the ones before are kept here: compared, appended, told to the landing.
Runs inside the caller's transaction. Reading, landing and the commit are the caller's.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from siyu.sources.erasing.mention import Mentions
from siyu.sources.facts.deferred import Deferred
from siyu.sources.facts.pieces import torn
from siyu.sources.facts.seenkeys import SeenKeys
from siyu.sources.facts.snapshot import Snapshot
from siyu.sources.facts.stage import Gone, Load, Stage
from siyu.sources.facts.twins import twins
from siyu.sources.facts.versions import DUPLICATE, FILTERED, QUARANTINED, STATUS
from siyu.sources.identifiers.identify import NONE, blocked_ids
from siyu.sources.identifiers.persons import MOST_LINKING, Links, Person
from siyu.sources.identifiers.register import Register
from siyu.sources.landed import messages, quarantine
from siyu.sources.landed.landing import NOWHERE, UNREAD, BatchSeen
from siyu.sources.landed.quarantine import Quarantined
from siyu.sources.loading import told
from siyu.sources.loading.coming import Coming
from siyu.sources.loading.preparation import Part, Prepared, kept
from siyu.sources.mappings.mapping import OUTPUTS, Mapping, Rows
from siyu.sources.mappings.options import Options
from siyu.sources.mappings.transform import Refusal, check_headers
from siyu.sources.readers.source_file import LINE
from siyu.sources.workbench import Workbench
from siyu.store.tables import LINK_RECORD
from siyu.store.tombstones import Tombstones
from siyu.store.workspace import Workspace


@dataclass
class Outcome:
    """What became of a file's rows: source rows by status, rows per kind, what stands in quarantine. erased: source
    rows of erased people: accounting records taken without their person, all others filtered."""

    read: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    quarantined: list[Quarantined] = field(default_factory=list)
    erased: int = 0
    past: int = 0  # source rows older than is kept of their kind
    identifiers_new: int = 0
    ignored: Counter[tuple[str, str]] = field(default_factory=Counter)
    snapshot: dict[str, int] | None = None
    shows: list[str] = field(default_factory=list)  # relation types of a snapshot
    versions: np.ndarray = field(default_factory=lambda: NOWHERE)  # places of facts whose person is erased
    notes: list[str] = field(default_factory=list)

    def add_erased(self, rows: int) -> None:
        """Count rows of erased people that could not even be read as cells."""
        self.read += rows
        self.erased += rows
        self.counts[STATUS[FILTERED]] += rows

    def add_bad_rows(self, rows: list[Quarantined]) -> None:
        """Count rows that could not even be read as cells."""
        self.read += len(rows)
        self.counts[STATUS[QUARANTINED]] += len(rows)
        self.quarantined += rows

    def add_repeated(self, count: int) -> None:
        """Count messages that had come before and were left out."""
        self.read += count
        self.counts[STATUS[DUPLICATE]] += count


@dataclass
class Output:
    """One output of the mapping at work."""

    rows: Rows
    stage: Stage
    deferred: Deferred | None


def run(workspace: Workspace, coming: Coming, load: Load, seen: BatchSeen | None = None) -> Outcome:
    """Turn all batches into facts of the load. `seen` is told every batch, without the erased."""
    with (closing(Workbench()) as workbench, closing(Register(workspace, load.load_id)) as register,
          workspace.warehouse.bulk()):  # fmt: skip
        return _Run(workspace, coming, load, workbench, register).run(seen)


def check(mapping: Mapping, columns: list[str], options: Options, file_name: str) -> None:
    """Refuse, before anything is written, a file that lacks columns its mapping needs.

    A mapping of relations without starts says that the export has none: the load dates them, observed.
    """
    undated = options.snapshot_of is not None or bool(mapping.text)
    for rows in mapping.rows:
        check_headers(rows, set(mapping.headers(columns)), file_name, snapshot=undated)


class _Run:
    def __init__(self, workspace: Workspace, coming: Coming, load: Load, workbench: Workbench,
                 register: Register) -> None:
        self.workspace, self.coming, self.load, self.workbench = workspace, coming, load, workbench
        self.settings, self.snapshot = coming.settings, coming.snapshot
        self.warehouse = workspace.warehouse
        self.links = Links(self.settings)
        self.register = register
        self._nobodies = functools.cache(functools.partial(blocked_ids, workspace.keys, self.settings))
        self.outcome = Outcome()
        self._seen: dict[str, SeenKeys] = {}
        self.outputs = [self._output(i, output) for i, output in enumerate(coming.outputs)]
        # the lines are kept only when rows wait for the end of the file; a file may be its header alone
        self._lines = [np.empty(0, np.int64)]
        self._statuses = [np.empty(0, np.uint8)]
        self._spoiled: list[Refusal] = []
        self._gone: set[int] = set()  # lines whose person is erased

    def _output(self, place: int, rows: Rows) -> Output:
        seen = self._seen.setdefault(rows.kind.name, SeenKeys())
        stage = Stage(rows.kind, self.load, place, self.warehouse, self.workbench, self.workspace.keys,
                      self.settings["identity.not_identifying"], rows.grows, seen, rows.first,
                      current=self.snapshot is not None or rows.current, nobodies=self._nobodies)
        deferred = Deferred(rows, place, self.warehouse, self.workbench, self.settings) if rows.deferred else None
        return Output(rows, stage, deferred)

    def run(self, seen: BatchSeen | None) -> Outcome:
        """All batches, each prepared while the one before is kept; then what waits for the end."""
        for prepared in self.coming.prepared:
            self._keep(prepared, seen)
        for output in self.outputs:
            if output.deferred:
                self._finish(output, output.deferred)
        if self._spoiled:
            for batch in self.coming.once_more():
                self.outcome.quarantined += self._quarantined(batch, self._spoiled)
        if self.snapshot:
            self.outcome.shows = self.snapshot.shows()
            self.outcome.snapshot = self.snapshot.close(self.load, len(self.outputs), self.workbench)
        self.register.finish()
        self._write_links()
        self._count()
        return self.outcome

    def _keep(self, prepared: Prepared, seen: BatchSeen | None) -> None:
        """The second half of one batch: compared with what is there, appended, landed."""
        batch = prepared.batch
        lines = batch[LINE].to_numpy()
        status = np.full(len(lines), FILTERED, np.uint8)
        status[np.isin(lines, prepared.repeated)] = DUPLICATE
        found = [np.full(len(lines), UNREAD)]  # until the identifiers of a line are read
        nameless = prepared.places // OUTPUTS
        found[0][np.isin(lines, nameless)] = NONE
        for output, part in zip(self.outputs, prepared.parts):
            found += self._part(output, part, Gone(prepared.places, self.coming.versions), lines, status, found[0])
        self.register.add(prepared.seen)
        refusals = [refusal for part in prepared.parts for refusal in part.refusals]
        bad = np.array([refusal.line for refusal in refusals], np.int64)
        for output, part in zip(self.outputs, prepared.parts):
            self._spoil(output, part, bad)
        status[np.isin(lines, bad)] = QUARANTINED
        self._gone.update(nameless.tolist())
        self.outcome.quarantined += self._quarantined(batch, refusals)
        self.outcome.read += len(lines)
        self.outcome.erased += prepared.erased
        self.outcome.past += prepared.past
        if self._waits:
            self._lines.append(lines)
        self._statuses.append(status)
        messages.register(self.warehouse, self.load.load_id, batch, bad)
        if seen:
            seen(batch, found, prepared.places)

    def _part(self, output: Output, part: Part, gone: Gone, lines: np.ndarray, status: np.ndarray,
              unread: np.ndarray) -> list[np.ndarray]:
        """One output of one batch; raises the status of its lines and gives the ids found, aligned with the batch."""
        rows, people = part.rows, part.people
        output.stage.doubts.marked |= part.marked
        if part.refused.num_rows:
            self._refuse(output, part)
        if self.snapshot:
            rows, people = self._in_snapshot(self.snapshot, output, rows, people, lines, status)
        unread[np.searchsorted(lines, rows[LINE].to_numpy())] = NONE
        if output.deferred:
            places = rows[LINE].to_numpy() * OUTPUTS + output.stage.output
            output.deferred.add(rows, people, np.isin(places, gone.places))
        elif rows.num_rows:
            places = np.searchsorted(lines, rows[LINE].to_numpy())
            taken = output.stage.take(rows, people, self.links, gone)
            status[places] = np.maximum(status[places], taken)
        return [_aligned(ids, rows, lines) for person in people for ids in person.ids.values()]

    def _quarantined(self, batch: pa.RecordBatch, refusals: list[Refusal]) -> list[Quarantined]:
        return quarantine.of_batch(batch, refusals, self.workspace.keys, lambda line, cells: self._mentions.without(
            cells, own=line in self._gone))  # fmt: skip

    @functools.cached_property
    def _mentions(self) -> Mentions:
        tombstones = Tombstones.of(self.workspace.operations)
        return Mentions.of(self.workspace.keys, self.settings, tombstones, self.coming.mapping)

    def _refuse(self, output: Output, part: Part) -> None:
        """What refused rows still tell: who is on a list, and whose sum would lack a part."""
        if self.snapshot:
            self.snapshot.glimpse(output.rows.kind, part.refused, part.refused_people)
        if output.deferred and output.rows.sums:
            output.deferred.refuse(part.refused, part.refused_people)

    def _spoil(self, output: Output, part: Part, bad: np.ndarray) -> None:
        """Rows of a sum whose lines another output refused: mended, those lines come again, and would be all of it."""
        if output.deferred and output.rows.sums:
            there = np.isin(part.rows[LINE].to_numpy(), bad)
            if there.any():
                output.deferred.refuse(*kept(part.rows, part.people, there))

    def _in_snapshot(self, snapshot: Snapshot, output: Output, rows: pa.Table, people: list[Person],
                     lines: np.ndarray, status: np.ndarray) -> tuple[pa.Table, list[Person]]:
        """Rows with observed starts; those that show what is known already are duplicates."""
        rows, known = snapshot.take(output.rows.kind, rows, people)
        if not known.any():
            return rows, people
        places = np.searchsorted(lines, rows[LINE].to_numpy()[known])
        status[places] = np.maximum(status[places], DUPLICATE)
        output.stage.counts[STATUS[DUPLICATE]] += len(places)
        return kept(rows, people, ~known)

    @property
    def _waits(self) -> bool:
        return any(output.deferred for output in self.outputs)

    def _finish(self, output: Output, deferred: Deferred) -> None:
        """Rows that waited become facts; every line has the status of its row."""
        lines, status = np.concatenate(self._lines), np.concatenate(self._statuses)
        if len(spoiled := deferred.spoiled()):
            places = np.searchsorted(lines, spoiled)
            fresh = spoiled[status[places] != QUARANTINED]
            status[places] = QUARANTINED
            column = output.rows.group_by[0]
            self._spoiled += [Refusal(line, column, "", f"another row of its {column} is in quarantine")
                              for line in fresh.tolist()]
        made: list[tuple[np.ndarray, np.ndarray]] = []
        for rows, people, gone in deferred.slices():
            taken = output.stage.take(rows, people, self.links, Gone(gone, self.coming.versions))
            made.append((rows[LINE].to_numpy(), taken))
        if made:
            first, result = (np.concatenate(parts) for parts in zip(*made))
            waiting, first_of = deferred.first_lines()
            places = np.searchsorted(lines, waiting)
            status[places] = np.maximum(status[places], result[np.searchsorted(first, first_of)])
        self._lines, self._statuses = [lines], [status]
        deferred.close()

    def _write_links(self) -> None:
        rows = self.links.rows(self.load.load_id, self.load.source, self.load.loaded_at)
        if rows is not None:
            self.warehouse.append(LINK_RECORD, rows)

    def _count(self) -> None:
        for status in self._statuses:
            for code, count in enumerate(np.bincount(status, minlength=len(STATUS)).tolist()):
                self.outcome.counts[STATUS[code]] += count
        for output in self.outputs:
            self.outcome.kinds.setdefault(output.rows.kind.name, Counter()).update(output.stage.counts)
        self.outcome.ignored = self.coming.ignored
        self.outcome.versions = np.sort(np.concatenate([n for output in self.outputs for n in output.stage.nameless]))
        self.outcome.identifiers_new = self.register.added
        self.outcome.notes += self._notes()

    def _notes(self) -> Iterator[str]:
        if self.snapshot:
            yield from told.of_list(self.outcome.snapshot, self.snapshot.held)
        for output in self.outputs:
            yield from told.of_rows(output.rows, output.stage, self.settings)
            if output.rows.kind.name == "orders":
                yield from self._orders_notes(output.rows)
        if self.outcome.past:
            yield f"{self.outcome.past:,} row(s) are older than is kept of their kind: left out."
        if self.links.crowded:
            yield (f"{self.links.crowded:,} record(s) show more than {MOST_LINKING} identifiers of one person: only "
                   "those of the first namespaces are linked.")
        if self.register.clashes:
            yield f"{self.register.clashes} identifier(s) share the id of another one; their records count for both."

    def _orders_notes(self, rows: Rows) -> Iterator[str]:
        """Where orders of this load meet those of others."""
        yield from told.of_twins(*twins(self.load.load_id, self.warehouse))
        lines = self._seen.get("order_lines")
        if rows.sums and lines is not None:
            yield from told.of_pieces(torn(self.load.load_id, lines, self.warehouse))


def _aligned(ids: np.ndarray, rows: pa.Table, lines: np.ndarray) -> np.ndarray:
    """Ids of rows as an array over all lines of the batch."""
    if rows.num_rows == len(lines):
        return ids
    whole = np.full(len(lines), NONE, np.int64)
    whole[np.searchsorted(lines, rows[LINE].to_numpy())] = ids
    return whole
