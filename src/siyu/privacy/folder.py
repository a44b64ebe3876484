"""Files of the workspace that are no store: exports laid down, lists written out, warehouses set aside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from siyu.core.errors import SourceError
from siyu.sources.erasing.mention import Mentions
from siyu.sources.readers import files
from siyu.sources.readers.place import Place
from siyu.store.tombstones import Tombstones
from siyu.store.workspace import ASIDE, BUILDING, INBOX, LANDED, WAREHOUSE_FILES, Workspace

#: Files that may hold rows of people. Reports hold aggregates only.
LISTS = (*files.SUFFIXES, ".json", ".log", ".bak")
#: Folders of the stores, whose files are no lists.
STORES = (LANDED, *WAREHOUSE_FILES)
CHARSETS = ("utf-8", "gb18030", "utf-16")
#: Where `siyu daily` once put away the files it had loaded.
PUT_AWAY = Path(INBOX) / "loaded"


def clear(workspace: Workspace, tombstones: Tombstones) -> list[Path]:
    """Remove old warehouses, and files that show one of the erased and are loaded; give the other files that do."""
    remove_old_warehouses(workspace)
    left = []
    for path in showing(workspace, tombstones):
        if path.parent == workspace.directory / PUT_AWAY:
            _remove(path)
        else:
            left.append(path)
    return left


def remove_old_warehouses(workspace: Workspace) -> None:
    """Those that a rebuild has set aside, or not finished."""
    for path in workspace.directory.iterdir():
        if ASIDE in path.name or path.name == BUILDING:
            _remove(path)


def showing(workspace: Workspace, tombstones: Tombstones) -> list[Path]:
    """Files in the workspace's folder that name one of the erased."""
    mentions = Mentions.of(workspace.keys, workspace.settings, tombstones)
    return [path for path in _lists(workspace.directory) if _shows(path, mentions)]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _lists(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.iterdir()):
        if path.is_dir() and path.name not in STORES:
            yield from _lists(path)
        elif path.is_file() and path.suffix.lower() in LISTS:
            yield path


def _shows(path: Path, mentions: Mentions) -> bool:
    """Whether a file names one of the erased, in whatever member of an archive, on whatever sheet of a workbook; and
    whether that cannot be seen, because it is locked or packed in a way that is not read.
    """
    return any(_place_shows(place, mentions) for place in files.everywhere(path))


def _place_shows(place: Place, mentions: Mentions) -> bool:
    try:
        texts = files.every_cell(place)
    except SourceError:
        return _text_shows(place, mentions)
    return bool(mentions.among(*texts))


def _text_shows(place: Place, mentions: Mentions) -> bool:
    try:
        with place.open() as file:
            data = file.read()
    except SourceError:
        return True
    return data.startswith(files.PACKED) or any(mentions.among(data.decode(charset, "ignore")) for charset in CHARSETS)
