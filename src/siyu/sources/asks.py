"""What messages leave to be asked for at the other side: kept until it was answered, each thing once."""

from __future__ import annotations

import json
from collections.abc import Iterable

from siyu.store.operations import Operations

#: Where they stand in operations.state, by door. No personal data: what is asked for is no person.
STATE = "asks.{}"


def note(operations: Operations, door: str, asks: Iterable[str]) -> None:
    """Remember what is to be asked for."""
    _keep(operations, door, {*noted(operations, door), *asks})


def noted(operations: Operations, door: str) -> list[str]:
    """All that is to be asked for, in an order of its own."""
    return json.loads(operations.state(STATE.format(door)) or "[]")


def answered(operations: Operations, door: str, asks: Iterable[str]) -> None:
    """Forget what has been asked for."""
    _keep(operations, door, set(noted(operations, door)).difference(asks))


def _keep(operations: Operations, door: str, asks: set[str]) -> None:
    found = sorted(asks)
    if found != noted(operations, door):
        operations.set_state(STATE.format(door), json.dumps(found))
