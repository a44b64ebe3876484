"""Purge what is past its time: facts of the kinds that are kept for a time, the raw rows they came on, quarantined
rows, proofs of consent. Orders stay, and so does what was measured while the facts were there.

From the first step on nothing older is let in, by a load or a rebuild. The list of the loads that hold any is kept
until the end, so that a run that was cut off is finished by the next one.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from ibis import _

from siyu.core.progress import Progress, silent
from siyu.core.time import date_of, day_starts, instant_of, local_day, months_after
from siyu.identity.resolve import resolve
from siyu.measures import activity, build
from siyu.privacy import loads, orphans
from siyu.sources import expiring, relinking
from siyu.sources.erasing import unname
from siyu.sources.landed import landing
from siyu.sources.landed.committed import Committed, committed
from siyu.sources.landed.messages import KEY
from siyu.sources.load import finish_interrupted
from siyu.store import audit, retention
from siyu.store.database import scour
from siyu.store.retention import DATED
from siyu.store.schema import CONSENT_PROOF, LOAD, QUARANTINE, STATE
from siyu.store.tables import BY_NAME, IDENTIFIER
from siyu.store.workspace import Workspace

#: State of a run under way.
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
    say, removed = progress or silent, 0
    finish_interrupted(workspace)
    limits = _limits(workspace, now)
    resumed, work = _begin(workspace, limits)
    if work.loads:
        met = _facts(workspace, work, resumed, say)
        say("purge: identity", 0.8)
        with workspace.warehouse.transaction():
            removed = orphans.forget(workspace, _registered(workspace) if resumed else met)
            if removed or resumed:
                build.forget(workspace)  # a consumer may have had the id of one that is gone
        resolve(workspace, full=True)
        workspace.warehouse.rewrite()
    _rows(workspace, limits)
    found = Purged(_through(workspace, limits), work.rows, work.raw, removed)
    _finish(workspace, found, actor, now)
    return found


@dataclass
class _Work:
    """What a run does: the loads that it works off, rows that go by part, and the raw rows that went so far. Kept until
    the end, so that the run that finishes it tells all of it.
    """

    loads: list[int] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    raw: dict[str, int] = field(default_factory=dict)

    @staticmethod
    def of(workspace: Workspace) -> _Work:
        """Of a run that was cut off; nothing if none was."""
        return _Work(**json.loads(workspace.operations.state(UNDER_WAY) or "{}"))

    def keep(self, workspace: Workspace, connection: sa.Connection | None = None) -> None:
        workspace.operations.set_state(UNDER_WAY, json.dumps(vars(self), ensure_ascii=False), connection)


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


def _begin(workspace: Workspace, limits: dict[str, int]) -> tuple[bool, _Work]:
    """Nothing older is let in from here on; gives whether a run before was cut off, and what is to be done."""
    before = {kind: limit for kind, limit in limits.items() if kind in DATED}
    kept, there = _Work.of(workspace), _counted(workspace, limits)
    rows = {part: max(n, kept.rows.get(part, 0)) for part, n in there.items()}  # those of a part go all at once
    work = _Work(sorted({*kept.loads, *_holding(workspace, before)}), rows, kept.raw)
    with workspace.operations.begin() as connection:
        retention.purge(workspace.operations, before, connection)
        work.keep(workspace, connection)
    return bool(kept.loads), work


def _holding(workspace: Workspace, before: dict[str, int]) -> set[int]:
    """Loads with facts past their time; as these may stand in other files too, those that held duplicates; and those
    of messages that have come of age since the last run.
    """
    found: set[int] = set()
    for kind, limit in before.items():
        old = _older(kind, limit).select("load_id").distinct()
        found |= {row["load_id"] for row in workspace.warehouse.rows(old)}
    every = list(committed(workspace.operations))
    again = {load.load_id for load in every for kind in before if load.kinds.get(kind, {}).get("duplicate")}
    done = retention.purged(workspace.operations).get(expiring.MESSAGES, 0)
    doors = {load.load_id for load in every
             if KEY in load.columns and done <= load.loaded_at < before.get(expiring.MESSAGES, 0)}  # fmt: skip
    return doors | found | (again if found else set())


def _facts(workspace: Workspace, work: _Work, resumed: bool, say: Progress) -> np.ndarray:
    """Facts and links first, all at once; then the landed rows, from which alone the links could be told, file by file.
    Gives the identifiers that stood on the raw rows that went.

    Where nothing ties tables together, a run that was cut off may have left links of facts that are gone, or taken back
    links of facts that are not: what goes on then tells the links by the landed rows that stay.
    """
    before = retention.purged(workspace.operations)
    facts = {kind: workspace.warehouse.arrow(_older(kind, limit).select("load_id", "fact_id"))
             for kind, limit in before.items()}  # fmt: skip
    of_load = _by_load(facts)
    found = []
    for place, load in enumerate(_loads(workspace, work.loads)):
        say("purge: raw rows", 0.6 * place / len(work.loads))
        found.append((load, expiring.survey(workspace, load, before, of_load.get(load.load_id, landing.NOWHERE))))
    say("purge: facts", 0.6)
    gone = {kind: rows for kind, rows in facts.items() if rows.num_rows}
    _foretell(workspace, gone)
    with workspace.warehouse.transaction():
        _remove(workspace, before, gone)
        for load, one in found:
            if resumed and one.chunks:
                relinking.relink_young(workspace, load, before)
            elif not resumed and one.links is not None:
                expiring.take_back(workspace.warehouse, one.links)
    for load, one in found:
        if one.chunks:
            work.raw[f"{load.file_name} ({load.load_id})"] = one.lines
            work.keep(workspace)
            expiring.forget(workspace, load, before, one)
    return np.unique(np.concatenate([landing.NOWHERE, *(one.ids for _load, one in found)]))


def _loads(workspace: Workspace, work: list[int]) -> list[Committed]:
    wanted = set(work)
    return [load for load in committed(workspace.operations) if load.load_id in wanted]


def _by_load(facts: dict[str, pa.Table]) -> dict[int, np.ndarray]:
    """The fact_ids of each load, of all kinds."""
    load_ids, fact_ids = (np.concatenate([landing.NOWHERE, *(rows[name].to_numpy() for rows in facts.values())])
                          for name in ("load_id", "fact_id"))  # fmt: skip
    order = np.argsort(load_ids, kind="stable")
    names, starts = np.unique(load_ids[order], return_index=True)
    return dict(zip(names.tolist(), np.split(fact_ids[order], starts[1:])))


def _remove(workspace: Workspace, before: dict[str, int], gone: dict[str, pa.Table]) -> None:
    """Facts go, in the caller's transaction, with what was derived of events."""
    again = [unname.remove(workspace.warehouse, BY_NAME[kind], rows["fact_id"]) for kind, rows in gone.items()]
    if any(again):
        build.forget(workspace)  # earlier versions are in force again
    if "events" in before:
        activity.forget_before(workspace.warehouse, local_day(before["events"], workspace.settings.zone))
    workspace.warehouse.drop_scratch(*unname.SCRATCH)


def _foretell(workspace: Workspace, gone: dict[str, pa.Table]) -> None:
    """What the reports of loads say once these facts are gone: before, so that they do not look lost after a crash."""
    left: loads.Left = {}
    for kind, rows in gone.items():
        less = dict(zip(*(array.tolist() for array in np.unique(rows["load_id"].to_numpy(), return_counts=True))))
        facts = BY_NAME[kind].expr()
        held = workspace.warehouse.rows(facts.group_by("load_id").aggregate(n=facts.count()))
        for row in held:
            if row["load_id"] in less:
                left.setdefault(row["load_id"], {})[kind] = row["n"] - less[row["load_id"]]
    loads.write(workspace, left)


def _registered(workspace: Workspace) -> np.ndarray:
    """All identifiers: whom a run that was cut off had met is not known."""
    return workspace.warehouse.arrow(IDENTIFIER.expr().select("identifier_id"))["identifier_id"].to_numpy()


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
