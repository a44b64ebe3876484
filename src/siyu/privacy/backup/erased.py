"""The list of the erased, kept beside the archives of a workspace and newer than they are: whoever restores one has it
at hand, and nobody comes back who was erased after the archive was made. Keyed hashes alone, sealed.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from siyu.core.errors import PrivacyError
from siyu.core.files import sync_folder
from siyu.core.identifiers import Keys
from siyu.core.time import instant_of
from siyu.privacy import receipt
from siyu.privacy.backup.stream import Opening, Sealing, mark
from siyu.privacy.docket import DONE, ERASING
from siyu.privacy.people import Person
from siyu.store.operations import Operations
from siyu.store.schema import ERASURE, SPARED, TOMBSTONE
from siyu.store.workspace import SETTINGS_FILE, Workspace, open_workspace

SUFFIX, PART = ".siyu-erased", ".part"
#: State: the folders that hold backups, the newest last, which are told of every erasure.
FOLDER = "backup_folder"
#: What stands for a list where it is known that nobody was erased since.
NOBODY = "none"
TABLES = (ERASURE, TOMBSTONE, SPARED)

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Known:
    """Requests to be forgotten, tombstones and who was spared, as known at an instant (microseconds UTC)."""

    through: int
    rows: dict[str, Rows]

    @staticmethod
    def of(operations: Operations, now: dt.datetime) -> Known:
        """What a workspace knows."""
        with operations.connect() as connection:
            rows = {table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
                    for table in TABLES}  # fmt: skip
        return Known(instant_of(now), rows)

    def joined(self, earlier: Known) -> Known:
        """With what an earlier list has besides: a list never forgets."""
        rows = {table.name: [*self.rows[table.name], *_besides(table, earlier.rows[table.name], self.rows[table.name])]
                for table in TABLES}  # fmt: skip
        return Known(max(self.through, earlier.through), rows)


def path_of(folder: Path, keys: Keys) -> Path:
    """Where a folder of archives has the list of a workspace."""
    return folder / f"{mark(keys).hex()[:8]}{SUFFIX}"


def remember(workspace: Workspace, folder: Path, now: dt.datetime) -> None:
    """From now on this folder is told of every erasure."""
    newest = folder.resolve()
    folders = [*(old for old in folders_of(workspace.operations) if old != newest), newest]
    workspace.operations.set_state(FOLDER, json.dumps([str(one) for one in folders], ensure_ascii=False))
    tell(workspace, now)


def tell(workspace: Workspace, now: dt.datetime) -> tuple[Path, ...]:
    """Bring the list in every folder that holds backups up to date; the folders that cannot be reached."""
    folders, known = folders_of(workspace.operations), Known.of(workspace.operations, now)
    return tuple(folder for folder in folders if not _told(folder, workspace.keys, known))


def folders_of(operations: Operations) -> tuple[Path, ...]:
    """The folders that backups were written to, the newest last."""
    kept = operations.state(FOLDER) or "[]"
    return tuple(map(Path, json.loads(kept) if kept.startswith("[") else [kept]))  # older siyu knew the newest alone


def untold(workspace: Workspace) -> dict[Path, int]:
    """How many erased identifiers the lists beside backups lack, by folder; those that lack none are left out."""
    with workspace.operations.connect() as connection:
        erased = set(connection.execute(sa.select(TOMBSTONE.c.identifier_id)).scalars())
    lacking = {folder: len(erased - _named(folder, workspace.keys)) for folder in folders_of(workspace.operations)}
    return {folder: count for folder, count in lacking.items() if count}


def known(archive: Path, said: str | None, keys: Keys) -> Known | None:
    """The erasures that a restore has to respect: of a list, of a workspace, or of the list beside the archive; None
    where it was said that there are none. Raises PrivacyError if it cannot be known.
    """
    if said == NOBODY:
        return None
    if said is not None and (Path(said) / SETTINGS_FILE).exists():
        return _of_workspace(Path(said), keys)
    path = path_of(archive.parent, keys) if said is None else Path(said)
    if not path.is_file():
        raise PrivacyError(f"Who was erased after the backup is not known: there is no {path}.",
                           remedy=f"Name a newer list or the workspace with --erased; `--erased {NOBODY}` says that "
                                  "nobody was.")  # fmt: skip
    return read(path, keys)


def apply(workspace: Workspace, known: Known) -> bool:
    """Requests that are newer than the workspace become its own, and what was erased is to be erased again, to the
    same identifiers; whether there is any. `erase.run` then carries it out.
    """
    with workspace.operations.begin() as connection:
        done = set(connection.execute(sa.select(ERASURE.c.erasure_id).where(ERASURE.c.status == DONE)).scalars())
    requests = [row for row in known.rows[ERASURE.name] if row["erasure_id"] not in done]
    again = [row["erasure_id"] for row in requests if row["status"] in (ERASING, DONE)]
    people = [_person(number, known) for number in again]
    held = receipt.held(workspace, people) if people else {}
    with workspace.operations.begin() as connection:
        for table in (TOMBSTONE, SPARED):
            _add(connection, table, known.rows[table.name])
        connection.execute(sa.delete(ERASURE).where(ERASURE.c.erasure_id.in_([r["erasure_id"] for r in requests])))
        _add(connection, ERASURE, [_to_do(row, held) for row in requests])
    return bool(again)


def read(path: Path, keys: Keys) -> Known:
    """A list. Raises PrivacyError if it is another workspace's, or damaged."""
    with closing(Opening(path, keys)) as stream:
        document = json.loads(stream.read())
    return Known(document["through"], document["rows"])


def _named(folder: Path, keys: Keys) -> set[int]:
    """Identifiers on the list of a folder."""
    path = path_of(folder, keys)
    return {row["identifier_id"] for row in read(path, keys).rows[TOMBSTONE.name]} if path.exists() else set()


def _told(folder: Path, keys: Keys, known: Known) -> bool:
    try:
        _write(path_of(folder, keys), keys, known)
    except OSError:
        return False
    return True


def _write(path: Path, keys: Keys, known: Known) -> None:
    if path.exists():
        known = known.joined(read(path, keys))
    temporary = path.with_name(path.name + PART)
    stream = Sealing(temporary, keys)
    try:
        stream.write(json.dumps({"through": known.through, "rows": known.rows}, ensure_ascii=False).encode())
        stream.finish()
    except BaseException:
        stream.give_up()
        raise
    os.replace(temporary, path)
    sync_folder(path.parent)


def _of_workspace(directory: Path, keys: Keys) -> Known:
    with open_workspace(directory) as workspace:
        if workspace.keys.id_secret != keys.id_secret:
            raise PrivacyError(f"{directory} is another workspace than the one that was backed up.",
                               remedy="Its id secret differs; name the workspace the backup was made of.")
        found = Known.of(workspace.operations, dt.datetime.fromtimestamp(0, dt.UTC))
    return Known(max((row["erased_at"] for row in found.rows[TOMBSTONE.name]), default=0), found.rows)


def _person(number: int, known: Known) -> Person:
    return Person(number, {row["identifier_id"]: row["key_hash"] for row in known.rows[TOMBSTONE.name]
                           if row["erasure_id"] == number})  # fmt: skip


def _to_do(row: dict[str, Any], held: dict[int, receipt.Counts]) -> dict[str, Any]:
    """A request as it stands in the restored workspace: what was done is to be done again."""
    if row["erasure_id"] not in held:
        return row
    return {**row, "status": ERASING, "done_at": None, "asked": "{}", "receipt": json.dumps(held[row["erasure_id"]])}


def _add(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    there = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
    if fresh := _besides(table, rows, there):
        connection.execute(sa.insert(table), fresh)


def _besides(table: sa.Table, rows: Rows, there: Rows) -> Rows:
    """The rows whose key is not there."""
    names = [column.name for column in table.primary_key.columns]
    taken = {tuple(row[name] for name in names) for row in there}
    return [row for row in rows if tuple(row[name] for name in names) not in taken]
