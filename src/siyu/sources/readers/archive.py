"""Archives (ZIP) as platforms give them for download: the exports inside, by the names they have there."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from siyu.core.errors import SourceError
from siyu.core.files import name_of
from siyu.sources.readers.place import Place

#: What an archive may unpack to, and how many files it may hold: an export of ten million orders is below both, an
#: archive made to fill a disk is not.
MOST_BYTES = 16 * 2**30
MOST_FILES = 2_000
#: Bits of an entry: locked by a password; name in UTF-8.
LOCKED, UTF8 = 0x1, 0x800
#: What only workbooks, archives themselves, hold.
WORKBOOK = "[Content_Types].xml"
#: What operating systems leave in folders, in lower case, and how the names of what macOS keeps beside a file begin.
LITTER = ("__macosx", ".ds_store", ".localized", ".spotlight-v100", ".trashes", ".fseventsd", "thumbs.db",
          "desktop.ini")  # fmt: skip
BESIDE = "._"


def places(path: Path, suffixes: Collection[str]) -> list[Place]:
    """The files of an archive that have one of the suffixes, by name; folders inside stay part of the names.

    Raises SourceError when it is damaged, locked by a password, too large, or holds no such file.
    """
    entries = [entry for entry in _entries(path) if not entry.is_dir()]
    _refuse_bomb(path, entries)
    found = [Place(path, entry, _name(entry)) for entry in entries]
    wanted = [place for place in found if place.suffix in suffixes and not _litter(place.inner)]
    if not wanted:
        listed = ", ".join(place.inner for place in found[:5]) or "nothing"
        raise SourceError(f"{name_of(path)}: expected exports in the archive, found {listed}.",
                          remedy=f"It should hold files that end in {', '.join(sorted(suffixes))}.")
    if any(place.member.flag_bits & LOCKED for place in wanted if place.member):
        raise SourceError(f"{name_of(path)}: expected an archive that opens, found one locked by a password.",
                          remedy="Unpack it with the password the platform shows and load what is inside.")
    return sorted(wanted, key=lambda place: place.inner)


def members(path: Path) -> list[Place]:
    """Every file of an archive. Raises SourceError when it is damaged."""
    return [Place(path, entry, _name(entry)) for entry in _entries(path) if not entry.is_dir()]


def unread(path: Path, suffixes: Collection[str]) -> list[str]:
    """What else lies in an archive than files of the suffixes, by name. Raises SourceError when it is damaged."""
    names = [_name(entry) for entry in _entries(path) if not entry.is_dir()]
    return sorted(name for name in names if PurePosixPath(name).suffix.lower() not in suffixes and not _litter(name))


def is_workbook(place: Place) -> bool:
    """Whether a ZIP archive is a workbook. Raises zipfile.BadZipFile when it is damaged."""
    with place.anywhere() as file, zipfile.ZipFile(file) as archive:
        return WORKBOOK in archive.namelist()


def _entries(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except zipfile.BadZipFile:
        raise SourceError(f"{name_of(path)}: expected a ZIP archive, found one that is damaged or cut short.",
                          remedy="Download it again.") from None


def _refuse_bomb(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """By what the archive says of itself: more than it says, an entry never gives."""
    size = sum(entry.file_size for entry in entries)
    if size > MOST_BYTES or len(entries) > MOST_FILES:
        raise SourceError(
            f"{name_of(path)}: expected at most {MOST_FILES:,} files of {MOST_BYTES / 2**30:.0f} GB in all, found "
            f"{len(entries):,} of {size / 2**30:,.1f} GB.", remedy="Unpack it yourself and load the files you trust.")


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as it was meant: archives made in China hold GBK where the format says code page 437."""
    if entry.flag_bits & UTF8:
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _litter(name: str) -> bool:
    """What operating systems leave in archives. Any other name is a name, also one that begins with a point or leads
    out of the archive: nothing is ever written to it.
    """
    parts = name.lower().replace("\\", "/").split("/")
    return any(part in LITTER or part.startswith(BESIDE) for part in parts)
