"""What is held of one person, as one document: who they are here, every record with where it came from, consents with
their proof, what measures made of them, and the raw rows. Reads; changes nothing.

What stands on a record about somebody else (who invited whom) is left out: it is not theirs to be given. Correction is
not made here: a later row of the same record, loaded, is in force from then on.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from ibis import _

from siyu.core.kinds import KINDS, Kind
from siyu.core.time import OPEN_AT, OPEN_DAY, date_of, datetime_of, instant_of
from siyu.identity import consents
from siyu.identity.resolve import resolve
from siyu.identity.standing import Consent, fold
from siyu.privacy import receipt
from siyu.privacy.people import Person, person, spared
from siyu.sources.erasing import relanding, unname
from siyu.sources.identifiers.register import PURPOSE
from siyu.sources.landed.committed import committed
from siyu.sources.load import finish_interrupted
from siyu.store.tables import BY_NAME, IDENTIFIER, IDENTITY, LINEAGE, SUPERSEDED, Column, Table
from siyu.store.tombstones import Tombstones
from siyu.store.workspace import Workspace

SCRATCH = "subject"
#: Columns of a record that say nothing to the person: hashes, and numbers of ours.
SILENT = {column.name for column in LINEAGE} | {"consumer_id", "identity_version"}
#: Columns in which people and programs write what they like: names and numbers among it. Hidden where values are.
FREE = {field.column for kind in KINDS for field in kind.fields if field.type == "json"} | {"event_id", "text"}
#: Kinds whose records belong to an order and may name nobody.
OF_ORDERS = ("order_lines", "refunds")


def document(workspace: Workspace, keys: Mapping[int, str], *, plain: bool, now: dt.datetime) -> dict[str, Any]:
    """All that is held of whom some keyed hashes (by identifier_id) name. plain: with values and raw rows, for the
    person; otherwise values are masked. Instants are ISO 8601 in the brand's zone, money is in minor units.
    """
    finish_interrupted(workspace)
    consents.settle(workspace, now)
    resolve(workspace)
    held = _Held.of(workspace, person(workspace, 0, dict(keys)), plain)
    records = {kind.name: rows for kind in KINDS if kind.name != "consents" and (rows := held.records(kind))}
    results = {table.name: rows for table, columns in receipt.derived() if (rows := held.results(table, columns))}
    told = {
        "brand": workspace.settings["brand.name"], "currency": workspace.settings["brand.currency"],
        "made_at": held.iso(instant_of(now)), "plain": plain,
        "identifiers": held.identifiers(),
        "records": records, "consents": held.consents(keys.values(), instant_of(now)), "results": results,
        "loads": held.loads(),
        "raw_rows": held.raw_rows() if plain else {},
    }  # fmt: skip
    workspace.warehouse.drop_scratch(SCRATCH)
    return told


def counts(document: Mapping[str, Any]) -> dict[str, int]:
    """How much a document tells, without telling it."""
    raw = [row for rows in document["raw_rows"].values() for row in rows]
    parts = {**document["records"], **document["results"], "consents": document["consents"]["ledger"],
             "proofs": document["consents"]["proofs"],
             "identifiers": document["identifiers"], "raw_rows": raw}  # fmt: skip
    return {name: len(rows) for name, rows in parts.items() if rows}


@dataclass(frozen=True)
class _Held:
    """What a workspace holds of a person. asked: their identifiers as a table; known: rows of `identifier`; consumers:
    whom the identifiers make.
    """

    workspace: Workspace
    ids: list[int]
    asked: ir.Table
    known: list[dict[str, Any]]
    consumers: list[int]
    plain: bool

    @staticmethod
    def of(workspace: Workspace, one: Person, plain: bool) -> _Held:
        known = IDENTIFIER.expr().filter(_.identifier_id.isin(one.ids)).order_by("namespace", "identifier_id")
        mine = IDENTITY.expr().filter(_.identifier_id.isin(one.ids)).select("consumer_id").distinct()
        consumers = sorted(row["consumer_id"] for row in workspace.warehouse.rows(mine))
        asked = workspace.warehouse.scratch(SCRATCH, pa.table({"identifier_id": pa.array(one.ids, pa.int64())}))
        return _Held(workspace, one.ids, asked, workspace.warehouse.rows(known), consumers, plain)

    def iso(self, instant: int | None) -> str | None:
        return None if instant in (None, OPEN_AT) else datetime_of(instant, self.workspace.settings.zone).isoformat()

    def identifiers(self) -> list[dict[str, Any]]:
        """Their identifiers, and the load that showed each first."""
        keys = self.workspace.keys
        return [{"namespace": row["namespace"], "masked": row["masked"],
                 **({"value": keys.open(row["cipher"], PURPOSE).decode()} if self.plain else {}),
                 "first_load": row["load_id"]} for row in self.known]  # fmt: skip

    def records(self, kind: Kind) -> list[dict[str, Any]]:
        """The facts of a kind that are theirs, corrected ones too, oldest first, each with its source."""
        rows = self.workspace.warehouse.rows(self._facts(kind).order_by("fact_id"))
        corrections = SUPERSEDED.expr().filter(_.fact_id.isin([row["fact_id"] for row in rows]))
        corrected = {row["fact_id"] for row in self.workspace.warehouse.rows(corrections)} if rows else set()
        return [{**self._told(unname.table(kind), row, kind.person_columns),
                 "in_force": row["fact_id"] not in corrected, "source": self._source(row)} for row in rows]  # fmt: skip

    def consents(self, keys: Iterable[str], now: int) -> dict[str, Any]:
        """Their ledger with its proof, what it comes to now, and what is kept as proof if they were erased."""
        ledger = consents.rows_of(self.workspace.operations, self.ids)
        standings = [{"purpose": s.purpose, "channel": s.channel, "standing": s.standing} for s in fold(ledger, now)]
        proofs = consents.proofs_of(self.workspace.operations, keys)
        return {"ledger": [self._consent(row) for row in ledger], "standings": standings,
                "proofs": [row | {"occurred_at": self.iso(row["occurred_at"])} for row in proofs]}  # fmt: skip

    def results(self, table: Table, columns: tuple[str, ...]) -> list[dict[str, Any]]:
        """What a measure's table says of them; of a pair of people, which of the two they are."""
        found = [self.workspace.warehouse.rows(table.expr().filter(_[name].isin(self.consumers))) for name in columns]
        return [{**self._told(table, row, ()), **({"as": column.removesuffix("_id")} if len(columns) > 1 else {})}
                for column, rows in zip(columns, found) for row in rows]  # fmt: skip

    def loads(self) -> list[dict[str, Any]]:
        """Where all this came from: the files, or doors, that brought it."""
        found = {row["load_id"] for row in self.known}
        for kind in KINDS:
            found |= {row["load_id"] for row in self.workspace.warehouse.rows(self._facts(kind).select("load_id"))}
        return [{"load": load.load_id, "file": load.file_name, "read_as": load.mapping_name,
                 "loaded_at": self.iso(load.loaded_at)}
                for load in committed(self.workspace.operations) if load.load_id in found]  # fmt: skip

    def raw_rows(self) -> dict[str, list[dict[str, str]]]:
        """Their rows as they were read, by load."""
        people = Tombstones(np.array(self.ids, np.int64), frozenset(spared(self.workspace, self.ids)))
        found = {load.load_id: list(relanding.theirs(self.workspace, load, people))
                 for load in committed(self.workspace.operations)}  # fmt: skip
        return {str(load): rows for load, rows in found.items() if rows}

    def _facts(self, kind: Kind) -> ir.Table:
        facts = unname.table(kind).expr()
        mine = unname.mine(kind, self.asked) if kind.person_columns else facts.filter(False)
        if kind.name not in OF_ORDERS:
            return mine
        bought = BY_NAME["orders"].expr().semi_join(self.asked, "identifier_id")
        orders = bought.select("order_id", "platform").distinct()
        same = [facts.order_id == orders.order_id, facts.platform.identical_to(orders.platform)]
        return mine.union(facts.semi_join(orders, same), distinct=True)

    def _told(self, table: Table, row: dict[str, Any], people: Iterable[str]) -> dict[str, Any]:
        """A row as the person is told it; whoever else it names is somebody."""
        told = {column.name: self._cell(column, row[column.name]) for column in table.columns
                if column.name not in SILENT and column.type not in ("id", "bytes")}  # fmt: skip
        return told | {name.removesuffix("_id"): self._named(row[name]) for name in people if row[name] is not None}

    def _named(self, identifier_id: int) -> str:
        return next((f"{row['namespace']}:{row['masked']}" for row in self.known
                     if row["identifier_id"] == identifier_id), "somebody")  # fmt: skip

    def _cell(self, column: Column, value: Any) -> Any:
        if column.name in FREE and value is not None and not self.plain:
            return "***"
        if column.type == "instant":
            return self.iso(value)
        if column.type == "day":
            return None if value in (None, OPEN_DAY) else date_of(value).isoformat()
        return None if isinstance(value, float) and math.isnan(value) else value

    def _source(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"load": row["load_id"], "line": row["source_ref"], "loaded_at": self.iso(row["loaded_at"])}

    def _consent(self, row: Consent) -> dict[str, Any]:
        told = {name: value for name, value in asdict(row).items() if name != "identifier_id"}
        return {**told, "identifier": self._named(row.identifier_id), "occurred_at": self.iso(row.occurred_at)}
