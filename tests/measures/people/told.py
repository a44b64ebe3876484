"""Small brands told by hand, and what is asked of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from siyu.core.identifiers import identifier_id, normalise
from siyu.core.time import day_of
from siyu.measures import build
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.store.workspace import Workspace
from tests.plain import load_plain

Row = dict[str, str]


def phone(person: int) -> str:
    return f"138{person:08d}"


def order(person: int, at: str, amount: str = "10", **more: str) -> Row:
    return {"order_id": f"o{person}-{at}", "paid_at": at, "paid_amount": amount, "id.phone": phone(person), **more}


def fan(person: int, at: str = "2024-01-01", **more: str) -> Row:
    return {"relation_type": "fan", "started_at": at, "id.phone": phone(person), **more}


def accepted(inviter: int, invitee: int, at: str) -> Row:
    return {"kind": "accepted", "occurred_at": at, "inviter.id.phone": phone(inviter),
            "invitee.id.phone": phone(invitee)}  # fmt: skip


def told(workspace: Workspace, day: str, brand: dict[str, list[Row]], window: int = 30) -> tuple[Facts, Asked]:
    """The brand loaded and built, and the question as of a day."""
    load_plain(workspace, brand)
    build.refresh(workspace)
    return Facts(workspace.warehouse), Asked(day_of(dt.date.fromisoformat(day)), window, workspace.settings)


def of(workspace: Workspace, facts: Facts, rows: Any, person: int) -> dict[str, Any]:
    """The one row of an expression that is about a person."""
    number = identifier_id(workspace.keys.key("phone", normalise("phone", phone(person))))
    identity = facts.identity()
    mine = identity.filter(identity.identifier_id == number)
    return facts.warehouse.row(rows.semi_join(mine, "consumer_id"))
