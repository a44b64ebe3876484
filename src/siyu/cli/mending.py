"""Files to mend: the refused rows of one load under the header of their file. What came through a door has no file: its
rows stand by kind, in the kind's own columns; messages of which no row could be made stand as they came.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from siyu.core.errors import SiyuError
from siyu.core.kinds import BY_NAME
from siyu.sources.landed.committed import committed
from siyu.sources.landed.quarantine import ROW, rows, torn
from siyu.sources.mappings.mapping import OF_KIND, is_identifier
from siyu.sources.readers.cells import guarded
from siyu.store.workspace import Workspace

#: What stands where the kind would, in the name of the file of whole messages.
MESSAGES = "messages"


@dataclass(frozen=True)
class Mend:
    """One file: its header and rows. kind: what they are; '' = to be loaded as their file was; MESSAGES = no rows, but
    texts, each in the one cell.
    """

    path: Path
    header: list[str]
    rows: list[list[str]]
    kind: str = ""

    def write(self) -> None:
        """As CSV that only its owner can read, made for spreadsheets; messages a line each."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(descriptor, 0o600)  # also where there was a file of that name
        with os.fdopen(descriptor, "w", encoding="utf-8" if self.kind == MESSAGES else "utf-8-sig", newline="") as file:
            if self.kind == MESSAGES:
                file.writelines(f"{' '.join(text.splitlines())}\n" for (text,) in self.rows)
            else:
                csv.writer(file).writerows(map(guarded, [self.header, *self.rows]))


def mends(opened: Workspace, load: int, path: Path) -> list[Mend]:
    """The files of the refused rows of a load: `path`, or more of its name where rows are of several kinds. A row with
    too few cells or too many has as many here: to be mended in its place. SiyuError rather than write over a file that
    nobody named.
    """
    (columns,) = [one.columns for one in committed(opened.operations) if one.load_id == load]
    refused = [row["cells"] for row in rows(opened, load)]
    found = _of_door(refused, columns, path) if OF_KIND in columns else [_of_file(refused, columns, path)]
    if there := [mend.path.name for mend in found if mend.path != path and mend.path.exists()]:
        raise SiyuError(f"-o: there is a file {there[0]} already.", remedy="Name another file, or remove that one.")
    return found


def _of_file(refused: list[dict[str, Any]], columns: list[str], path: Path) -> Mend:
    return Mend(path, columns, [torn(cells, columns) for cells in refused])


def _of_door(refused: list[dict[str, Any]], columns: list[str], path: Path) -> list[Mend]:
    """A file for each kind, the one that was named if there is no other; and one of messages."""
    found = [mend for mend in (_of_kind(kind, refused, columns, path) for kind in BY_NAME) if mend.rows]
    messages = [[cells[ROW]] for cells in refused if set(cells) == {ROW}]
    if messages:
        return [*found, Mend(path.with_name(f"{path.stem}.{MESSAGES}.jsonl"), [], messages, MESSAGES)]
    return [replace(found[0], path=path)] if len(found) == 1 else found


def _of_kind(name: str, refused: Iterable[dict[str, Any]], columns: list[str], path: Path) -> Mend:
    kind, of_it = BY_NAME[name], [cells for cells in refused if cells.get(OF_KIND) == name]
    needed = [field.name for field in kind.fields if field.required]
    mine = [c for c in columns if kind.field(c) or is_identifier(kind, c)]
    header = [c for c in mine if c in needed or any(cells.get(c) for cells in of_it)]
    return Mend(path.with_stem(f"{path.stem}.{name}"), header, [torn(cells, header) for cells in of_it], name)
