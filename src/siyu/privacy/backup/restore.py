"""Make a workspace of an archive: verified first, built out of sight in its folder, and a workspace when it is whole.

Who was erased after the archive was made is erased from what it holds before anybody can look at it.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import IO

from siyu.core import settings as settings_file
from siyu.core.errors import NewerVersionError, PrivacyError
from siyu.core.files import sync_folder
from siyu.core.identifiers import Keys
from siyu.core.progress import Progress, silent
from siyu.core.time import instant_of
from siyu.privacy import erase
from siyu.privacy.backup import archive, database, erased, place, rows
from siyu.privacy.backup.archive import Manifest
from siyu.privacy.backup.erased import Known
from siyu.privacy.backup.make import ARRIVALS, CIPHER_KEY, FILES, OPERATIONS, WAREHOUSE
from siyu.privacy.docket import Request
from siyu.privacy.rotate import reseal
from siyu.store import audit
from siyu.store.migrating import revisions
from siyu.store.tables import BY_NAME
from siyu.store.warehouse import WAREHOUSE_VERSION
from siyu.store.workspace import (
    KEYS_FILE,
    SETTINGS_FILE,
    Workspace,
    inbox_url,
    open_warehouse,
    operations_url,
    write_keys,
)

#: Files of an archive with their names, in order; each is read before the next.
Members = Iterator[tuple[str, IO[bytes]]]


@dataclass(frozen=True)
class Restored:
    """A workspace in place. known: instant up to which erasures were known, None if it was said that there are none.
    erased: requests carried out again; files: those that still show somebody, so that these requests are not done.
    """

    directory: Path
    manifest: Manifest
    known: int | None
    erased: tuple[Request, ...]
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Asked:
    """What is to become of an archive: its place, its keys (and whether they are written down in the workspace), the
    erasures since, the PostgreSQL of its operations.
    """

    path: Path
    directory: Path
    keys: Keys
    write_keys: bool = True
    erased: str | None = None
    operations_url: str = ""


def restore(asked: Asked, *, actor: str, now: dt.datetime, progress: Progress | None = None) -> Restored:
    """Restore an archive, or leave nothing. Raises PrivacyError for a damaged archive, other keys, a folder or database
    that is not empty, or where erasures since are not known.
    """
    say = progress or silent
    directory = place.free(asked.directory)
    if not asked.path.is_file():
        raise PrivacyError(f"There is no backup {asked.path}.", remedy="`siyu backup TO` makes one.")
    manifest = archive.verify(asked.path, asked.keys, say)
    _refuse_newer(manifest)
    known = erased.known(asked.path, asked.erased, asked.keys)
    _clear(directory, asked.operations_url)
    try:
        building = place.begin(directory)
        found = _built(building, asked, manifest, known, actor, now, say)
    except BaseException:
        _clear(directory, asked.operations_url)
        raise
    place.put(building)  # killed in it, the next restore begins anew
    files = tuple(directory / path.relative_to(building) for path in found.files)
    return Restored(directory, manifest, known and known.through, found.done, files)


def _refuse_newer(manifest: Manifest) -> None:
    about = manifest.about
    if about["warehouse_version"] > WAREHOUSE_VERSION or about["operations_revision"] not in revisions():
        raise NewerVersionError(f"The backup was made by siyu {about['siyu']}, whose stores this siyu does not know.",
                                remedy="Install that siyu, or a newer one.")


def _clear(directory: Path, url: str) -> None:
    """As if no restore had begun here. The database first: what is in the folder tells that nobody uses it."""
    if url:
        database.clear(url, place.hidden(directory))
    place.clear(directory)


def _built(building: Path, asked: Asked, manifest: Manifest, known: Known | None, actor: str, now: dt.datetime,
           say: Progress) -> erase.Erased:  # fmt: skip
    """The whole workspace under a name of its own, without those erased since."""
    keys = _filled(building, asked, manifest, say)
    with Workspace(building, settings_file.read(building / SETTINGS_FILE), keys) as workspace:
        if keys.old_cipher_key:  # it was rotated since, or the one of then would come back
            reseal(workspace, say)
            workspace.use(replace(keys, old_cipher_key=b""))
        if asked.write_keys:
            write_keys(building / KEYS_FILE, workspace.keys)
        _ = workspace.warehouse  # opens only if every load has its facts
        again = known is not None and erased.apply(workspace, known)
        done = erase.run(workspace, actor=actor, now=now, progress=say) if again else erase.Erased((), ())
        with workspace.operations.begin() as connection:
            audit.record(connection, instant_of(now), actor, "backup.restore", asked.path.name,
                         {**manifest.about, "erased_again": len(done.done)})  # fmt: skip
            database.finished(connection, building.name)
    return done


# -- what is in an archive, put where it belongs


def _filled(building: Path, asked: Asked, manifest: Manifest, say: Progress) -> Keys:
    """Everything in place; gives the keys with which it is sealed."""
    members, keys = archive.members(asked.path, asked.keys), asked.keys
    url, revision = asked.operations_url, manifest.about["operations_revision"]
    for head, group in groupby(members, lambda member: member[0].split("/")[0]):
        say(f"restore: {head}", None)
        if head == CIPHER_KEY:
            keys = _keys(asked.keys, next(group)[1].read())
        elif head == OPERATIONS:
            database.fill(url or operations_url(building), revision, group)
        elif head == ARRIVALS:
            database.fill_inbox(url or inbox_url(building), keys, group)
        elif head == WAREHOUSE:
            _fill_warehouse(building, keys, group)
        else:
            _lay_down(building, url, group)
    return keys


def _keys(given: Keys, of_then: bytes) -> Keys:
    """The keys given; what is in the archive opens with the cipher key of then."""
    return replace(given, old_cipher_key=b"" if of_then == given.cipher_key else of_then)


def _lay_down(building: Path, url: str, members: Members) -> None:
    for name, content in members:
        path = _inside(building, name.removeprefix(f"{FILES}/"))
        with path.open("wb") as file:
            if name == f"{FILES}/{SETTINGS_FILE}":  # the operations it has, never those of the workspace it was
                text = content.read().decode("utf-8-sig")
                file.write(settings_file.changed(text, "operations.url", url).encode())
            else:
                shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)


def _inside(building: Path, name: str) -> Path:
    """A place in the folder, whatever the name."""
    path = building / PurePosixPath(name)
    assert path.resolve().is_relative_to(building.resolve()), f"{name} leads out of the folder"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _fill_warehouse(building: Path, keys: Keys, members: Members) -> None:
    warehouse = open_warehouse(Workspace(building, settings_file.read(building / SETTINGS_FILE), keys))
    try:
        for name, parts in groupby(members, lambda member: member[0].split("/")[1]):
            with warehouse.transaction():
                rows.into_warehouse(warehouse, BY_NAME[name], (rows.read(content.read()) for _, content in parts))
    finally:
        warehouse.close()
