"""Files to mend: the refused rows of one load under the header of their file. What came through a door has no file: its
rows stand by kind, in the kind's own columns; messages of which no row could be made stand as they came.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siyu.core.kinds import BY_NAME
from siyu.sources.doors.livefile import OF_KIND
from siyu.sources.landed.committed import committed
from siyu.sources.landed.quarantine import ROW, rows, torn
from siyu.sources.mappings.mapping import is_identifier
from siyu.store.workspace import Workspace

#: What stands where the kind would, in the name of the file of whole messages.
MESSAGES = "messages"


@dataclass(frozen=True)
class Mend:
    """One file: its header and rows. kind: '' = of a file, to be loaded as that was; MESSAGES = sent, not loaded."""

    path: Path
    header: list[str]
    rows: list[list[str]]
    kind: str = ""

    def write(self) -> None:
        """As CSV that only its owner can read; messages a line each."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8" if self.kind == MESSAGES else "utf-8-sig", newline="") as file:
            if self.kind == MESSAGES:
                file.writelines(f"{' '.join(text.splitlines())}\n" for (text,) in self.rows)
            else:
                csv.writer(file).writerows([self.header, *self.rows])


def mends(opened: Workspace, load: int, path: Path) -> list[Mend]:
    """The files of the refused rows of a load: `path`, or more of its name where rows are of several kinds. A row with
    too few cells or too many has as many here: to be mended in its place.
    """
    (columns,) = [one.columns for one in committed(opened.operations) if one.load_id == load]
    refused = [row["cells"] for row in rows(opened, load)]
    if OF_KIND not in columns:
        return [Mend(path, columns, [torn(cells, columns) for cells in refused])]
    found = [_of_kind(kind, refused, columns, path) for kind in BY_NAME]
    found = [mend for mend in found if mend.rows]
    if messages := [[cells[ROW]] for cells in refused if set(cells) == {ROW}]:
        found.append(Mend(path.with_name(f"{path.stem}.{MESSAGES}.jsonl"), [], messages, MESSAGES))
    return [Mend(path, found[0].header, found[0].rows, found[0].kind)] if _alone(found) else found


def _alone(found: list[Mend]) -> bool:
    return len(found) == 1 and found[0].kind != MESSAGES


def _of_kind(name: str, refused: Iterable[dict[str, Any]], columns: list[str], path: Path) -> Mend:
    kind, of_it = BY_NAME[name], [cells for cells in refused if cells.get(OF_KIND) == name]
    needed = [field.name for field in kind.fields if field.required]
    mine = [c for c in columns if kind.field(c) or is_identifier(kind, c)]
    header = [c for c in mine if c in needed or any(cells.get(c) for cells in of_it)]
    return Mend(path.with_stem(f"{path.stem}.{name}"), header, [torn(cells, header) for cells in of_it], name)
