"""Make an archive of a workspace: both stores, what waits in the inbox, landed rows, settings, own metrics and
mappings, exports laid down, reports. The cipher key lies inside, sealed as all of it; the id secret does not, and opens
it.

The warehouse is held meanwhile, so nothing is loaded, measured or erased, and all parts are of one state.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa

from siyu.core.errors import PrivacyError
from siyu.core.progress import Progress, silent
from siyu.core.time import instant_of
from siyu.privacy.backup import erased, rows
from siyu.privacy.backup.archive import Archive, Manifest, free_name
from siyu.sources.load import finish_interrupted
from siyu.store import audit, inbox, raw_files, schema
from siyu.store.migrating import revisions
from siyu.store.schema import LOAD
from siyu.store.warehouse import WAREHOUSE_VERSION
from siyu.store.workspace import INBOX, SETTINGS_FILE, Workspace

#: Names in an archive: the cipher key, and the heads of what else is in it.
CIPHER_KEY = "cipher.key"
FILES, OPERATIONS, ARRIVALS, WAREHOUSE, LANDED = "files", "operations", "inbox", "warehouse", "landed"
#: Folders of a workspace that people fill, or that hold what was given to them.
FOLDERS = ("metrics", "mappings", INBOX, "reports")


@dataclass(frozen=True)
class Made:
    """An archive in place. erased: the list of the erased beside it."""

    path: Path
    bytes: int
    manifest: Manifest
    erased: Path


def make(workspace: Workspace, to: Path, *, actor: str, now: dt.datetime, progress: Progress | None = None) -> Made:
    """Write the archive, or nothing. to: a file that is not there yet, or a folder. Raises PrivacyError, also while the
    cipher key is being rotated, and HeldError.
    """
    say = progress or silent
    _refuse_two_keys(workspace)
    path = free_name(to, f"{workspace.directory.resolve().name}-{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}")
    finish_interrupted(workspace)
    manifest = _written(workspace, path, now, say)
    made = Made(path, path.stat().st_size, manifest, erased.path_of(path.parent, workspace.keys))
    with workspace.operations.begin() as connection:
        audit.record(connection, instant_of(now), actor, "backup.make", path.name,
                     {"bytes": made.bytes, "files": len(manifest.files), **manifest.about})  # fmt: skip
    return made


def _refuse_two_keys(workspace: Workspace) -> None:
    """An archive holds one cipher key; what the one before it sealed could not be opened again."""
    if workspace.keys.old_cipher_key:
        raise PrivacyError("The cipher key is being rotated, and some things are still sealed with the old one.",
                           remedy="`siyu key rotate` finishes it; then make the backup.")


def _written(workspace: Workspace, path: Path, now: dt.datetime, say: Progress) -> Manifest:
    try:
        writing = Archive(path, workspace.keys)
        try:
            _fill(workspace, writing, say)
            manifest = writing.finish(_about(workspace, now), say)
            erased.remember(workspace, path.parent, now)  # first: killed here, the same backup is made again
            writing.appear()
            return manifest
        except BaseException:
            writing.abandon()
            raise
    except OSError as error:
        raise PrivacyError(f"No backup was made, because writing {path} failed ({error.strerror}).",
                           remedy="Free some space there, or choose another folder.") from error


def _fill(workspace: Workspace, writing: Archive, say: Progress) -> None:
    writing.add(CIPHER_KEY, workspace.keys.cipher_key)
    for path in _files(workspace.directory):
        writing.add_file(f"{FILES}/{path.relative_to(workspace.directory).as_posix()}", path)
    say("backup: operations", 0.0)
    for head, engine, metadata in ((OPERATIONS, workspace.operations.engine, schema.METADATA),
                                   (ARRIVALS, workspace.inbox.engine, inbox.METADATA)):  # fmt: skip
        with _at_one_instant(engine) as connection:
            for name, data in rows.of_database(connection, metadata):
                writing.add(f"{head}/{name}", data)
    for name, data in rows.of_warehouse(workspace.warehouse):
        say(f"backup: {name.split('/')[0]}", 0.0)
        writing.add(f"{WAREHOUSE}/{name}", data)
    landed = sorted(workspace.landed.glob(f"*{raw_files.SUFFIX}"))
    for place, path in enumerate(landed):
        say("backup: raw rows", place / len(landed))
        writing.add_file(f"{LANDED}/{path.name}", path)


def _files(directory: Path) -> Iterator[Path]:
    yield directory / SETTINGS_FILE
    for folder in FOLDERS:
        yield from (path for path in sorted((directory / folder).rglob("*")) if path.is_file())


def _at_one_instant(engine: sa.Engine) -> sa.Connection:
    """A connection that sees all tables as they are at its first question, whoever writes meanwhile."""
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    return engine.connect().execution_options(**level)


def _about(workspace: Workspace, now: dt.datetime) -> dict[str, object]:
    with workspace.operations.connect() as connection:
        loads = connection.execute(sa.select(sa.func.count()).select_from(LOAD)).scalar_one()
    return {"made_at": instant_of(now), "siyu": version("siyu"), "brand": workspace.settings.brand, "loads": loads,
            "warehouse_version": WAREHOUSE_VERSION, "operations_revision": revisions()[-1]}  # fmt: skip
