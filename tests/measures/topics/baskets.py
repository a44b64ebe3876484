"""Small brands told by hand in orders with their lines, and what topics and sheets say of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from siyu.core.time import day_of
from siyu.measures import build
from siyu.measures.answer import of_sheet, of_topic
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.metric import Sheet, Topic
from siyu.store.workspace import Workspace
from tests.plain import load_plain

Told = dict[str, list[dict[str, str]]]
AS_OF = dt.date(2026, 6, 30)


def order(number: str, who: str, day: str, *lines: str, platform: str = "tmall", **more: str) -> Told:
    """An order paid at noon whose lines read 'sku category pieces amount' (none: 10 paid); '' = anonymous."""
    parts = [line.split() for line in lines]
    amount = str(sum(float(amount) for *_, amount in parts) if parts else 10)
    of = {"order_id": number, "platform": platform}
    each = [
        {**of, "line_no": str(n), "sku": sku, "category": category, "quantity": pieces, "paid_amount": paid}
        for n, (sku, category, pieces, paid) in enumerate(parts)
    ]
    whole = {**of, "paid_at": f"{day}T12:00", "paid_amount": amount, "id.customer": who, **more}
    return {"orders": [whole], "order_lines": each}


def row(kind: str, who: str = "", **values: str) -> Told:
    """One row of a kind, of a person."""
    return {kind: [{**values, **({"id.customer": who} if who else {})}]}


class Brand:
    """A workspace that holds what was told, asked as of AS_OF."""

    def __init__(self, workspace: Workspace, *told: Told, window: int = 30) -> None:
        rows: Told = {}
        for part in told:
            for kind, found in part.items():
                rows.setdefault(kind, []).extend(found)
        load_plain(workspace, rows)
        build.refresh(workspace)
        self.facts = Facts(workspace.warehouse)
        self.asked = Asked(day_of(AS_OF), window, workspace.settings)

    def values(self, topic: Topic, *by: str) -> dict[Any, Any]:
        """Values of a topic's metrics by the last part of their code, per group (without dimensions: of all)."""
        answer = of_topic(self.facts, self.asked, topic, by=by)
        self.facts.warehouse.drop_scratch()
        found = {
            "/".join(one["group"].values()): {c.split(".")[-1]: v["value"] for c, v in one["values"].items()}
            for one in answer.rows
        }
        return found if by else found[""]

    def rows(self, sheet: Sheet) -> list[dict[str, Any]]:
        found = of_sheet(self.facts, self.asked, sheet).rows
        self.facts.warehouse.drop_scratch()
        return found
