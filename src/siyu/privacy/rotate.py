"""Give a workspace a new cipher key: all that is sealed is sealed anew, then the old key goes. The id secret stays.

The key file holds both keys meanwhile: what is sealed from then on is sealed with the new one, and either opens. Every
step looks for what is left, so a run that was killed is finished by the next one.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from siyu.core.errors import PrivacyError
from siyu.core.identifiers import Keys
from siyu.core.progress import Progress, silent
from siyu.core.time import instant_of
from siyu.privacy import folder
from siyu.sources.identifiers import register
from siyu.sources.landed import landing, quarantine
from siyu.sources.load import finish_interrupted
from siyu.store import audit, hooks, inbox, raw_files
from siyu.store.database import scour
from siyu.store.inbox import ARRIVAL
from siyu.store.schema import HOOK, QUARANTINE
from siyu.store.tables import IDENTIFIER
from siyu.store.workspace import KEYS_FILE, KEYS_VARIABLE, Workspace, write_keys

#: Rows that are sealed anew in one go: of the warehouse, and of operations, whose bodies are large.
ROWS, BODIES = 200_000, 100
#: Scratch table of the identifiers.
FRESH = "sealed_anew"
#: Columns of operations that hold ciphers, with what they were sealed for.
SEALED = ((QUARANTINE.c.row_cipher, quarantine.PURPOSE), (HOOK.c.secret_cipher, hooks.PURPOSE))
WAITING = ((ARRIVAL.c.body, inbox.PURPOSE),)


@dataclass(frozen=True)
class Rotated:
    """What was sealed anew in this run, by store; of landed rows, the files."""

    identifiers: int
    landed_files: int
    quarantine: int
    hooks: int
    inbox: int


def rotate(workspace: Workspace, *, actor: str, now: dt.datetime, progress: Progress | None = None) -> Rotated:
    """Rotate, or finish a rotation that was cut off. Raises PrivacyError if the keys come from the environment and no
    new one is given there, or if something opens with neither key: then the old key stays.
    """
    say = progress or silent
    finish_interrupted(workspace)  # holds the warehouse: nobody is at work who knows the old key alone
    _begin(workspace)
    found = reseal(workspace, say)
    workspace.keys = replace(workspace.keys, old_cipher_key=b"")
    if not os.environ.get(KEYS_VARIABLE):
        write_keys(workspace.directory / KEYS_FILE, workspace.keys)
    with workspace.operations.begin() as connection:
        audit.record(connection, instant_of(now), actor, "key.rotate", "cipher_key", vars(found))
    return found


def reseal(workspace: Workspace, say: Progress) -> Rotated:
    """Everything that its old cipher key sealed is sealed with the one in force, and no byte on disk with the old."""
    try:
        identifiers, landed = _identifiers(workspace, say), _landed(workspace, say)
        say("rotate: operations", 0.8)
        found = [_column(workspace.operations.engine, column, purpose, workspace.keys) for column, purpose in SEALED]
        waiting = [_column(workspace.inbox.engine, column, purpose, workspace.keys) for column, purpose in WAITING]
    except InvalidTag:
        raise PrivacyError("Something sealed opens neither with the cipher key nor with the one before it.",
                           remedy="Nothing is lost and both keys stay. `siyu check` looks at the stores; a backup may "
                                  "hold what is damaged.") from None  # fmt: skip
    say("rotate: files anew", 0.9)
    folder.remove_old_warehouses(workspace)
    workspace.warehouse.rewrite()
    scour(workspace.operations.engine, (QUARANTINE, HOOK))
    workspace.inbox.scour()
    return Rotated(identifiers, landed, *found, *waiting)


def _begin(workspace: Workspace) -> None:
    """A new key beside the old one, unless there is one already; from here on the new one seals."""
    if workspace.keys.old_cipher_key:
        return
    if os.environ.get(KEYS_VARIABLE):
        raise PrivacyError(f"The keys come from {KEYS_VARIABLE}, which holds no new one.",
                           remedy=f"Set {KEYS_VARIABLE}=ID_SECRET:NEW:OLD, the new one of 64 hexadecimal digits, and "
                                  "run it again; afterwards leave OLD out.")  # fmt: skip
    keys = replace(workspace.keys, cipher_key=secrets.token_bytes(32), old_cipher_key=workspace.keys.cipher_key)
    write_keys(workspace.directory / KEYS_FILE, keys)
    workspace.use(keys)


def _identifiers(workspace: Workspace, say: Progress) -> int:
    """The registered identifiers of the warehouse; how many were sealed with the old key."""
    warehouse, changed = workspace.warehouse, 0
    fresh = warehouse.scratch(FRESH, IDENTIFIER.schema.empty_table())
    for batch in warehouse.batches(IDENTIFIER.expr(), ROWS):
        say("rotate: identifiers", None)
        before = batch["cipher"].to_pylist()
        after = [workspace.keys.resealed(sealed, register.PURPOSE) for sealed in before]
        changed += sum(new is not old for new, old in zip(after, before))
        place = batch.schema.get_field_index("cipher")
        rows = pa.Table.from_batches([batch]).set_column(place, "cipher", pa.array(after, pa.binary()))
        warehouse.append_scratch(FRESH, rows)
    if changed:
        warehouse.replace(IDENTIFIER, fresh)
    warehouse.drop_scratch(FRESH)
    return changed


def _landed(workspace: Workspace, say: Progress) -> int:
    """The raw rows; how many files held anything sealed with the old key."""
    changed, paths = 0, sorted(workspace.landed.glob(f"*{raw_files.SUFFIX}"))
    for place, path in enumerate(paths):
        say("rotate: raw rows", 0.8 * place / len(paths))
        changed += landing.reseal(path, workspace.keys)
    return changed


def _column(engine: sa.Engine, column: sa.Column, purpose: bytes, keys: Keys) -> int:
    """The ciphers of one column; how many were sealed with the old key."""
    changed = 0
    (key,) = column.table.primary_key.columns
    for rows in _in_order(engine, key, column):
        fresh = [(number, new) for number, old in rows if (new := keys.resealed(old, purpose)) is not old]
        changed += len(fresh)
        with engine.begin() as connection:
            for number, sealed in fresh:
                connection.execute(sa.update(column.table).where(key == number).values({column.name: sealed}))
    return changed


def _in_order(engine: sa.Engine, key: sa.Column, column: sa.Column) -> Iterator[list[tuple[int, bytes]]]:
    """(key, cipher) of all rows, some at a time."""
    last = -1
    while True:
        with engine.connect() as connection:
            page = sa.select(key, column).where(key > last).order_by(key).limit(BODIES)
            rows = [(number, sealed) for number, sealed in connection.execute(page)]
        if not rows:
            return
        last = rows[-1][0]
        yield rows
