"""A history written straight into the tables: loads of identifiers and links, and what resolve makes of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

import pyarrow as pa
import sqlalchemy as sa

from siyu.identity.resolve import Resolved, resolve
from siyu.store.schema import CONSENT, LINK_DECISION, LOAD, STATE
from siyu.store.tables import BY_NAME, FACT_ID_STEP, IDENTIFIER, LINK_RECORD
from siyu.store.workspace import Workspace

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
#: Tables a resolve writes, with the columns that must not depend on the way there.
RESULTS = {
    "link": ("a", "b", "source", "first_ref", "first_seen", "last_seen", "records"),
    "identity": ("identifier_id", "consumer_id"),
    "consumer": ("consumer_id", "identifiers", "has_phone", "has_email"),
    "review": ("a", "b", "guard", "reason"),
}

#: Tables that tests of this part write.
FACTS = ("orders", "relations", "members", "consents")
WRITTEN = (IDENTIFIER, LINK_RECORD, *(BY_NAME[name] for name in (*RESULTS, *FACTS)))


class History:
    """Loads into a workspace. Identifiers are (id, namespace), links pairs of ids."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.loads = 0
        self.known: set[int] = set()

    def load(
        self, identifiers: Iterable[tuple[int, str]] = (), links: Iterable[tuple[int, int]] = (), source: str = "orders"
    ) -> None:
        """One committed load."""
        self.loads += 1
        self._append_identifiers([pair for pair in dict(identifiers).items() if pair[0] not in self.known])
        self._append_links([(min(pair), max(pair)) for pair in links if pair[0] != pair[1]], source)
        commit(self.workspace, self.loads)

    def resolve(self, full: bool = False) -> Resolved:
        return resolve(self.workspace, full=full)

    def results(self) -> dict[str, list[tuple]]:
        """Every result table as sorted tuples, without versions."""
        warehouse = self.workspace.warehouse
        return {
            name: sorted(tuple(row[c] for c in columns) for row in warehouse.rows(warehouse.table(name)))
            for name, columns in RESULTS.items()
        }

    def people(self) -> dict[int, int]:
        """consumer_id of every identifier."""
        return dict(self.results()["identity"])

    def versions(self) -> dict[int, int]:
        """identity_version of every identifier."""
        warehouse = self.workspace.warehouse
        return {r["identifier_id"]: r["identity_version"] for r in warehouse.rows(warehouse.table("identity"))}

    def _append_identifiers(self, fresh: list[tuple[int, str]]) -> None:
        self.known.update(i for i, _ in fresh)
        rows = [{"identifier_id": i, "namespace": namespace, "key": f"{i:016x}", "masked": f"{namespace[:2]}***{i:02d}",
                 "cipher": b"", "load_id": self.loads} for i, namespace in fresh]  # fmt: skip
        self.workspace.warehouse.append(IDENTIFIER, pa.Table.from_pylist(rows, schema=IDENTIFIER.schema))

    def _append_links(self, pairs: list[tuple[int, int]], source: str) -> None:
        rows = [{"a": a, "b": b, "source": source, "first_ref": self.loads * FACT_ID_STEP, "first_seen": self.loads,
                 "last_seen": self.loads, "records": pairs.count((a, b)), "load_id": self.loads}
                for a, b in sorted(set(pairs))]  # fmt: skip
        self.workspace.warehouse.append(LINK_RECORD, pa.Table.from_pylist(rows, schema=LINK_RECORD.schema))


def commit(workspace: Workspace, load_id: int) -> None:
    """The load's row in operations."""
    row = {"load_id": load_id, "file_name": f"{load_id}.csv", "file_hash": str(load_id), "mapping_name": "orders",
           "mapping": "", "options": "{}", "loaded_at": load_id, "counts": "{}", "committed_at": load_id}  # fmt: skip
    with workspace.operations.begin() as connection:
        workspace.operations.add_load(connection, **row)


def emptied(workspace: Workspace, **settings) -> Workspace:
    """The same stores with no rows, and settings of one's own: quicker than a new workspace per example."""
    for table in WRITTEN:
        workspace.warehouse.replace(table, table.schema.empty_table())
    with workspace.operations.begin() as connection:
        for table in (LOAD, LINK_DECISION, STATE, CONSENT):
            connection.execute(sa.delete(table))
    return shared_stores(workspace, **settings)


def shared_stores(workspace: Workspace, **settings) -> Workspace:
    """A second view of the same stores with other settings."""
    other = replace(workspace, settings=workspace.settings.with_values(**settings))
    other.__dict__.update(operations=workspace.operations, warehouse=workspace.warehouse)
    return other
