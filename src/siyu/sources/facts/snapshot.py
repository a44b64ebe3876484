"""Snapshots: a full list as of a day, where leaving shows only as absence.

Who is in the list and held nothing in the scope gets a relation that starts then (observed); what was open in the scope
and is absent ends then (observed). Persons are compared by any identifier of their row, also of rows that go to
quarantine. Rows with a date of their own are facts like any other, unless the relation they date has ended: who comes
back with the old date holds a second relation, from the day they are seen again. A member list becomes relations too.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.core.errors import SnapshotError, did_you_mean
from siyu.core.kinds import MEMBER_RELATIONS, MEMBERS, RELATIONS, Kind
from siyu.core.settings import Settings
from siyu.core.time import date_of, day_of, day_starts
from siyu.sources.facts.openlist import SCOPE, OpenList
from siyu.sources.facts.stage import Load, Stage
from siyu.sources.identifiers.persons import Links, Person
from siyu.sources.mappings.mapping import Column, Mapping, Rows, is_identifier
from siyu.sources.mappings.options import Options, kept_options
from siyu.sources.readers.source_file import LINE
from siyu.sources.workbench import Workbench
from siyu.store.workspace import Workspace

#: Lines of closing rows: behind all lines of any file.
CLOSING_LINE = 2**35
#: How many values of a column an error lists.
VALUES_TOLD = 8


@dataclass
class Snapshot:
    """One snapshot being loaded. `at`: start of its day. max_drop: None = any (told so). asks: whether what speaks
    against it is refused (not in a replay)."""

    workspace: Workspace
    scope: dict[str, str]
    day: int
    at: int
    max_drop: float | None
    settings: Settings
    asks: bool = True
    opened: int = 0
    held: int = 0  # rows that show what was open before, in the scope or not
    begun_later: int = 0  # rows that state a start after the day, and the last day that one states
    latest_start: int = 0
    open_list: OpenList = field(init=False)

    def __post_init__(self) -> None:
        self.open_list = OpenList(self.workspace.warehouse, self.scope, self.day, self.at)

    @staticmethod
    def of(workspace: Workspace, options: Options, settings: Settings, *, replay: bool = False) -> Snapshot:
        """The snapshot of a load; a replay asks nothing again."""
        assert options.snapshot_of is not None, "a snapshot has a day"
        unknown = [name for name in options.scope if name not in SCOPE]
        if unknown:
            raise SnapshotError(f"Unknown word '{unknown[0]}' in the scope.{did_you_mean(unknown[0], SCOPE)}",
                                remedy=f"A scope is made of {', '.join(SCOPE)}: relation_type=member,platform=youzan")
        day = day_of(options.snapshot_of)
        max_drop = None if options.allow_drop or replay else settings["snapshot.max_drop"]
        return Snapshot(workspace, options.scope, day, day_starts(day, settings.zone), max_drop, settings,
                        asks=not replay)

    def outputs(self, mapping: Mapping, headers: list[str]) -> tuple[Rows, ...]:
        """The outputs of a list, which is from now on compared by the columns that all its relations have."""
        found = listed(mapping, self.scope)
        self.open_list.compare(_common([rows for rows in found if rows.kind is RELATIONS], set(headers)))
        return found

    def take(self, kind: Kind, rows: pa.Table, people: list[Person]) -> tuple[pa.Table, np.ndarray]:
        """Rows with the starts the snapshot gives, and which of them say nothing new."""
        if kind is MEMBERS:
            return self.open_list.with_memberships(rows, people[0].primary), np.zeros(rows.num_rows, bool)
        rows = _dated(rows)
        self._compare_day(rows["started_day"])
        self.open_list.note(rows, people[0])
        held = self.open_list.held(rows, people[0])
        self.held += int(held.sum())
        undated = rows["started_at"].is_null().to_numpy() | self._back(rows, people[0])
        self.opened += int((undated & ~held).sum())
        return self._started(rows, undated), undated & held

    def glimpse(self, kind: Kind, rows: pa.Table, people: list[Person]) -> None:
        """Rows that go to quarantine still show who is there."""
        if kind is RELATIONS:
            self.open_list.note(rows, people[0])

    def close(self, load: Load, output: int, workbench: Workbench) -> dict[str, int]:
        """End what is open in the scope and absent. SnapshotError if that is more than the guard allows."""
        if self.asks:
            self._refuse_if_late()
            self._refuse_another_day()
            self._refuse_outside()
        before, absent = self.open_list.counts()
        if self.max_drop is not None and before and absent > before * self.max_drop:
            raise SnapshotError(
                f"The snapshot would close {absent:,} of {before:,} open relations ({absent / before:.0%}); "
                f"snapshot.max_drop allows {self.max_drop:.0%}.",
                remedy="Check that the file is whole and the scope is its own; --allow-drop loads it all the same.")
        for place, (kind, column) in enumerate(((RELATIONS, "ended"), (MEMBERS, "left"))):
            rows = self.open_list.absent(kind)
            if rows.num_rows:
                stage = Stage(kind, load, output + place, self.workspace.warehouse, workbench, self.workspace.keys,
                              self.settings["identity.not_identifying"], current=True)
                self._close(stage, rows.sort_by("fact_id"), column)
        self.open_list.drop()
        return {"open_before": before, "opened": self.opened, "closed": absent}

    def shows(self) -> list[str]:
        """The relation types that the list shows."""
        return self.open_list.types()

    def _refuse_if_late(self) -> None:
        """SnapshotError if a later list of the same is loaded: an absence then would undo what it shows."""
        shown = set(self.shows())
        later = [kept.snapshot_of for kept in kept_options(self.workspace.operations)
                 if kept.snapshot_of and day_of(kept.snapshot_of) > self.day and self._of_same(kept, shown)]
        if later:
            newest = max(later)
            raise SnapshotError(
                f"The list as of {date_of(self.day)} is older than the one as of {newest}, which is loaded already.",
                remedy="Load lists in the order of their days: this one into a workspace that has no later one yet.")

    def _compare_day(self, started: pa.ChunkedArray) -> None:
        """Count the rows that state a start after the day of the list."""
        later = started.filter(pc.greater(started, self.day).fill_null(False))
        self.begun_later += len(later)
        self.latest_start = max(self.latest_start, pc.max(later).as_py() or 0)

    def _refuse_another_day(self) -> None:
        """SnapshotError if the list shows what began after its day: it was made later."""
        if self.begun_later:
            newest = date_of(self.latest_start)
            raise SnapshotError(
                f"The list cannot be as of {date_of(self.day)}: {self.begun_later:,} of its relations began after that "
                f"day, the last on {newest}.",
                remedy=f"Give the day on which it was downloaded: --snapshot-of {newest} or later. If that date is "
                       "mistyped, mend it in the file.")

    def _refuse_outside(self) -> None:
        """SnapshotError if no row of the list is in the scope: then nobody could ever be closed."""
        outside = self.open_list.outside()
        if outside:
            name, values = outside
            wanted = self.scope[name]
            raise SnapshotError(
                f"No row of the file is in the scope {name}={wanted}.{did_you_mean(wanted, values)}",
                remedy=f"The file has {name}: {', '.join(value or '(nothing)' for value in values[:VALUES_TOLD])}.")

    def _of_same(self, other: Options, shown: set[str]) -> bool:
        """Whether another list shows relations that this one, which shows some types, may close."""
        contradicts = any(self.scope.get(name, value) != value for name, value in other.scope.items())
        return not contradicts and bool(shown & set(other.shows))

    def _back(self, rows: pa.Table, person: Person) -> np.ndarray:
        """Rows that state as held a relation which is known to have ended."""
        ended = self.open_list.ended(rows, person)
        return ended & rows["ended_at"].is_null().to_numpy() if "ended_at" in rows.column_names else ended

    def _close(self, stage: Stage, rows: pa.Table, column: str) -> None:
        count = rows.num_rows
        primary = Person("", {}, rows["identifier_id"].to_numpy())
        rows = rows.drop_columns([f"{column}_at", f"{column}_day", "fact_id", "identifier_id"])
        rows = rows.append_column(f"{column}_at", pa.array(np.full(count, self.at)))
        rows = rows.append_column(f"{column}_day", pa.array(np.full(count, self.day, np.int32)))
        if column == "ended":
            rows = rows.drop_columns(["ended_at_basis"])
            rows = rows.append_column("ended_at_basis", pa.array(["observed"] * count))
        rows = rows.append_column(LINE, pa.array(np.arange(count) + CLOSING_LINE))
        stage.take(rows, [primary], Links(self.settings))

    def _started(self, rows: pa.Table, undated: np.ndarray) -> pa.Table:
        mask = pa.array(undated)
        for name, value in (("started_at", pa.scalar(self.at, pa.int64())),
                            ("started_day", pa.scalar(self.day, pa.int32()))):
            filled = pc.if_else(mask, value, rows[name])
            rows = rows.set_column(rows.schema.get_field_index(name), name, filled)
        return rows.append_column("started_at_basis", pc.if_else(mask, pa.scalar("observed"), pa.scalar("stated")))


def listed(mapping: Mapping, scope: dict[str, str]) -> tuple[Rows, ...]:
    """Outputs of a mapping with the scope filled in; member lists give relations beside their profiles, unless the
    mapping itself says who of the list is a member."""
    if not mapping.snapshot:
        raise SnapshotError(f"{mapping.title or mapping.name} is no full list of a relation.",
                            remedy="Load it without --snapshot-of.")
    found: list[Rows] = []
    said = any(c.const in MEMBER_RELATIONS for rows in mapping.rows if rows.kind is RELATIONS for c in rows.columns
               if c.name == "relation_type")
    for rows in mapping.rows:
        if rows.kind is RELATIONS:
            found.append(_scoped(rows, scope))
        elif rows.kind is MEMBERS:
            profiles = _scoped(_profiles(rows), scope)
            found += [profiles] if said else [_scoped(_memberships(rows, scope), scope), profiles]
        else:
            raise SnapshotError(f"A snapshot is a list of relations or members; this file gives {rows.kind.name}.",
                                remedy="Load it without --snapshot-of.")
    return tuple(found)


def _scoped(rows: Rows, scope: dict[str, str]) -> Rows:
    given = {c.name for c in rows.columns}
    consts = tuple(Column(name, how="const", const=value) for name, value in scope.items()
                   if name not in given and rows.kind.field(name))
    return dataclasses.replace(rows, columns=(*rows.columns, *consts))


def _memberships(rows: Rows, scope: dict[str, str]) -> Rows:
    """The relations that a member list holds."""
    relation = scope.get("relation_type", "member")
    if relation not in MEMBER_RELATIONS:
        raise SnapshotError(f"The file lists members; the scope says relation_type={relation}.",
                            remedy="Scope a member list with relation_type=member.")
    named = {"joined_at": "started_at", "left_at": "ended_at"}
    same = ("platform", "store", "guide")
    columns = [dataclasses.replace(c, name=named.get(c.name, c.name)) for c in rows.columns
               if c.name in (*named, *same) or is_identifier(MEMBERS, c.name)]
    columns.append(Column("relation_type", how="const", const=relation))
    return dataclasses.replace(rows, kind=RELATIONS, columns=tuple(columns))


def _common(outputs: list[Rows], headers: set[str]) -> set[str]:
    """The columns that all relations of the file have."""
    columns = [{c.name for c in rows.columns if not c.missing(headers)} for rows in outputs]
    return set.intersection(*columns) if columns else set()


def _profiles(rows: Rows) -> Rows:
    """The profiles of a member list, without dates: the relations hold those."""
    kept = tuple(c for c in rows.columns if c.name not in ("joined_at", "left_at"))
    return dataclasses.replace(rows, columns=kept)


def _dated(rows: pa.Table) -> pa.Table:
    for name, type_ in (("started_at", pa.int64()), ("started_day", pa.int32())):
        if name not in rows.column_names:
            rows = rows.append_column(name, pa.nulls(rows.num_rows, type_))
    return rows
