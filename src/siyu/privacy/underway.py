"""Erasures under way: who is in them, what has been found of each, and how they end. Rows in operations."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa

from siyu.core.time import instant_of
from siyu.privacy import receipt, requests
from siyu.privacy.docket import APPROVED, DONE, ERASING, Request
from siyu.privacy.people import Person, person, spared
from siyu.privacy.receipt import Counts
from siyu.privacy.requests import ERASURES
from siyu.store import audit
from siyu.store.schema import SPARED, TOMBSTONE
from siyu.store.tombstones import Tombstones
from siyu.store.workspace import Workspace

#: Parts of a receipt that are kept by file and by identifier until the end.
LANDED, BESIDE = "landed", "beside"


def begin(workspace: Workspace, now: dt.datetime) -> None:
    """Approved requests become erasures under way, with their tombstones and what is held of them, all at once."""
    approved = requests.listing(workspace.operations, (APPROVED,))
    people = [person(workspace, request.number, request.asked) for request in approved]
    if not people:
        return
    counts, others = receipt.held(workspace, people), spared(workspace, ids_of(people).tolist())
    with workspace.operations.begin() as connection:
        for one in people:
            _bury(connection, one, instant_of(now))
            ERASURES.update(connection, one.erasure_id, status=ERASING, started_at=instant_of(now),
                    receipt=json.dumps(counts[one.erasure_id]))  # fmt: skip
        known = {(a, b) for a, b in connection.execute(sa.select(SPARED)).all()}
        if fresh := others - known:
            pairs = [{"identifier_id": a, "other_id": b} for a, b in sorted(fresh)]
            connection.execute(sa.insert(SPARED), pairs)


def people(workspace: Workspace) -> list[Person]:
    """The people of the erasures that have begun and are not done."""
    numbers = [request.number for request in requests.listing(workspace.operations, (ERASING,))]
    keys: dict[int, dict[int, str]] = {number: {} for number in numbers}
    with workspace.operations.connect() as connection:
        for row in connection.execute(sa.select(TOMBSTONE).where(TOMBSTONE.c.erasure_id.in_(numbers))):
            keys[row.erasure_id][row.identifier_id] = row.key_hash
    return [Person(number, keys[number]) for number in numbers]


def tombstones(workspace: Workspace, people: Sequence[Person]) -> Tombstones:
    """Those of some people; of those erased before, nothing is there."""
    return Tombstones(ids_of(people), Tombstones.of(workspace.operations).spared)


def ids_of(people: Sequence[Person]) -> np.ndarray:
    """All identifiers of some people, ascending."""
    return np.array(sorted({identifier for one in people for identifier in one.keys}), np.int64)


def note(workspace: Workspace, people: Sequence[Person], part: str, name: str, rows: Counter[int]) -> None:
    """Add what was found, by identifier, to the receipts of its people; before it goes, so that no crash loses it."""
    for one in people:
        if count := sum(count for identifier, count in rows.items() if identifier in one.keys):
            _add(workspace, one.erasure_id, {part: {name: count}})


def note_beside(workspace: Workspace, people: Sequence[Person], beside: np.ndarray) -> None:
    """Remember identifiers that stood on the people's rows, until it is known whether anything else names them."""
    if len(beside):
        _add(workspace, people[0].erasure_id, {BESIDE: dict.fromkeys(map(str, beside.tolist()), 1)})


def beside(workspace: Workspace, people: Sequence[Person]) -> np.ndarray:
    """The identifiers remembered."""
    receipts = [requests.get(workspace.operations, one.erasure_id).receipt for one in people]
    return np.array(sorted({int(i) for kept in receipts for i in kept.get(BESIDE, {})}), np.int64)


def finish(workspace: Workspace, people: Sequence[Person], actor: str, now: dt.datetime) -> list[Request]:
    """The erasures are done: their receipts stay, what was asked for goes."""
    for one in people:
        summary = told(requests.get(workspace.operations, one.erasure_id))
        with workspace.operations.begin() as connection:
            ERASURES.update(connection, one.erasure_id, status=DONE, done_at=instant_of(now), asked="{}",
                    receipt=json.dumps(summary))  # fmt: skip
            audit.record(connection, instant_of(now), actor, "erasure.done", str(one.erasure_id), summary)
    return [requests.get(workspace.operations, one.erasure_id) for one in people]


def told(request: Request) -> Counts:
    """The receipt as people are told it: landed rows summed over their files, nothing of whom they stood beside."""
    found = request.receipt
    if request.status != ERASING:
        return found
    landed = found.get(LANDED, {})
    parts = {part: counts for part, counts in found.items() if part not in (LANDED, BESIDE)}
    return {**parts, LANDED: {"files": len(landed), "rows": sum(landed.values())}}


def _bury(connection: sa.Connection, one: Person, at: int) -> None:
    """A tombstone for each identifier that has none."""
    there = set(connection.execute(sa.select(TOMBSTONE.c.identifier_id)).scalars())
    same = {"erased_at": at, "erasure_id": one.erasure_id}
    rows = [{"identifier_id": i, "key_hash": one.keys[i], **same} for i in one.ids if i not in there]
    if rows:
        connection.execute(sa.insert(TOMBSTONE), rows)


def _add(workspace: Workspace, erasure_id: int, found: Counts) -> None:
    whole = receipt.merged(requests.get(workspace.operations, erasure_id).receipt, found)
    with workspace.operations.begin() as connection:
        ERASURES.update(connection, erasure_id, receipt=json.dumps(whole))
