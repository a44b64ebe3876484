"""Small stories told by hand for topics and sheets: rows in, the figures of a metric or the rows of a sheet out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from siyu.core.time import day_of
from siyu.measures import answer, build
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.metric import Sheet, Topic
from siyu.store.workspace import Workspace
from tests.plain import load_plain

AS_OF = dt.date(2026, 6, 30)
NOW = dt.datetime(2026, 7, 2, 4, tzinfo=dt.UTC)
Brand = dict[str, list[dict[str, str]]]


def asked_of(workspace: Workspace, brand: Brand, window: int = 30) -> tuple[Facts, Asked]:
    """The brand loaded into an empty workspace, and the question as of 2026-06-30."""
    load_plain(workspace, brand, now=NOW)
    build.refresh(workspace)
    return Facts(workspace.warehouse), Asked(day_of(AS_OF), window, workspace.settings)


def values(workspace: Workspace, brand: Brand, topic: Topic, by: tuple[str, ...] = (), window: int = 30) -> Any:
    """Metric -> value of the one group, or group -> metric -> value; the topic's name is left off the metrics."""
    found = answer.of_topic(*asked_of(workspace, brand, window), topic, (), by)
    rows = {
        tuple(row["group"].values()): {c.split(".", 1)[1]: v["value"] for c, v in row["values"].items()}
        for row in found.rows
    }
    return rows if by else rows[()]


def rows(workspace: Workspace, brand: Brand, sheet: Sheet, window: int = 30) -> list[dict[str, Any]]:
    """The rows of a sheet."""
    return answer.of_sheet(*asked_of(workspace, brand, window), sheet).rows


def who(name: str, prefix: str = "") -> dict[str, str]:
    """The identifier of a person: any word stands for somebody."""
    return {f"{prefix}id.customer": name}


def order(number: int, name: str, at: str, amount: str = "100", **more: str) -> dict[str, str]:
    """A paid order; `at` without a time is noon."""
    return {"order_id": f"o{number}", "paid_at": _noon(at), "paid_amount": amount, **who(name), **more}


def relation(name: str, type_: str, at: str, **more: str) -> dict[str, str]:
    """A relation begun; `at` without a time is noon."""
    return {"relation_type": type_, "started_at": _noon(at), **who(name), **more}


def event(name: str, what: str, at: str, **more: str) -> dict[str, str]:
    return {"name": what, "occurred_at": _noon(at), **who(name), **more}


def referral(inviter: str, invitee: str, at: str, kind: str = "accepted", **more: str) -> dict[str, str]:
    return {"kind": kind, "occurred_at": _noon(at), **who(inviter, "inviter."), **who(invitee, "invitee."), **more}


def _noon(at: str) -> str:
    return at if ":" in at else f"{at} 12:00:00"
