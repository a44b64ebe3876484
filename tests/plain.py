"""A small, slow, obviously correct loader for tests: canonical rows in, facts and identity out.

It shares no code with siyu.sources or siyu.identity, and leaves out what tests do not need: quarantine, landing,
mappings, snapshots, guards against oversized components. Rows it cannot read are errors.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import itertools
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from siyu.core import identifiers, kinds
from siyu.core.kinds import Kind
from siyu.core.money import exponent
from siyu.core.time import day_of, instant_of, local_day
from siyu.store import tables
from siyu.store.tables import FACT_ID_STEP
from siyu.store.workspace import Workspace

Row = dict[str, Any]
Brand = Mapping[str, list[dict[str, str]]]
NOW = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
MOST_LINKING = 8


def load_plain(
    workspace: Workspace, source: Path | Brand, *, now: dt.datetime = NOW, identified: bool = True
) -> dict[str, int]:
    """Load canonical rows (a folder of CSVs named after kinds, or kind -> rows) as one load; facts added per kind.

    `now` is the time of the load: it also dates refunds that the orders know without a date.
    `identified=False` leaves links and consumers to whoever calls. May be called again: later rows are duplicates
    or corrections of the ones kept, as architecture.md says.
    """
    brand = read_folder(source) if isinstance(source, Path) else source
    load = _Load(workspace, instant_of(now))
    added = {kind.name: load.kind(kind, brand[kind.name]) for kind in kinds.KINDS if brand.get(kind.name)}
    load.commit()
    if identified:
        identify(workspace)
    return added


def read_folder(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The canonical CSV files of a folder, by kind."""
    brand = {}
    for kind in kinds.KINDS:
        path = folder / f"{kind.name}.csv"
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                brand[kind.name] = list(csv.DictReader(file))
    return brand


class _Load:
    """One load: its number, its time, the facts it has made so far."""

    def __init__(self, workspace: Workspace, loaded_at: int) -> None:
        self.workspace, self.loaded_at = workspace, loaded_at
        self.load_id = max(workspace.operations.committed_loads(), default=0) + 1
        self.place = 0
        self.pairs: dict[tuple[int, int, str], Row] = {}
        self.known = {row["identifier_id"] for row in _all(workspace, "identifier")}
        self.identifiers: list[Row] = []

    def kind(self, kind: Kind, rows: list[dict[str, str]]) -> int:
        """Append the rows of one kind that are not duplicates."""
        facts, superseded = [], []
        in_force, versions = self._kept(kind)
        for line, row in enumerate(rows, start=2):
            fact = self._fact(kind, row, line)
            if fact is None or (fact["key_hash"], fact["row_hash"]) in versions:
                continue
            versions.add((fact["key_hash"], fact["row_hash"]))
            old = in_force.get(fact["key_hash"])
            if old is not None:
                superseded.append({"fact_id": old, "kind": kind.name, "load_id": self.load_id,
                                   "by_fact_id": fact["fact_id"]})  # fmt: skip
            in_force[fact["key_hash"]] = fact["fact_id"]
            facts.append(fact)
        _append(self.workspace, kind.name, facts)
        _append(self.workspace, "superseded", superseded)
        return len(facts)

    def commit(self) -> None:
        """Write identifiers and links, then the row that makes the load count."""
        _append(self.workspace, "identifier", self.identifiers)
        _append(self.workspace, "link_record", list(self.pairs.values()))
        with self.workspace.operations.begin() as connection:
            self.workspace.operations.add_load(
                connection, load_id=self.load_id, file_name="plain", file_hash="", mapping_name="canonical", mapping="",
                options="{}", loaded_at=self.loaded_at, counts="{}", committed_at=self.loaded_at)  # fmt: skip

    def _kept(self, kind: Kind) -> tuple[dict[int, int], set[tuple[int, int]]]:
        """Of earlier loads: the fact in force of each key, and every version of each key."""
        if self.load_id == 1:
            return {}, set()
        facts = _all(self.workspace, kind.name)
        gone = {row["fact_id"] for row in _all(self.workspace, "superseded")}
        in_force = {row["key_hash"]: row["fact_id"] for row in facts if row["fact_id"] not in gone}
        return in_force, {(row["key_hash"], row["row_hash"]) for row in facts}

    def _fact(self, kind: Kind, row: dict[str, str], line: int) -> Row | None:
        """The fact of a row; None where somebody must stand on it and nobody does."""
        people = [self._person(row, prefix) for prefix in kind.persons]
        if not kind.anonymous and any(primary is None for primary, _ids in people):
            return None
        values = self._values(kind, row)
        for column, (primary, _ids) in zip(kind.person_columns, people):
            values[column] = primary
        everything = [values, [ids for _primary, ids in people]]
        self.place += 1
        fact_id = self.load_id * FACT_ID_STEP + self.place
        for _primary, ids in people:
            self._link(kind, ids, fact_id)
        return {**values, "fact_id": fact_id, "load_id": self.load_id, "source": kind.name, "source_ref": line,
                "loaded_at": self.loaded_at, "key_hash": _hash(_key(kind, values, everything)),
                "row_hash": _hash(everything)}  # fmt: skip

    def _values(self, kind: Kind, row: dict[str, str]) -> Row:
        settings = self.workspace.settings
        values: Row = {}
        for field in kind.fields:
            values[field.column] = parse(field.type, row.get(field.name) or "", settings)
        if kind.name in ("orders", "refunds"):
            values["refund_basis"] = _date_refund(values, self.loaded_at)
        if kind.name == "relations":
            values["started_at_basis"] = "stated"
            values["ended_at_basis"] = "stated" if values["ended_at"] is not None else None
        for field in kind.fields:
            if field.type == "instant" and field.by_day:
                at = values[field.column]
                values[field.day_column] = None if at is None else local_day(at, settings.zone)
        return values

    def _person(self, row: dict[str, str], prefix: str) -> tuple[int | None, list[int]]:
        """The primary identifier of a person on a record, and their linking identifiers in order."""
        settings = self.workspace.settings
        found = []
        for column, text in row.items():
            head, _, namespace = column.rpartition("id.")
            if head != prefix or not namespace or column == namespace:
                continue
            value = identifiers.normalise(namespace, text or "", settings["brand.phone_region"])
            if value and value.lower() not in settings["identity.blocked"] and not identifiers.is_masked(value):
                found.append((settings.namespace_rank(namespace), namespace, self._identifier(namespace, value)))
        found.sort()
        naming = [i for _rank, namespace, i in found if namespace not in settings["identity.not_identifying"]]
        linking = [i for _rank, namespace, i in found if namespace not in settings["identity.not_linking"]]
        return (naming[0] if naming else None), linking

    def _identifier(self, namespace: str, value: str) -> int:
        key = self.workspace.keys.key(namespace, value)
        number = identifiers.identifier_id(key)
        if number not in self.known:
            self.known.add(number)
            self.identifiers.append({
                "identifier_id": number, "namespace": namespace, "key": key.hex(), "load_id": self.load_id,
                "key_word": identifiers.key_words([key])[0, 1].item(), "masked": identifiers.mask(namespace, value),
                "cipher": self.workspace.keys.seal(value.encode(), namespace.encode())})  # fmt: skip
        return number

    def _link(self, kind: Kind, ids: list[int], fact_id: int) -> None:
        for a, b in itertools.combinations(sorted(ids[:MOST_LINKING]), 2):
            pair = self.pairs.setdefault((a, b, kind.name), {
                "a": a, "b": b, "source": kind.name, "first_ref": fact_id, "first_seen": self.loaded_at,
                "last_seen": self.loaded_at, "records": 0, "load_id": self.load_id})  # fmt: skip
            pair["records"] += 1


def parse(type_: str, text: str, settings: Any) -> Any:
    """A canonical text as its stored value; '' is None."""
    text = text.strip()
    if not text:
        return None
    if type_ == "instant":
        moment = dt.datetime.fromisoformat(text)
        return instant_of(moment if moment.tzinfo else moment.replace(tzinfo=settings.zone))
    if type_ == "date":
        return day_of(dt.date.fromisoformat(text))
    if type_ == "money":
        return int(Decimal(text).scaleb(exponent(settings.currency)))
    if type_ == "flag":
        return {"true": True, "1": True, "false": False, "0": False}[text.lower()]
    return {"integer": int, "number": float}.get(type_, str)(text)


def identify(workspace: Workspace) -> None:
    """Write `link`, `identity` and `consumer` of all identifiers and links: plain union-find, no guards."""
    found = {row["identifier_id"]: row["namespace"] for row in _all(workspace, "identifier")}
    parent = {i: i for i in found}

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    links = _links(workspace)
    for a, b, _source in links:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    people: dict[int, list[int]] = {}
    for i in found:
        people.setdefault(root(i), []).append(i)
    _replace(workspace, "link", list(links.values()))
    _replace(workspace, "identity", _versioned(workspace, {i: root(i) for i in found}))
    _replace(workspace, "consumer", [
        {"consumer_id": person, "identifiers": len(ids), "has_phone": "phone" in {found[i] for i in ids},
         "has_email": "email" in {found[i] for i in ids}} for person, ids in people.items()])  # fmt: skip


def _versioned(workspace: Workspace, consumer_of: dict[int, int]) -> list[Row]:
    """Identity rows; those that are new or moved carry the next version."""
    old = {row["identifier_id"]: row for row in _all(workspace, "identity")}
    moved = {i for i, person in consumer_of.items() if i not in old or old[i]["consumer_id"] != person}
    version = int(workspace.operations.state("identity_version") or 0) + bool(moved)
    workspace.operations.set_state("identity_version", str(version))
    return [{"identifier_id": i, "consumer_id": person,
             "identity_version": version if i in moved else old[i]["identity_version"]}
            for i, person in consumer_of.items()]  # fmt: skip


def _links(workspace: Workspace) -> dict[tuple[int, int, str], Row]:
    """Link records summed over loads."""
    links: dict[tuple[int, int, str], Row] = {}
    for row in sorted(_all(workspace, "link_record"), key=lambda r: r["load_id"]):
        del row["load_id"]
        link = links.setdefault((row["a"], row["b"], row["source"]), {**row, "records": 0})
        link["records"] += row["records"]
        link["last_seen"] = max(link["last_seen"], row["last_seen"])
    return links


def _date_refund(values: Row, loaded_at: int) -> str | None:
    """Give a refund a time if it has none; says on what that time rests."""
    if not values["refund_amount"]:
        return None
    if values["refunded_at"] is not None:
        return "stated"
    values["refunded_at"] = loaded_at
    return "observed"


def _key(kind: Kind, values: Row, everything: list) -> list:
    """What makes two rows the same record; an event without an id is its own key. Platform is part of every key."""
    if kind.name == "events" and values["event_id"] is None:
        return everything
    columns = [field.column for name in kind.key if (field := kind.field(name))]
    people = [name for name in kind.key if not kind.field(name)]
    return [kind.name, values.get("platform"), *(values[name] for name in columns + people)]


def _hash(value: Any) -> int:
    return int.from_bytes(hashlib.sha256(repr(value).encode()).digest()[:8], "big") >> 1


def _all(workspace: Workspace, name: str) -> list[Row]:
    return workspace.warehouse.rows(workspace.warehouse.table(name))


def _append(workspace: Workspace, name: str, rows: list[Row]) -> None:
    if rows:
        workspace.warehouse.append(tables.BY_NAME[name], _arrow(name, rows))


def _replace(workspace: Workspace, name: str, rows: list[Row]) -> None:
    workspace.warehouse.replace(tables.BY_NAME[name], _arrow(name, rows))


def _arrow(name: str, rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=tables.BY_NAME[name].schema)
