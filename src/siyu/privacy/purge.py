"""Purge what is past its time: facts of the kinds that are kept for a time, the raw rows they came on, quarantined
rows, proofs of consent. Orders stay, and so does what was measured while the facts were there.

From the first step on nothing older is let in, by a load or a rebuild. Loads are worked off one by one, and the list of
those that are left is kept, so that a run that was cut off is finished by the next one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from ibis import _

from siyu.core.time import date_of, day_starts, instant_of, local_day, months_after
from siyu.identity.resolve import resolve
from siyu.privacy import loads
from siyu.privacy.people import orphans
from siyu.sources import expiring, landing, unname
from siyu.sources.committed import Committed, committed
from siyu.sources.load import finish_interrupted
from siyu.store import audit, retention
from siyu.store.engine import scour
from siyu.store.operations import CONSENT_PROOF, LOAD, QUARANTINE, STATE
from siyu.store.retention import DATED
from siyu.store.tables import BY_NAME, Table
from siyu.store.workspace import Workspace

Progress = Callable[[str, float | None], None]
#: State of a run under way: numbers of the loads that are left, and the identifiers met so far.
UNDER_WAY = "purging"
QUARANTINED, PROOFS = "quarantine", "consent_proof"


@dataclass(frozen=True)
class Purged:
    """What a run removed, or would. through: the last day of each part that goes; rows: by part; raw: landed rows by
    file of a load; identifiers: that nothing else names any more.
    """

    through: dict[str, dt.date]
    rows: dict[str, int]
    raw: dict[str, int] = field(default_factory=dict)
    identifiers: int = 0

    @property
    def nothing(self) -> bool:
        """Whether nothing is past its time."""
        return not any((*self.rows.values(), *self.raw.values()))

    def as_json(self) -> dict[str, object]:
        """The report as plain data."""
        parts = [{"part": part, "through": day.isoformat(), "rows": self.rows[part]}
                 for part, day in self.through.items()]  # fmt: skip
        return {"parts": parts, "raw_rows": sum(self.raw.values()), "raw_files": len(self.raw),
                "identifiers": self.identifiers}  # fmt: skip


def plan(workspace: Workspace, now: dt.datetime) -> Purged:
    """What is past its time; nothing is changed. Raw rows and identifiers are counted by a run alone."""
    limits = _limits(workspace, now)
    return Purged(_through(workspace, limits), _counted(workspace, limits))


def run(workspace: Workspace, *, actor: str, now: dt.datetime, progress: Progress | None = None) -> Purged:
    """Remove what is past its time, and finish what an interrupted run left."""
    say = progress or (lambda *_: None)
    finish_interrupted(workspace)
    limits = _limits(workspace, now)
    rows = _counted(workspace, limits)
    work = _begin(workspace, limits)
    raw, removed = _facts(workspace, work, say), 0
    if work:
        say("purge: identity", 0.8)
        removed = _orphans(workspace)
        resolve(workspace, full=True)
        workspace.warehouse.rewrite()
    _rows(workspace, limits)
    found = Purged(_through(workspace, limits), rows, raw, removed)
    _finish(workspace, found, actor, now)
    return found


def _limits(workspace: Workspace, now: dt.datetime) -> dict[str, int]:
    """The instant before which each part is past its time: the start of a business day; for proofs, now."""
    zone, limits = workspace.settings.zone, {PROOFS: instant_of(now)}
    for part in (*DATED, QUARANTINED):
        if months := workspace.settings[f"retention.{part}"]:
            limits[part] = day_starts(local_day(instant_of(months_after(now, -months)), zone), zone)
    return limits


def _through(workspace: Workspace, limits: dict[str, int]) -> dict[str, dt.date]:
    zone = workspace.settings.zone
    return {part: date_of(local_day(limit - 1, zone)) for part, limit in limits.items()}


def _counted(workspace: Workspace, limits: dict[str, int]) -> dict[str, int]:
    found = {kind: workspace.warehouse.count(_older(kind, limits[kind])) for kind in DATED if kind in limits}
    with workspace.operations.connect() as connection:
        for part, (table, old) in _old_rows(limits).items():
            found[part] = connection.execute(sa.select(sa.func.count()).select_from(table).where(old)).scalar_one()
    return found


def _older(kind: str, limit: int) -> ir.Table:
    """Facts of a kind, of all versions, dated before an instant."""
    return BY_NAME[kind].expr().filter(_[DATED[kind]] < limit)


def _old_rows(limits: dict[str, int]) -> dict[str, tuple[sa.Table, sa.ColumnElement[bool]]]:
    """Tables of operations, and which of their rows are past their time."""
    found = {PROOFS: (CONSENT_PROOF, CONSENT_PROOF.c.keep_until < sa.literal(limits[PROOFS], sa.BigInteger))}
    if QUARANTINED in limits:
        loads = sa.select(LOAD.c.load_id).where(LOAD.c.loaded_at < sa.literal(limits[QUARANTINED], sa.BigInteger))
        found[QUARANTINED] = (QUARANTINE, QUARANTINE.c.load_id.in_(loads))
    return found


# -- facts and the raw rows they came on


def _begin(workspace: Workspace, limits: dict[str, int]) -> list[int]:
    """Nothing older is let in from here on; gives the loads that hold any, with those a run before has left."""
    before = {kind: limit for kind, limit in limits.items() if kind in DATED}
    kept = json.loads(workspace.operations.state(UNDER_WAY) or '{"loads": [], "ids": []}')
    work = sorted({*kept["loads"], *_holding(workspace, before)})
    with workspace.operations.begin() as connection:
        retention.purge(workspace.operations, before, connection)
        workspace.operations.set_state(UNDER_WAY, json.dumps({**kept, "loads": work}), connection)
    return work


def _holding(workspace: Workspace, before: dict[str, int]) -> set[int]:
    """Loads with facts past their time; and, as these may stand in other files too, those that held duplicates."""
    found: set[int] = set()
    for kind, limit in before.items():
        old = _older(kind, limit).select("load_id").distinct()
        found |= {row["load_id"] for row in workspace.warehouse.rows(old)}
    again = {load.load_id for load in committed(workspace.operations) for kind in before
             if load.kinds.get(kind, {}).get("duplicate")}  # fmt: skip
    return found | again if found else found


def _facts(workspace: Workspace, work: list[int], say: Progress) -> dict[str, int]:
    """Load by load: facts and links first, then the landed rows, from which alone the links could be told."""
    raw, before = {}, retention.purged(workspace.operations)
    all_loads = {load.load_id: load for load in committed(workspace.operations)}
    for place, load_id in enumerate(work):
        load = all_loads[load_id]
        say("purge: facts and raw rows", 0.8 * place / len(work))
        facts = {kind: _old(workspace, load_id, kind, limit) for kind, limit in before.items()}
        found = expiring.survey(workspace, load, before, np.concatenate([landing.NOWHERE, *facts.values()]))
        _remember(workspace, found.ids)
        _remove(workspace, load, facts, found)
        if len(found.places):
            expiring.forget(workspace, load, found)
            raw[f"{load.file_name} ({load_id})"] = found.lines
    return raw


def _old(workspace: Workspace, load_id: int, kind: str, limit: int) -> np.ndarray:
    old = _older(kind, limit).filter(_.load_id == load_id).select("fact_id")
    return workspace.warehouse.arrow(old)["fact_id"].to_numpy()


def _remove(workspace: Workspace, load: Committed, facts: dict[str, np.ndarray], found: expiring.Expired) -> None:
    gone = {kind: ids for kind, ids in facts.items() if len(ids)}
    if not gone:
        return
    left = {kind: _held(workspace, load.load_id, BY_NAME[kind]) - len(ids) for kind, ids in gone.items()}
    loads.write(workspace, {load.load_id: left})
    with workspace.warehouse.transaction():
        for kind, ids in gone.items():
            unname.remove(workspace.warehouse, BY_NAME[kind], pa.chunked_array([pa.array(ids)]))
        if found.links is not None:
            expiring.take_back(workspace.warehouse, found.links)
    workspace.warehouse.drop_scratch(*unname.SCRATCH)


def _held(workspace: Workspace, load_id: int, table: Table) -> int:
    rows = table.expr()
    return workspace.warehouse.count(rows.filter(rows.load_id == load_id))


def _remember(workspace: Workspace, ids: np.ndarray) -> None:
    """Identifiers whose rows go, until it is known whether anything else names them."""
    kept = json.loads(workspace.operations.state(UNDER_WAY) or "{}")
    kept["ids"] = sorted({*kept["ids"], *ids.tolist()})
    workspace.operations.set_state(UNDER_WAY, json.dumps(kept))


def _orphans(workspace: Workspace) -> int:
    """Identifiers that only the rows that went had shown are forgotten; how many."""
    met = np.array(json.loads(workspace.operations.state(UNDER_WAY) or "{}")["ids"], np.int64)
    paths = [load.path(workspace) for load in committed(workspace.operations)]
    shown = [landing.mentioned(path, workspace.keys, met) for path in paths if path.exists()]
    alone = np.setdiff1d(orphans(workspace, met, np.concatenate([landing.NOWHERE, *shown])), _named(workspace, met))
    with workspace.warehouse.transaction():
        unname.unregister(workspace.warehouse, alone)
    return len(alone)


def _named(workspace: Workspace, ids: np.ndarray) -> np.ndarray:
    """Those of some identifiers that any fact names: a declared consent has no raw row."""
    asked = workspace.warehouse.scratch("met", pa.table({"identifier_id": pa.array(ids)}))
    found = [landing.NOWHERE]
    for kind in unname.personal():
        for column in kind.person_columns:
            facts = unname.table(kind).expr().select(identifier_id=column)
            named = workspace.warehouse.arrow(asked.semi_join(facts, "identifier_id"))
            found.append(named["identifier_id"].to_numpy())
    workspace.warehouse.drop_scratch("met")
    return np.unique(np.concatenate(found))


def _rows(workspace: Workspace, limits: dict[str, int]) -> None:
    with workspace.operations.begin() as connection:
        for table, old in _old_rows(limits).values():
            connection.execute(sa.delete(table).where(old))


def _finish(workspace: Workspace, found: Purged, actor: str, now: dt.datetime) -> None:
    with workspace.operations.begin() as connection:
        connection.execute(sa.delete(STATE).where(STATE.c.name == UNDER_WAY))
        if not found.nothing:
            audit.record(connection, instant_of(now), actor, "retention.purge", "", found.as_json())
    if not found.nothing:
        scour(workspace.operations.engine, (QUARANTINE, CONSENT_PROOF))
