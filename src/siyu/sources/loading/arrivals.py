"""Files that arrive: opened, recognised by their header, and without the columns that are never kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Mapped
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siyu.core.errors import SourceError, did_you_mean
from siyu.core.files import name_of
from siyu.core.kinds import BY_NAME, MEMBERS, RELATIONS, Kind
from siyu.sources.coverage import untold
from siyu.sources.loading import pipeline
from siyu.sources.loading.keep import Recognised
from siyu.sources.mappings import mapping as mappings
from siyu.sources.mappings import mappingfile, papers
from siyu.sources.mappings.expression import tells_people
from siyu.sources.mappings.mapping import Mapping
from siyu.sources.mappings.options import Options
from siyu.sources.mappings.recognise import exports, is_of_kind, recognise
from siyu.sources.mappings.transform import untaken_headers
from siyu.sources.readers import cells, files
from siyu.sources.readers.files import Place, SourceFile
from siyu.store.workspace import Workspace

#: Columns that are told one by one.
COLUMNS_TOLD = 20
#: What readers call columns of a file that has no header.
NAMELESS = re.compile(r"^column_\d+$")


@dataclass(frozen=True)
class Asked:
    """What is known of the files beforehand: their kind, or their mapping; the workspace's folder of mappings."""

    kind: str | None
    mapping: str | None
    options: Options
    folder: Path

    @staticmethod
    def of(workspace: Workspace, kind: str | None, mapping: str | None, options: Options) -> Asked:
        """Of a workspace."""
        return Asked(kind, mapping, options, workspace.directory / mappingfile.FOLDER)


def arrived(paths: Sequence[Path | str], asked: Asked) -> tuple[list[Recognised], list[tuple[str, SourceError]]]:
    """The files that could be opened and recognised, and the names of the others with the reason.

    Folders stand for the files in them, archives for those inside.
    """
    opened = list(_opened(paths, asked))
    return ([one for one in opened if isinstance(one, Recognised)], [one for one in opened if isinstance(one, tuple)])


def _opened(paths: Sequence[Path | str], asked: Asked) -> Iterator[Recognised | tuple[str, SourceError]]:
    for path in _expanded(paths):
        try:
            places = files.places(path)
        except SourceError as error:
            yield name_of(path), error
            continue
        for place in places:
            try:
                yield _arrival(place, asked)
            except SourceError as error:
                yield place.name, error


def _expanded(paths: Sequence[Path | str]) -> Iterator[Path]:
    """Files as given; of a folder, those in it that siyu reads. SourceError for a folder that has none."""
    for path in map(Path, paths):
        if path.is_dir():
            found = sorted(filter(_readable, path.iterdir()), key=in_order)
            if not found:
                inside = [f"{p.name}/" for p in sorted(path.iterdir()) if p.is_dir()]
                look = f"Load the folders in it one by one: {', '.join(inside)}." if inside else (
                    f"What siyu reads ends in {', '.join(sorted(files.SUFFIXES))}.")  # fmt: skip
                raise SourceError(f"{path}: expected exports, found a folder without any.", remedy=look)
            yield from found
        elif path.exists() and not path.is_file():
            raise SourceError(f"{path}: expected a file, found a pipe or a device.", remedy="Write it to a file first.")
        else:
            yield path


def in_order(path: Path) -> list[int | str]:
    """The order of names as people mean it: numbers by their size, so that October comes after September.

    >>> sorted(map(Path, ["orders-10.csv", "orders-9.csv"]), key=in_order)[0].name
    'orders-9.csv'
    """
    parts = re.split(r"([0-9]+)", path.name)
    return [int(part) if place % 2 else part for place, part in enumerate(parts)]


def left_out(paths: Sequence[Path | str]) -> list[str]:
    """What lies in folders and archives among some paths and is not read: other folders and archives, and files of no
    form that siyu reads.
    """
    given = [Path(path) for path in paths]
    lying = [p for path in given if path.is_dir() for p in path.iterdir() if not p.name.startswith(".")]
    shown = [f"{name_of(p)}/" if p.is_dir() else name_of(p) for p in lying if not _readable(p)]
    archives = [p for p in (*given, *lying) if p.is_file() and p.suffix.lower() == ".zip"]
    return sorted([*shown, *(name for path in archives for name in _unread(path))])


def _unread(archive: Path) -> list[str]:
    try:
        return [f"{name_of(archive)}/{name}" for name in files.unread(archive)]
    except SourceError:  # it is refused, and that says why
        return []


def _readable(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in files.SUFFIXES


def _arrival(place: Place, asked: Asked) -> Recognised:
    given = mappingfile.named(asked.mapping) if asked.mapping else None
    source = _open(place, given)
    if given is not None:
        source = _at_its_header(source, given)
    elif asked.kind:
        given = _of_kind(asked.kind, source)
    else:
        source, name = _recognised(source, asked.folder)
        given = mappings.canonical(BY_NAME[name], source.columns) if name in BY_NAME else mappingfile.named(name)
        if given.file and (given.file.get("encoding") or not given.recognises(source.columns)):
            source = _open(place, given)
    pipeline.check(given, source.columns, asked.options, place.name)
    unkept = papers.of(source.columns, given)
    notes = (source.unread, *_unlisted(given, asked.options), *_notes(given, source.columns, asked.options.settings),
             *untold.note(given, given.headers(source.columns)), *map(papers.note, unkept))  # fmt: skip
    return Recognised(source.without(unkept, papers.hidden) if unkept else source, given, tuple(filter(None, notes)))


def _open(place: Place, mapping: Mapping | None) -> SourceFile:
    """The file as its mapping says files of it are written, but where it has the mapping's columns as it is."""
    hints = mapping.file if mapping else {}
    if mapping and hints.get("format"):
        with suppress(SourceError):
            source = files.read(place, encoding=hints.get("encoding"))
            if mapping.recognises(source.columns):
                return source
    source = files.read(place, encoding=hints.get("encoding"), format=hints.get("format"))
    headers = next((h for h in hints.get("headers", []) if len(h) == len(source.columns)), None)
    if headers is None or not all(NAMELESS.match(c) for c in source.columns):
        return source
    return files.read(place, columns_hint=headers, encoding=hints.get("encoding"), format=hints.get("format"))


def _recognised(source: SourceFile, folder: Path) -> tuple[SourceFile, str]:
    """The file with the row of its head that is the header of an export or kind, and the name of that."""
    try:
        return source, recognise(source.name, source.columns, folder)
    except SourceError:
        for at, columns in _other_headers(source):
            if exports(columns, folder) or is_of_kind(source.name, columns):
                below = _at(source, at)
                return below, recognise(below.name, below.columns, folder)
        raise


def _at_its_header(source: SourceFile, mapping: Mapping) -> SourceFile:
    """The file as the mapping knows its header, wherever among the first rows that stands."""
    if mapping.recognises(source.columns):
        return source
    at = next((at for at, columns in _other_headers(source) if mapping.recognises(columns)), None)
    return source if at is None else _at(source, at)


def _other_headers(source: SourceFile) -> Iterator[tuple[int, list[str]]]:
    """The first rows that were not taken for the header, as columns."""
    for at, row in enumerate(source.head):
        if at != source.header_at:
            yield at, [name for name in cells.header(row) if name]


def _at(source: SourceFile, at: int) -> SourceFile:
    return files.read(source.place, encoding=source.encoding, format=source.format, header_at=at)


def _of_kind(name: str, source: SourceFile) -> Mapping:
    if name not in BY_NAME:
        raise SourceError(f"Unknown kind '{name}'.{did_you_mean(name, list(BY_NAME))}",
                          remedy=f"Kinds: {', '.join(BY_NAME)}.")
    return mappings.canonical(BY_NAME[name], source.columns)


def _unlisted(mapping: Mapping, options: Options) -> Iterator[str]:
    """What is lost when an export that shows relations without their start, or members without their end, is not read
    as a full list.
    """
    lists = [rows for rows in mapping.rows if rows.kind in (RELATIONS, MEMBERS)]
    said = (rows.column("started_at") if rows.kind is RELATIONS else rows.column("left_at") for rows in lists)
    if options.snapshot_of or not mapping.snapshot or all(said):
        return
    platform = next((c.const for rows in lists for c in rows.columns if c.name == "platform" and c.const), "")
    type_ = "..." if any(rows.kind is RELATIONS for rows in lists) else "member"
    scope = f"platform={platform}" if platform else f"relation_type={type_}"
    yield ("read as additions: nobody is seen to leave, who left before is back, and what has no date and is not held "
           f"yet begins today. If it is the full list of a day, load it with --snapshot-of DAY --scope {scope}")


def _notes(mapping: Mapping, columns: list[str], settings: Mapped[str, Any]) -> Iterator[str]:
    """Columns of a canonical file that are not part of its kind, or name people in a way of their own."""
    if mapping.text:
        return
    kind = mapping.rows[0].kind
    listed = [*settings["identity.namespaces"], *settings["identity.not_identifying"]]
    for column in (c for c in columns if mappings.is_identifier(kind, c)):
        if (namespace := mappings.namespace_of(column)) not in listed:
            yield (f"column '{column}': '{namespace}' is not among identity.namespaces, so it is trusted least."
                   f"{did_you_mean(namespace, listed)}")  # fmt: skip
    unknown = untaken_headers(kind, columns)
    if kind.field("attributes"):
        unknown = [column for column in unknown if tells_people(column)]
        yield from (f"column '{column}' may name a person and is left out." for column in unknown[:COLUMNS_TOLD])
    else:
        yield from (f"column '{column}' is not part of {kind.name} and is left out.{_meant(kind, column)}"
                    for column in unknown[:COLUMNS_TOLD])  # fmt: skip
    if more := len(unknown[COLUMNS_TOLD:]):
        yield f"{more:,} more columns are left out for the same reason."


def _meant(kind: Kind, column: str) -> str:
    """What a column of no kind may have been meant to be: a field, or who stands on the record."""
    name, twice, number = column.rpartition("#")
    if twice and number.isdecimal():
        return f" The header has '{name}' more than once; the first is read."
    lower = column.lower()
    if mappings.is_identifier(kind, lower):
        return f" Did you mean '{lower}'?"
    if any(lower == f"{prefix}id" for prefix in kind.persons):
        return f" Identifiers stand in columns of their own: {lower}.phone, {lower}.email, ..."
    return did_you_mean(column, [field.name for field in kind.fields])
