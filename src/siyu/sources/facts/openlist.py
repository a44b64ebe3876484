"""What is open in a snapshot's scope, and who of it the snapshot shows. Relations, and memberships of member lists."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from siyu.core.kinds import MEMBERS, RELATIONS, Kind
from siyu.sources.identifiers.identify import NONE
from siyu.sources.identifiers.persons import Person
from siyu.sources.readers.source_file import LINE
from siyu.store import tables
from siyu.store.endings import ended
from siyu.store.tables import LINK_RECORD
from siyu.store.warehouse import Warehouse

#: What tells relations of one person apart, and may bound a scope.
SCOPE = ("relation_type", "platform", "store", "touchpoint", "group")
OPEN, ENDED, SEEN, ASKED = "snapshot_open", "snapshot_ended", "snapshot_seen", "snapshot_asked"


def open_at(relations: ir.Table, at: int) -> ir.Table:
    """Those of some relations that are held right after an instant."""
    return relations.filter((relations.started_at <= at) & (relations.ended_at.isnull() | (relations.ended_at > at)))


def plain(relations: ir.Table, names: Iterable[str]) -> ir.Table:
    """Relations as they are compared: of some columns, nothing stated is ''."""
    return relations.mutate(**{name: relations[name].fill_null("") for name in names})


class OpenList:
    """Relations open at the start of a day, compared with the rows of a snapshot as they come; those of its scope may
    end.

    Only columns that all of its rows have are compared; relation types that no row shows are left alone.
    """

    def __init__(self, warehouse: Warehouse, scope: dict[str, str], day: int, at: int) -> None:
        self._warehouse, self._scope, self._day, self._at = warehouse, scope, day, at
        self._open = warehouse.scratch(OPEN, self._open_rows())
        self._ended = warehouse.scratch(ENDED, self._ended_rows())
        self._seen: ir.Table | None = None
        self._compared: tuple[str, ...] = ()

    def compare(self, columns: set[str]) -> None:
        """Compare only by these columns, of those that tell relations apart."""
        self._compared = tuple(name for name in SCOPE if name in columns)

    def note(self, rows: pa.Table, person: Person) -> None:
        """Remember that the snapshot shows the persons of these rows."""
        shown = self._shown(rows, person)
        if self._seen is None:
            self._seen = self._warehouse.scratch(SEEN, shown)
        else:
            self._warehouse.append_scratch(SEEN, shown)

    def held(self, rows: pa.Table, person: Person) -> np.ndarray:
        """Whether each row's person holds the relation already."""
        return self._among(self._comparable(self._open), rows, person, self._keys())

    def ended(self, rows: pa.Table, person: Person) -> np.ndarray:
        """Whether the relation that each row states, with the same start, is known to have ended."""
        return self._among(self._comparable(self._ended), rows, person, [*self._keys(), "started_at"])

    def types(self) -> list[str]:
        """The relation types that the snapshot shows."""
        if self._seen is None:
            return []
        found = self._warehouse.rows(self._seen.select("relation_type").distinct())
        return sorted(row["relation_type"] for row in found)

    def outside(self) -> tuple[str, list[str]] | None:
        """A name of the scope whose value none of the rows shown has, and the values they have; None if each is met by
        some, or cannot be compared.
        """
        if self._seen is None:
            return None
        for name in (name for name in self._scope if name in self._compared):
            values = [row[name] for row in self._warehouse.rows(self._seen.select(name).distinct().order_by(name))]
            if self._scope[name] not in values:
                return name, values
        return None

    def counts(self) -> tuple[int, int]:
        """How many were open before, and how many of them the snapshot does not show."""
        return self._warehouse.count(self._of_shown_types()), self._warehouse.count(self._absent())

    def absent(self, kind: Kind) -> pa.Table:
        """The facts of a kind that are open and not shown: their fields, `fact_id`, `identifier_id`, and basis."""
        facts = self._warehouse.in_force(kind.name)
        gone = self._absent()
        gone = gone.filter(gone.kind == kind.name).select("fact_id")
        lineage = {column.name for column in tables.LINEAGE} - {"fact_id"}
        names = [name for name in facts.columns if name not in lineage]
        return self._warehouse.arrow(facts.semi_join(gone, "fact_id").select(*names))

    def with_memberships(self, rows: pa.Table, primary: np.ndarray) -> pa.Table:
        """Profiles with the dates that earlier member lists gave them, so that a profile without dates ends nothing."""
        shops = rows["platform"] if "platform" in rows.column_names else pa.nulls(rows.num_rows, pa.string())
        asked = self._warehouse.scratch(ASKED, pa.table({LINE: rows[LINE], "identifier_id": primary,
                                                         "shop": shops.fill_null("")}))
        kept = self._warehouse.in_force("members")
        kept = kept.mutate(shop=kept.platform.fill_null(""))
        dates = ("joined_at", "joined_day", "left_at", "left_day")
        found = self._warehouse.arrow(asked.join(kept, ["identifier_id", "shop"]).select(LINE, *dates))
        self._warehouse.drop_scratch(ASKED)
        places = np.searchsorted(rows[LINE].to_numpy(), found[LINE].to_numpy())
        take = np.full(rows.num_rows, -1)
        take[places] = np.arange(found.num_rows)
        chosen = pa.array(take, mask=take < 0)
        for name in dates:
            rows = rows.append_column(name, found[name].take(chosen))
        return rows

    def drop(self) -> None:
        """Forget the scratch tables."""
        self._warehouse.drop_scratch(OPEN, ENDED, SEEN)

    def _open_rows(self) -> ir.Table:
        held = open_at(self._relations(), self._at)
        rows = held.select("fact_id", "identifier_id", *SCOPE, "ended_day", kind=ibis.literal(RELATIONS.name))
        members = self._warehouse.in_force("members")
        joined = members.filter((members.joined_at <= self._at)
                                & (members.left_at.isnull() | (members.left_at > self._at)))
        nothing = ibis.null("string")
        rows = rows.union(joined.select(
            "fact_id", "identifier_id", "platform", "store", relation_type=ibis.literal("member"), touchpoint=nothing,
            group=nothing, ended_day="left_day", kind=ibis.literal(MEMBERS.name)).select(*rows.columns))
        return rows

    def _relations(self) -> ir.Table:
        """Relations with the ends that came apart from them, of whoever stood on one record with its person."""
        ends, link = self._warehouse.in_force("relation_ends"), LINK_RECORD.expr()
        pairs = link.select("a", "b").union(link.select(a="b", b="a"))
        linked = ends.join(pairs, [("identifier_id", "a")]).mutate(identifier_id="b").select(*ends.columns)
        return ended(self._warehouse, self._warehouse.in_force("relations"), ends.union(linked), "identifier_id")

    def _ended_rows(self) -> ir.Table:
        """What a list or the relation's own row ended. An end that came apart is no absence: a list may go on showing
        who is gone (WeCom's shows a customer who deleted the staff), and brings nobody back.
        """
        relations = self._warehouse.in_force("relations")
        ended = relations.filter(relations.ended_at.notnull() & (relations.ended_at <= self._at))
        return ended.select("identifier_id", "started_at", *SCOPE)

    def _among(self, relations: ir.Table, rows: pa.Table, person: Person, keys: list[str]) -> np.ndarray:
        """Whether each row stands, under any identifier of its person, among some relations."""
        asked = self._warehouse.scratch(ASKED, self._shown(rows, person, "started_at"))
        found = self._warehouse.arrow(asked.semi_join(relations, keys).select(LINE).distinct())
        self._warehouse.drop_scratch(ASKED)
        return np.isin(rows[LINE].to_numpy(), found[LINE].to_numpy())

    def _shown(self, rows: pa.Table, person: Person, *more: str) -> pa.Table:
        """Every identifier of every row with what is compared, and more columns as they are."""
        parts = []
        for ids in person.ids.values():
            there = ids != NONE
            kept = rows.filter(pa.array(there))
            columns = {name: kept[name].fill_null("") for name in self._compared} | {name: kept[name] for name in more}
            parts.append(pa.table({LINE: kept[LINE], "identifier_id": pa.array(ids[there]), **columns}))
        return pa.concat_tables(parts)

    def _comparable(self, relations: ir.Table) -> ir.Table:
        """Relations with what is compared, nothing stated as ''."""
        return plain(relations, self._compared)

    def _of_shown_types(self) -> ir.Table:
        """What the snapshot may close: open in its scope, of a type it shows."""
        rows = self._comparable(self._open)
        rows = rows.filter([rows[name] == value for name, value in self._scope.items()])
        return rows if self._seen is None else rows.semi_join(self._seen, "relation_type")

    def _absent(self) -> ir.Table:
        """Open and not shown; what ends in the course of the day itself was there, and ends by itself."""
        open_ = self._of_shown_types()
        open_ = open_.filter(open_.ended_day.isnull() | (open_.ended_day > self._day))
        return open_ if self._seen is None else open_.anti_join(self._seen, self._keys())

    def _keys(self) -> list[str]:
        return ["identifier_id", *self._compared]
