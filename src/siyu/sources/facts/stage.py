"""Typed, identified rows become facts: hashed, compared with what is there, appended. Inside one transaction.

A batch at a time, in the order of the file; what an earlier batch appended is seen by the next. Leaves reading, types
and the commit to others.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.core.identifiers import Keys
from siyu.core.kinds import RELATIONS, Kind
from siyu.sources.facts.buyers import named_late, still_named
from siyu.sources.facts.discreet import discreet
from siyu.sources.facts.doubts import Doubts
from siyu.sources.facts.firsttimes import at_first
from siyu.sources.facts.hashing import hashed, nameless
from siyu.sources.facts.held import held
from siyu.sources.facts.observed import with_basis
from siyu.sources.facts.otherkeys import NONE_OTHER, OtherKeys, other_keys
from siyu.sources.facts.seenkeys import SeenKeys
from siyu.sources.facts.versions import (
    CORRECTED,
    DUPLICATE,
    LOADED,
    STATUS,
    Verdict,
    Versions,
    as_current,
    judge,
    newest,
    outdated,
)
from siyu.sources.identifiers.persons import Links, Person
from siyu.sources.mappings.mapping import OUTPUTS
from siyu.sources.readers.source_file import LINE
from siyu.sources.workbench import Workbench
from siyu.store import tables
from siyu.store.formula import formula
from siyu.store.sought import sought
from siyu.store.tables import SUPERSEDED, fact_id, load_of
from siyu.store.warehouse import Warehouse

#: What tells the versions of a record apart.
VERSION = ("key_hash", "row_hash", "fact_id")


@dataclass(frozen=True)
class Gone:
    """Places of rows whose person is erased. versions: places of facts that lost their person: they stay versions of
    their records, though people may be all that told them from others.
    """

    places: np.ndarray
    versions: np.ndarray


NOWHERE = np.array([], np.int64)
NOBODY = Gone(NOWHERE, NOWHERE)


@dataclass(frozen=True)
class Load:
    """What every fact of a load carries."""

    load_id: int
    source: str
    loaded_at: int
    loaded_day: int


@dataclass
class Stage:
    """Appends the rows of one output of a load."""

    kind: Kind
    load: Load
    output: int
    warehouse: Warehouse
    workbench: Workbench
    keys: Keys
    silent: Collection[str]  # namespaces that do not say who the consumer is
    grows: tuple[str, ...] = ()  # columns of the kind that only grow: a row with less of them is older
    seen: SeenKeys | None = None  # shared by all outputs of the kind; without it the warehouse is asked for every key
    first_times: tuple[str, ...] = ()  # times of a record that its first telling fixes
    current: bool = False  # rows say what is so now, as those of a full list do: what was so may be so again
    nobodies: Callable[[], Collection[int]] = tuple  # ids that are nobody's, also where they were somebody's before
    counts: Counter[str] = field(default_factory=Counter)
    older: int = 0  # rows that show an older state than what is in force
    outdated: int = 0  # rows equal to a version that was corrected since
    named: int = 0  # orders whose buyer only an older export names
    unnamed: int = 0  # orders that no longer name their buyer, whom an earlier version named
    left_out: set[str] = field(default_factory=set)  # names of people in JSON, under which nothing is kept
    elsewhere: int = 0  # new rows that are kept already under another of their identifiers
    twice: int = 0  # rows whose key another row of this load holds with other values, later

    def __post_init__(self) -> None:
        self.doubts = Doubts(self.load.loaded_at)
        self.nameless = [NOWHERE]  # places of the facts whose person is erased
        # asked before this load appends anything
        self._first = self.seen is not None and not self.warehouse.has_facts(self.kind.name)

    def take(self, rows: pa.Table, people: list[Person], links: Links, gone: Gone = NOBODY) -> np.ndarray:
        """Append what is new of the rows; the status of each (versions.STATUS)."""
        made = hashed(self.kind, rows, people, self.silent, self.workbench)
        lines = made.rows[LINE].to_numpy()
        places = lines * OUTPUTS + self.output
        erased = np.isin(places, gone.places)
        rows, key, row = made.rows, made.key, nameless(made.row, erased)
        fact_ids = fact_id(self.load.load_id, places)
        others = self._under_others(rows, people, links)
        known = self._kept(np.concatenate([key, others.keys]))
        incoming = Versions(key, row, fact_ids, self._state(rows))
        anew = np.isin(places, gone.versions) if len(gone.versions) else None
        verdict = judge(as_current(incoming, known) if self.current else incoming, known, anew)
        verdict = self._without_held(rows, people, verdict)
        fresh = (verdict.status == LOADED) | (verdict.status == CORRECTED)
        facts = self._completed(self._facts(rows, lines, fact_ids, key, row), verdict)
        if fresh.any():
            kept = facts if fresh.all() else facts.filter(pa.array(fresh))
            self.warehouse.append(tables.BY_NAME[self.kind.name], discreet(self.kind, kept, self.keys, self.left_out))
        if len(verdict.older):
            fresh[self._name(facts, verdict)] = True
        self.nameless.append(places[fresh & erased])
        if len(verdict.superseded):
            self._supersede(verdict.superseded, verdict.by)
        shown = fresh.copy()
        shown[verdict.older] = True  # who bought is told by an older export too
        links.add(people, fact_ids, shown)
        self._count(verdict.status)
        self.doubts.look(facts)
        self.older += len(verdict.older)
        self.elsewhere += others.known(known.key, verdict.status == LOADED)
        if not (self.current or self.grows):
            self.outdated += outdated(incoming, known)
        self.twice += int((load_of(verdict.superseded) == self.load.load_id).sum())
        return verdict.status

    def _under_others(self, rows: pa.Table, people: list[Person], links: Links) -> OtherKeys:
        """Where rows may stand already beside their own keys."""
        apart = {*self.silent, *links.settings["identity.not_linking"]}
        return NONE_OTHER if self._first else other_keys(self.kind, rows, people, apart, self.workbench)

    def _without_held(self, rows: pa.Table, people: list[Person], verdict: Verdict) -> Verdict:
        """The verdict, by which new relations without a start that are open already are duplicates."""
        new = verdict.status == LOADED
        if self.kind is not RELATIONS or "started_at" in rows.column_names or self._first or not new.any():
            return verdict
        open_ = held(rows.filter(pa.array(new)), people[0].primary[new], self.warehouse, self.load.load_id,
                     self.load.loaded_at)  # fmt: skip
        status = verdict.status.copy()
        status[np.flatnonzero(new)[open_]] = DUPLICATE
        return replace(verdict, status=status)

    def _completed(self, facts: pa.Table, verdict: Verdict) -> pa.Table:
        """Rows with the times that stand since the first version, orders with the buyer whom earlier versions named and
        these do not.
        """
        facts = at_first(self.kind, self.first_times, facts, verdict.superseded, verdict.by, self.warehouse)
        if self.kind.name != "orders":
            return facts
        named, unnamed = still_named(facts, verdict.superseded, verdict.by, self.nobodies, self.warehouse)
        self.unnamed += unnamed
        return named if self.grows else facts  # files of the kind's own columns take back what they leave out

    def _name(self, facts: pa.Table, verdict: Verdict) -> np.ndarray:
        """Rows that show an older state of an order, and who bought it where what is in force names nobody: that is
        kept once more, with the buyer. Their places; as rows they stay duplicates.
        """
        if self.kind.name != "orders":
            return verdict.older[:0]
        named, places, nameless = named_late(facts, verdict.older, verdict.instead, self.warehouse)
        if len(places):
            self.warehouse.append(tables.BY_NAME[self.kind.name], named)
            self._supersede(nameless, named["fact_id"].to_numpy())
            self.named += len(places)
        return places

    def _kept(self, key: np.ndarray) -> Versions:
        """All versions the warehouse keeps of the incoming keys."""
        facts = tables.BY_NAME[self.kind.name].expr()
        if self.seen is not None:
            facts, key = self._narrowed(self.seen, facts, key)
        if not len(key):
            none = np.array([], np.int64)
            return Versions(none, none, none, (none,) * len(self.grows))
        asked = self.warehouse.scratch("incoming", pa.table({"key_hash": key}))
        known = self.warehouse.scratch("known", _with_keys(facts, asked))
        # hashes of rows are read for these alone: of most files few rows are known, and hashes do not compress
        found = self.warehouse.arrow(_versions(facts, known, *self.grows))
        self.warehouse.drop_scratch("incoming", "known")
        key, row, fact_id = (found[n].to_numpy() for n in VERSION)
        return newest(Versions(key, row, fact_id, self._state(found)))

    def _state(self, rows: pa.Table) -> tuple[np.ndarray, ...]:
        """What only grows, as numbers: whether an instant is there, how much an amount is (nothing is none)."""
        return tuple(self._grown(rows, name) for name in self.grows)

    def _grown(self, rows: pa.Table, name: str) -> np.ndarray:
        if name not in rows.column_names:
            return np.zeros(rows.num_rows, np.int64)
        is_instant = self.kind.field(name).type == "instant"  # type: ignore[union-attr]
        values = rows[name].is_valid() if is_instant else rows[name].fill_null(0)
        return values.cast(pa.int64()).to_numpy()

    def _narrowed(self, seen: SeenKeys, facts: ir.Table, key: np.ndarray) -> tuple[ir.Table, np.ndarray]:
        """What has to be asked: nothing of this load's own rows, unless a key stood in an earlier batch of it."""
        has_own = seen.any
        again = seen.seen_before(key)
        if self._first:
            return facts, key[again]
        return (facts.filter(facts.load_id < self.load.load_id) if has_own and not again.any() else facts), key

    def _facts(self, rows: pa.Table, lines: np.ndarray, fact_ids: np.ndarray, key: np.ndarray,
               row: np.ndarray) -> pa.Table:
        count = rows.num_rows
        lineage = {
            "fact_id": fact_ids, "load_id": np.full(count, self.load.load_id), "source_ref": lines,
            "loaded_at": np.full(count, self.load.loaded_at), "key_hash": key, "row_hash": row,
            "source": pa.array([self.load.source]).dictionary_encode().take(pa.array(np.zeros(count, np.int32))),
        }  # fmt: skip
        rows = with_basis(self.kind, rows, self.load.loaded_at, self.load.loaded_day)
        schema = tables.BY_NAME[self.kind.name].schema
        given = {**{n: rows[n] for n in rows.column_names}, **lineage}
        columns = [_cast(given[f.name], f.type) if f.name in given else pa.nulls(count, f.type) for f in schema]
        return pa.Table.from_arrays(columns, schema=schema)

    def _supersede(self, old: np.ndarray, by: np.ndarray) -> None:
        count = len(old)
        self.warehouse.append(SUPERSEDED, pa.table({
            "fact_id": old, "kind": [self.kind.name] * count, "load_id": np.full(count, self.load.load_id),
            "by_fact_id": by}, schema=SUPERSEDED.schema))  # fmt: skip

    def _count(self, status: np.ndarray) -> None:
        for code, count in enumerate(np.bincount(status, minlength=len(STATUS)).tolist()):
            if count:
                self.counts[STATUS[code]] += count


@formula
def _with_keys(facts: ir.Table, asked: ir.Table) -> ir.Table:
    return facts.semi_join(sought(asked, "key_hash"), "key_hash").select("fact_id")


@formula
def _versions(facts: ir.Table, known: ir.Table, *grows: str) -> ir.Table:
    return facts.semi_join(known, "fact_id").select(*VERSION, *grows)


def _cast(values: pa.ChunkedArray | pa.Array | np.ndarray, type_: pa.DataType) -> pa.ChunkedArray | pa.Array:
    array = pa.array(values) if isinstance(values, np.ndarray) else values
    return array if array.type == type_ else pc.cast(array, type_)
