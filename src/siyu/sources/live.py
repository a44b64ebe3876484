"""Load what arrived over HTTP: claim it, make rows of it, keep them as one load, settle the claim.

A claim and the load that takes it carry one token. Killed anywhere, the next `drain` sees by it whether the load
counts: then the claim is settled, otherwise its arrivals wait again. So nothing acknowledged is lost or stands twice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

from siyu.core.errors import MappingError, SiyuError
from siyu.core.identifiers import identifier_id
from siyu.core.progress import Progress, silent
from siyu.sources.doors import DOORS, asks
from siyu.sources.doors.livefile import live_file
from siyu.sources.doors.message import Message, message_key
from siyu.sources.facts import cancellations
from siyu.sources.landed import messages
from siyu.sources.loading.keep import Recognised, keep
from siyu.sources.loading.loadreport import FileReport
from siyu.sources.mappings.options import Options
from siyu.store.inbox import CLAIM_BYTES, Arrival, Claim
from siyu.store.schema import COMMITTED, LOAD
from siyu.store.workspace import Workspace

#: What stands as the file of a load that came through a door.
FILE = "inbox"
#: What tells of what is around, not of what arrived: the disk, memory, a store that is away. An engine adds its own
#: (Warehouse.troubles).
AROUND = (SiyuError, OSError, MemoryError, OperationalError, InterfaceError, TimeoutError)
#: So few bytes are no two arrivals.
ALONE = 1


@dataclass
class Drained:
    """What a drain took in: messages (also repeated and refused ones) and the loads they became."""

    messages: int = 0
    loads: list[FileReport] = field(default_factory=list)


def drain(workspace: Workspace, *, now: dt.datetime, progress: Progress | None = None) -> Drained:
    """Load everything that waits in the inbox, door by door. Cheap when there is nothing.

    What arrives meanwhile waits for the next time: under a steady stream this would never end.
    """
    workspace.operations.owner.hold_on()  # the claims of another are not ours to give back
    recover(workspace)
    drained, newest = Drained(), workspace.inbox.newest()
    for door in workspace.inbox.doors():
        _drain(workspace, door, newest, now, progress or silent, drained)
    if drained.loads:
        cancellations.refresh(workspace)
    return drained


def recover(workspace: Workspace) -> None:
    """Settle the claims whose load has committed; give back the others, whose loader is gone."""
    for token in workspace.inbox.claims():
        if _committed(workspace, token):
            workspace.inbox.settle(token)
        else:
            workspace.inbox.release(token)


def _drain(workspace: Workspace, door: str, newest: int, now: dt.datetime, progress: Progress,
           drained: Drained) -> None:
    """Everything that waits at one door. Should one arrival hold what breaks us, alone and once more, the others are
    taken without it.
    """
    most = CLAIM_BYTES
    while claim := workspace.inbox.claim(door, most, newest):
        try:
            found = [message for arrival in claim.arrivals for message in DOORS[door](arrival, workspace.settings)]
            _keep(workspace, claim, found, now, progress, drained)
        except Exception as error:
            if most > ALONE:
                workspace.inbox.release(claim.token)
                most = ALONE  # from here on
            elif _is_around(workspace, error):
                raise
            else:
                _keep(workspace, claim, [_spoiled(claim.arrivals[0], error)], now, progress, drained)


def _is_around(workspace: Workspace, error: Exception) -> bool:
    return isinstance(error, (*AROUND, *workspace.warehouse.troubles)) and not isinstance(error, MappingError)


def _keep(workspace: Workspace, claim: Claim, found: list[Message], now: dt.datetime, progress: Progress,
          drained: Drained) -> None:
    """The messages of a claim as one load; then the claim is settled."""
    fresh = _in_state(workspace, _fresh(workspace, found))
    if fresh:
        asks.note(workspace.operations, claim.door, [ask for message in fresh for ask in message.asks])
        source, mapping = live_file(Path(f"{FILE}:{claim.door}"), claim.door, fresh)
        options = Options.of(workspace.settings, None, None, allow_drop=False)
        arrived = Recognised(source, mapping, fingerprint=claim.token, repeated=len(found) - len(fresh))
        drained.loads.append(keep(workspace, arrived, options, now=now, progress=progress))
    drained.messages += len(found)
    workspace.inbox.settle(claim.token)


def _spoiled(arrival: Arrival, error: Exception) -> Message:
    """An arrival as a refused message, for the quarantine: a fault of ours, named by its class."""
    text = arrival.body.decode("utf-8", "replace")
    reason = f"could not be taken ({type(error).__name__}): please report it"
    return Message(message_key(arrival.source, text), arrival.received_at, text, refused=reason)


def _fresh(workspace: Workspace, found: list[Message]) -> list[Message]:
    """The first of each key, without those that came before."""
    first = {message.key: message for message in reversed(found)}
    before = messages.known(workspace.warehouse, first) if first else set()
    return [message for message in found if first[message.key] is message and message.key not in before]


def _in_state(workspace: Workspace, found: list[Message]) -> list[Message]:
    """The messages, documents by keyed hash; without rows those that tell a state older than one that came before."""
    hashed = [replace(m, subject=_hashed(workspace, m.subject)) if m.subject else m for m in found]
    telling = {int(message.subject) for message in hashed if message.subject}
    newest = messages.newest_states(workspace.warehouse, telling) if telling else {}
    return [_unless_older(message, newest) for message in hashed]


def _unless_older(message: Message, newest: dict[int, int]) -> Message:
    """A message as it is, or without its rows; `newest` learns of it."""
    if not message.subject:
        return message
    if message.stated_at is None:
        return replace(message, subject="")
    known = newest.setdefault(int(message.subject), message.stated_at)
    newest[int(message.subject)] = max(known, message.stated_at)
    return replace(message, rows=[]) if message.stated_at < known else message


def _hashed(workspace: Workspace, subject: str) -> str:
    return str(identifier_id(workspace.keys.key("subject", subject)))


def _committed(workspace: Workspace, token: str) -> bool:
    with workspace.operations.connect() as connection:
        query = sa.select(LOAD.c.load_id).where(LOAD.c.file_hash == token, COMMITTED)
        return connection.execute(query).first() is not None
