"""Landed raw files by name: one for each load. What is in them is for `sources.landed`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

#: How a whole file ends, and one that is being written.
SUFFIX, PART = ".siyu", ".part"


def path_of(folder: Path, load_id: int) -> Path:
    """Where the raw rows of a load are landed."""
    return folder / f"{load_id:08d}{SUFFIX}"


def load_ids(folder: Path) -> set[int]:
    """Loads of which there is a landed file."""
    return {int(path.stem) for path in folder.glob(f"*{SUFFIX}") if path.stem.isdecimal()}


def remove(folder: Path, loads: Iterable[int]) -> None:
    """Remove the landed files of some loads, and whatever was being written."""
    for path in (*(path_of(folder, load_id) for load_id in loads), *folder.glob(f"*{PART}")):
        path.unlink(missing_ok=True)
