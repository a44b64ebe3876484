"""What is past its time: the instants before which facts of some kinds are purged, and are not let in again."""

from __future__ import annotations

import json

import sqlalchemy as sa

from siyu.store.operations import Operations

#: Kinds that are kept for a time, with the column that dates them. A setting `retention.KIND` says for how long.
DATED = {"events": "occurred_at", "feedback": "occurred_at"}
#: State: kind -> instant (microseconds UTC).
STATE = "purged"


def purged(operations: Operations) -> dict[str, int]:
    """The instant before which each kind is purged; kinds that never were are left out."""
    return json.loads(operations.state(STATE) or "{}")


def purge(operations: Operations, before: dict[str, int], connection: sa.Connection | None = None) -> dict[str, int]:
    """From now on nothing older is let in; what was purged before stays so. Gives the instants in force."""
    known = purged(operations)
    whole = {kind: max(before.get(kind, 0), known.get(kind, 0)) for kind in {*known, *before}}
    operations.set_state(STATE, json.dumps(whole), connection)
    return whole
