"""The audit: who did what that the law may ask about. Rows are added and never changed; they hold no personal data.

Subjects are ids or masked values. Whoever acts writes the row in the transaction that does it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from siyu.core.identifiers import scrub, scrub_all
from siyu.store.operations import Operations
from siyu.store.schema import AUDIT


@dataclass(frozen=True)
class Act:
    """One row: instant (microseconds UTC), who, what (`part.verb`), whom or what about, and details."""

    at: int
    actor: str
    act: str
    subject: str
    detail: dict[str, Any]


def record(connection: sa.Connection, at: int, actor: str, act: str, subject: str, detail: dict[str, Any]) -> None:
    """Write one row in the caller's transaction. Phones and e-mail addresses that people wrote into it are hidden."""
    text = json.dumps(scrub_all(detail), ensure_ascii=False, sort_keys=True)
    row = {"at": at, "actor": scrub(actor), "act": act, "subject": scrub(subject), "detail": text}
    connection.execute(sa.insert(AUDIT).values(row))


def acts(operations: Operations, *, act: str = "", since: int = 0, limit: int | None = None) -> list[Act]:
    """Rows since an instant, newest first; of one act, or of one part (`erasure.`)."""
    query = sa.select(AUDIT).where(AUDIT.c.at >= since, AUDIT.c.act.startswith(act, autoescape=True))
    with operations.connect() as connection:
        rows = connection.execute(query.order_by(AUDIT.c.audit_id.desc()).limit(limit)).all()
    return [Act(row.at, row.actor, row.act, row.subject, json.loads(row.detail)) for row in rows]
