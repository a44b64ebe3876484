"""The folder that a restore fills, which may be a volume that nothing can replace: the workspace is built in a hidden
folder inside it, and its parts move up when all are whole, the settings last. Without them it is no workspace yet.
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from siyu.core.errors import PrivacyError
from siyu.core.files import sync_folder
from siyu.store.workspace import SETTINGS_FILE

#: How the name of the hidden folder begins; the rest tells one restore from another.
HIDDEN = ".restoring-"
#: In it: the names of the parts that move up before the settings.
PARTS = ".parts"


def free(directory: Path) -> Path:
    """A folder as it is really called. Raises PrivacyError if it holds anything but what killed restores left."""
    directory = directory.resolve()
    if directory.is_file() or (directory.is_dir() and set(directory.iterdir()) - set(_left(directory))):
        raise PrivacyError(f"{directory} is not empty; nothing in it was touched.",
                           remedy="Restore into a folder that is empty or not there yet.")
    return directory


def clear(directory: Path) -> None:
    """Nothing is left of a restore that was not put in place."""
    for path in _left(directory):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def hidden(directory: Path) -> list[str]:
    """The names of the hidden folders that killed restores left."""
    return [path.name for path in directory.glob(f"{HIDDEN}*")]


def begin(directory: Path) -> Path:
    """Where the workspace is built: in the folder, which is made if it is not there."""
    if not directory.is_dir():
        directory.mkdir(parents=True)
        sync_folder(directory.parent)
    building = directory / f"{HIDDEN}{secrets.token_hex(4)}"
    building.mkdir()
    return building


def put(building: Path) -> None:
    """What was built is the workspace. Killed before, the next restore finds listed what had moved up already."""
    directory = building.parent
    parts = [path.name for path in building.iterdir() if path.name != SETTINGS_FILE]
    _list(building, parts)
    for name in parts:
        os.replace(building / name, directory / name)
    sync_folder(directory)
    os.replace(building / SETTINGS_FILE, directory / SETTINGS_FILE)
    sync_folder(directory)
    shutil.rmtree(building, ignore_errors=True)


def _list(building: Path, parts: list[str]) -> None:
    with (building / PARTS).open("w", encoding="utf-8") as file:
        file.write("\n".join(parts))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(building)


def _left(directory: Path) -> list[Path]:
    """What killed restores left: parts that had moved up, then the hidden folders, which list them."""
    buildings = [directory / name for name in hidden(directory)]
    return [*(directory / name for building in buildings for name in _moved(building)), *buildings]


def _moved(building: Path) -> list[str]:
    if not (building / PARTS).is_file():
        return []
    listed = (building / PARTS).read_text(encoding="utf-8").splitlines()
    return [name for name in listed if not (building / name).exists()]
