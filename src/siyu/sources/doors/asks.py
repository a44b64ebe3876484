"""What messages leave to be asked for at the other side: kept until it was answered, each thing once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from siyu.store.operations import Operations

#: Where they stand in operations.state, by door. No personal data: what is asked for is no person.
STATE = "asks.{}"


def note(operations: Operations, door: str, asks: Collection[str]) -> None:
    """Remember what is to be asked for."""
    before = noted(operations, door) if asks else []
    if not set(asks) <= set(before):
        _keep(operations, door, {*before, *asks})


def noted(operations: Operations, door: str) -> list[str]:
    """All that is to be asked for, in an order of its own."""
    return json.loads(operations.state(STATE.format(door)) or "[]")


def answered(operations: Operations, door: str, asks: Iterable[str]) -> None:
    """Forget what has been asked for."""
    _keep(operations, door, set(noted(operations, door)).difference(asks))


def _keep(operations: Operations, door: str, asks: set[str]) -> None:
    operations.set_state(STATE.format(door), json.dumps(sorted(asks)))
