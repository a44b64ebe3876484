"""Erase people: out of the landed rows, the quarantine, the facts, the ledger, the folder, and off the disk.

The tombstones come first: from then on nobody lets the person in, and an interrupted run has its list of work. Every
step finds what is left of it, so a run that was killed is finished by the next one. Files are written anew once for all
people of a run, for that is what costs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from siyu.core.errors import PrivacyError
from siyu.core.progress import Progress, silent
from siyu.core.time import instant_of, months_after
from siyu.identity.consents import settle
from siyu.identity.resolve import resolve
from siyu.measures import build
from siyu.privacy import exports, folder, ledger, loads, orphans, receipt, underway
from siyu.privacy.backup import erased
from siyu.privacy.docket import Request
from siyu.privacy.people import Person, person
from siyu.privacy.receipt import Counts
from siyu.sources import live, relinking
from siyu.sources.erasing import relanding, requarantine, unname
from siyu.sources.facts import cancellations
from siyu.sources.landed.committed import committed
from siyu.sources.load import finish_interrupted
from siyu.store.database import scour
from siyu.store.schema import ERASURE, LOAD, QUARANTINE, SUBJECT_EXPORT
from siyu.store.tombstones import Tombstones
from siyu.store.workspace import Workspace

#: Scratch table of the identifiers at work.
GONE = "erasing"


@dataclass(frozen=True)
class Erased:
    """What a run did. done: the requests with their receipts. files: those in the workspace's folder that still show
    somebody; until they are loaded or removed, no request of the run is done. untold: the folders of backups that
    could not be reached to be told.
    """

    done: tuple[Request, ...]
    files: tuple[Path, ...]
    untold: tuple[Path, ...] = ()


def run(workspace: Workspace, *, actor: str, now: dt.datetime, progress: Progress | None = None) -> Erased:
    """Erase everybody whose request is approved, and finish what an interrupted run left."""
    say = progress or silent
    finish_interrupted(workspace)
    settle(workspace, now)
    resolve(workspace)
    underway.begin(workspace, now)
    people = underway.people(workspace)
    if not people:
        return Erased((), (), erased.tell(workspace, now))
    tombstones = underway.tombstones(workspace, people)
    erased.tell(workspace, now)  # first: an archive restored meanwhile must know of them, too
    live.drain(workspace, now=now)  # what waits is loaded without the erased, and not kept there
    _landed(workspace, people, tombstones, say)
    _quarantined(workspace, people, tombstones)
    say("erase: facts", 0.6)
    _facts(workspace, people, tombstones)
    _ledger(workspace, people, now)
    say("erase: identity", 0.7)
    resolve(workspace, full=True)
    files = folder.clear(workspace, tombstones)
    say("erase: files anew", 0.8)
    _off_the_disk(workspace)
    _prove(workspace, people)
    if files:
        return Erased((), tuple(files))
    done = underway.finish(workspace, people, actor, now)
    return Erased(tuple(done), (), erased.tell(workspace, now))


def plan(workspace: Workspace, asked: Mapping[int, dict[int, str]]) -> dict[int, Counts]:
    """What a run would find of people, by number; nothing is changed. asked: their identifiers and keyed hashes."""
    finish_interrupted(workspace)
    resolve(workspace)
    people = [person(workspace, number, keys) for number, keys in asked.items()]
    counts, tombstones = receipt.held(workspace, people), underway.tombstones(workspace, people)
    all_loads = list(committed(workspace.operations))
    shown = [relanding.survey(workspace, load, tombstones).rows for load in all_loads]
    shown_too = requarantine.survey(workspace, all_loads, tombstones).rows
    for one in people:
        landed = [sum(rows[identifier] for identifier in one.keys) for rows in shown]
        counts[one.erasure_id][underway.LANDED] = {"files": sum(map(bool, landed)), "rows": sum(landed)}
        counts[one.erasure_id].setdefault("other", {})["quarantine"] = sum(shown_too[i] for i in one.keys)
    return counts


def _landed(workspace: Workspace, people: list[Person], tombstones: Tombstones, say: Progress) -> None:
    """The raw rows of every load. What is found is noted before it goes."""
    all_loads = list(committed(workspace.operations))
    for place, load in enumerate(all_loads):
        say("erase: raw rows", 0.6 * place / len(all_loads))
        found = relanding.survey(workspace, load, tombstones)
        if found.rows:
            underway.note(workspace, people, underway.LANDED, str(load.load_id), found.rows)
            underway.note_beside(workspace, people, found.beside)
            relanding.forget(workspace, load, tombstones, found)


def _quarantined(workspace: Workspace, people: list[Person], tombstones: Tombstones) -> None:
    held = requarantine.survey(workspace, list(committed(workspace.operations)), tombstones)
    if held.rows:
        underway.note(workspace, people, "other", "quarantine", held.rows)
        requarantine.forget(workspace, held)


def _facts(workspace: Workspace, people: list[Person], tombstones: Tombstones) -> None:
    """The facts, what links and registers the people, and the rows that measures made of them."""
    warehouse = workspace.warehouse
    gone = warehouse.scratch(GONE, pa.table({"identifier_id": pa.array(tombstones.ids)}))
    loads.foretell(workspace, gone)
    with warehouse.transaction():
        unname.forget(warehouse, tombstones.ids, workspace.settings)
        relinking.relink(workspace)
        orphans.forget(workspace, underway.beside(workspace, people))
        for table, columns in receipt.derived():
            for column in columns:
                warehouse.replace_where(table, column, gone, table.schema.empty_table())
    warehouse.drop_scratch(GONE)
    with workspace.operations.begin() as connection:  # what rests on these facts is worked out anew
        build.forget(workspace, connection)
        cancellations.due(workspace, connection)
    cancellations.refresh(workspace)


def _ledger(workspace: Workspace, people: list[Person], now: dt.datetime) -> None:
    until = instant_of(months_after(now, workspace.settings["retention.consent_proof"]))
    with workspace.operations.begin() as connection:
        ledger.forget(connection, [one.erasure_id for one in people], until)
        exports.close(connection, {identifier for one in people for identifier in one.keys})


def _off_the_disk(workspace: Workspace) -> None:
    """No free page and no log holds what was removed."""
    workspace.warehouse.rewrite()
    scour(workspace.operations.engine, (*ledger.TABLES, QUARANTINE, LOAD, ERASURE, SUBJECT_EXPORT))
    workspace.inbox.scour()


def _prove(workspace: Workspace, people: list[Person]) -> None:
    """Nothing is found of the people any more."""
    left = {number: counts for number, counts in receipt.held(workspace, people).items() if receipt.total(counts)}
    if left:
        raise PrivacyError(f"After the erasure something is left: {left}.",
                           remedy="Run `siyu erase run` once more; if it stays, please report it.")
