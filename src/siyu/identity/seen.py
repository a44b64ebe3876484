"""What the last resolve has seen, kept in operations: newest load and decision, and a hash of the identity settings."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from siyu.core.settings import Settings
from siyu.store.operations import Operations
from siyu.store.schema import LINK_DECISION
from siyu.store.states import IDENTITY_PARTED, IDENTITY_SEEN, IDENTITY_VERSION
from siyu.store.workspace import Workspace

#: Written before the tables are: who finds it knows that a run was cut short, and resolves everything.
RESOLVING = '{"resolving": true}'

#: Settings that decide who is who. Blocked values act at load, so they are not among them.
DECIDING = ("identity.namespaces", "identity.not_linking", "identity.not_identifying", "identity.unique",
            "identity.max_component")  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """Newest load and decision, how many loads that makes, the settings' hash, identifiers in the identity table."""

    load_id: int
    loads: int
    decision_id: int
    settings: str
    identifiers: int


def there_is(workspace: Workspace) -> Seen:
    """What a resolve started now would see (`identifiers`: as the table stands before it)."""
    return Seen(
        load_id=workspace.operations.newest_load(),
        loads=workspace.operations.count_loads(),
        decision_id=_newest_decision(workspace.operations),
        settings=settings_hash(workspace.settings),
        identifiers=workspace.warehouse.count(workspace.warehouse.table("identity")),
    )


def last_seen(workspace: Workspace) -> Seen | None:
    """What the last resolve saw; None if there was none, or it was cut short."""
    text = workspace.operations.state(IDENTITY_SEEN)
    if not text or text == RESOLVING:
        return None
    return Seen(**json.loads(text))


def can_continue(workspace: Workspace, before: Seen | None, now: Seen) -> bool:
    """Whether only news must be resolved: same settings, same older loads, and the table it left is still there."""
    if before is None or (before.settings, before.identifiers) != (now.settings, now.identifiers):
        return False
    return workspace.operations.count_loads(before.load_id) == before.loads


def mark_resolving(workspace: Workspace) -> None:
    """Say that the tables are about to change."""
    workspace.operations.set_state(IDENTITY_SEEN, RESOLVING)


def mark_seen(workspace: Workspace, seen: Seen, version: int, *, parted: bool) -> None:
    """Say what the tables now rest on. parted: a consumer may have lost an identifier."""
    with workspace.operations.begin() as connection:
        workspace.operations.set_state(IDENTITY_VERSION, str(version), connection)
        if parted:
            workspace.operations.set_state(IDENTITY_PARTED, str(version), connection)
        workspace.operations.set_state(IDENTITY_SEEN, json.dumps(asdict(seen), sort_keys=True), connection)


def settings_hash(settings: Settings) -> str:
    """Equal as long as the same links give the same consumers. Lists that are sets are compared as sets."""
    values = {name: settings[name] for name in DECIDING}
    for name in DECIDING[1:-1]:
        values[name] = sorted(values[name])
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def _newest_decision(operations: Operations) -> int:
    with operations.connect() as connection:
        return int(connection.execute(sa.select(sa.func.max(LINK_DECISION.c.decision_id))).scalar() or 0)
