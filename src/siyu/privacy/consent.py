"""One person's consent: record what they said on the phone, at a counter, in a letter; or hand them a link."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from siyu.core.errors import IdentityError, did_you_mean
from siyu.core.kinds import PURPOSES
from siyu.core.time import datetime_of, instant_of
from siyu.identity import consents
from siyu.identity.asked import Asked, asked
from siyu.identity.preference_link import Link
from siyu.identity.standing import Consent
from siyu.sources import live
from siyu.sources.load import finish_interrupted
from siyu.store import audit
from siyu.store.inbox import Arrival
from siyu.store.tables import IDENTIFIER
from siyu.store.workspace import Workspace

#: The door of rows in canonical columns.
DOOR = "canonical"


@dataclass(frozen=True)
class Said:
    """What somebody said. channel: None = all channels."""

    purpose: str
    channel: str | None
    action: str
    source: str
    notice_version: str = ""


def record(workspace: Workspace, query: str | int, said: Said, *, actor: str, now: dt.datetime) -> Consent:
    """Record what whom a query means has said, in force when this returns; also of somebody never seen before.

    Raises IdentityError with every mistake, for the erased, and for an id that no file has brought.
    """
    finish_interrupted(workspace)
    wanted = asked(workspace, query)
    row = Consent(wanted.identifier_id, said.purpose, said.channel, said.action, instant_of(now), said.source,
                  said.notice_version)  # fmt: skip
    if _known(workspace, wanted):
        consents.change(workspace.operations, [row], actor=actor, now=now)
        consents.settle(workspace, now)
    else:
        consents.check([row])
        _let_in(workspace, wanted, row, actor, now)
    return row


def link(workspace: Workspace, query: str | int, purpose: str, *, actor: str, now: dt.datetime) -> Link:
    """The preference link of whom a query means, as the audit has it. Raises IdentityError for whom no file brought,
    and for the erased.
    """
    if purpose not in PURPOSES:
        raise IdentityError(f"Unknown purpose '{purpose}'.{did_you_mean(purpose, PURPOSES)}")
    wanted = asked(workspace, query)
    _refuse_erased(workspace, wanted)
    if not _known(workspace, wanted):
        raise _unseen(wanted)
    with workspace.operations.begin() as connection:
        subject, detail = str(wanted.identifier_id), {"purpose": purpose}
        audit.record(connection, instant_of(now), actor, "consent.link", subject, detail)
    return Link.lasting(wanted.identifier_id, purpose, workspace.settings["privacy.link_days"], now)


def _known(workspace: Workspace, wanted: Asked) -> bool:
    table = IDENTIFIER.expr()
    return workspace.warehouse.count(table.filter(table.identifier_id == wanted.identifier_id)) > 0


def _let_in(workspace: Workspace, wanted: Asked, row: Consent, actor: str, now: dt.datetime) -> None:
    """Somebody new comes in through the door that any row comes through, which registers and lands what it brings."""
    if not wanted.namespace:
        raise _unseen(wanted)
    _refuse_erased(workspace, wanted)
    at = datetime_of(row.occurred_at, workspace.settings.zone).isoformat()
    cells = {"occurred_at": at, "purpose": row.purpose, "channel": row.channel, "action": row.action,
             "source": row.source, "notice_version": row.notice_version or None,
             f"id.{wanted.namespace}": wanted.value}  # fmt: skip
    body = json.dumps({"kind": "consents", "rows": [cells]}, ensure_ascii=False).encode()
    workspace.inbox.put([Arrival(DOOR, actor, instant_of(now), body)])
    live.drain(workspace, now=now)
    if not consents.rows_of(workspace.operations, [wanted.identifier_id]):
        raise IdentityError(f"{wanted.shown} cannot be anybody's: the row was refused.",
                            remedy="`siyu quarantine` says why; settings block some values.")
    consents.note(workspace.operations, row, actor=actor, now=now)


def _refuse_erased(workspace: Workspace, wanted: Asked) -> None:
    with workspace.operations.connect() as connection:
        consents.refuse_erased(connection, [wanted.identifier_id])


def _unseen(wanted: Asked) -> IdentityError:
    named = wanted.shown if wanted.namespace else f"Identifier {wanted.shown}"
    return IdentityError(f"{named} has not been seen in any file.",
                         remedy="`siyu consent record --id phone:138...` records what somebody new has said.")
