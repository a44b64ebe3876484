"""The story of a brand's day: load what arrived, resolve who it is, measure, and publish what is known.

Each step is one part's public function. Publishing is handed in, because pages stand above this story.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siyu.core.files import name_of
from siyu.core.progress import silent
from siyu.core.time import instant_of
from siyu.identity.consents import settle
from siyu.identity.resolve import resolve
from siyu.measures.build import refresh
from siyu.measures.measure import begun, measure
from siyu.sources.load import finish_interrupted, load
from siyu.sources.loading.arrivals import in_order, left_out
from siyu.sources.loading.asbefore import check_identity
from siyu.sources.loading.loadreport import LoadReport
from siyu.sources.mappings.mappingfile import FOLDER, check_own
from siyu.sources.readers.files import SUFFIXES
from siyu.store.workspace import INBOX, Workspace

#: Where exports of the inbox go that could not be read, or not whole.
REFUSED = "refused"

#: See `_version`; empty where there is no file any more.
Version = tuple[int, ...]
Publish = Callable[[Workspace, dict[str, Any]], Path]


@dataclass(frozen=True)
class Day:
    """What a day brought: files, load report (None if nothing arrived), what else lies in the inbox and is never read
    (folders, files of other forms), measures and the page (None as long as there is nothing to measure).
    """

    files: tuple[Path, ...]
    loaded: LoadReport | None
    left: tuple[str, ...]
    measured: dict[str, Any] | None
    published: Path | None


def daily(
    workspace: Workspace, *, publish: Publish, now: dt.datetime, as_of: dt.date | None = None, progress=None
) -> Day:
    """Load, resolve, measure, publish. Safe to run twice: nothing is loaded or counted a second time. MappingError for
    mistakes in the workspace's own mappings: all files are left where they lie.
    """
    files = arrived(workspace)
    as_arrived = {path: _version(path) for path in files}
    if files:
        check_own(workspace.directory / FOLDER)
    loaded = load(workspace, list(files), strict=False, now=now, progress=progress) if files else None
    if loaded:
        put_away(as_arrived, apart={outermost(name) for name in (*_refused(loaded), *loaded.read_in_part)})
    left = lying(workspace)
    if not begun(workspace, instant_of(now)):
        return Day(files, loaded, left, None, None)
    measured = resolve_and_measure(workspace, as_of=as_of, now=now, progress=progress)
    return Day(files, loaded, left, measured, publish(workspace, measured))


def resolve_and_measure(
    workspace: Workspace, *, now: dt.datetime, as_of: dt.date | None = None, window: int = 30, progress=None
) -> dict[str, Any]:
    """The measure document, never on a load that was cut off half-way nor on an identity older than the links; with
    nothing new, each step costs next to nothing.
    """
    up_to_date(workspace, now=now, progress=progress)
    return measure(workspace, as_of=as_of, window=window, now=now, progress=progress)


def up_to_date(workspace: Workspace, *, now: dt.datetime, progress=None) -> None:
    """Identity and spans as the loads and consents are now, for questions that no document answers."""
    check_identity(workspace)
    finish_interrupted(workspace)
    settle(workspace, now)
    resolve(workspace, progress=progress)
    refresh(workspace, say=progress or silent)


def arrived(workspace: Workspace) -> tuple[Path, ...]:
    """Files in the inbox that can be loaded, oldest name first."""
    inbox = workspace.directory / INBOX
    found = sorted(inbox.iterdir(), key=in_order) if inbox.is_dir() else []
    return tuple(path for path in found if path.is_file() and path.suffix.lower() in SUFFIXES)


def lying(workspace: Workspace) -> tuple[str, ...]:
    """What else lies in the inbox and is never read: folders, and files of no form that siyu reads."""
    names = left_out([workspace.directory / INBOX])
    return tuple(name for name in names if name != f"{REFUSED}/" and "/" not in name.removesuffix("/"))


def put_away(files: dict[Path, Version], apart: set[str]) -> None:
    """Remove loaded files: their rows are landed, encrypted, and plain copies of people's data lie about nowhere. Those
    of which something was not read go to inbox/refused. If a run ends before this, the next one finds only duplicates
    in them. A file that is another one by now (files: as they arrived) waits for the next run.
    """
    for path, as_arrived in files.items():
        if _version(path) != as_arrived:
            continue
        if name_of(path) not in apart:
            path.unlink()
            continue
        folder = path.parent / REFUSED
        folder.mkdir(exist_ok=True)
        path.rename(_free(folder / path.name))


def _version(path: Path) -> Version:
    """What tells a file from another that takes its name, or from itself with more written to it."""
    try:
        told = path.stat()
    except FileNotFoundError:
        return ()
    return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns


def _refused(loaded: LoadReport) -> list[str]:
    return [refused["file"] for refused in loaded.files_refused]


def outermost(name: str) -> str:
    """The file in the inbox that one of a load is: an archive stands for those inside.

    >>> outermost("exports.zip/orders.csv")
    'exports.zip'
    """
    return name.split("/", 1)[0]


def _free(path: Path) -> Path:
    """The path, or with a number where a file of that name was put away before."""
    places = (path.with_stem(f"{path.stem}-{n}") for n in range(2, 10_000))
    return path if not path.exists() else next(place for place in places if not place.exists())
