"""Rows in quarantine without the erased: their rows go, orders lose the person, other people's rows what names them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from siyu.sources.erasing.forget import Forgetting, Forgotten
from siyu.sources.erasing.mention import Mentions
from siyu.sources.identifiers.identify import NONE
from siyu.sources.landed.committed import Committed
from siyu.sources.landed.quarantine import PURPOSE, ROW, seal
from siyu.sources.readers.source_file import LINE
from siyu.sources.workbench import Workbench
from siyu.store.schema import QUARANTINE
from siyu.store.tombstones import Tombstones
from siyu.store.workspace import Workspace


@dataclass
class Held:
    """What the quarantine shows of the erased. rows: how many by one of their identifiers; left: the cells that may
    stay, by quarantine_id; lines: the lines of these rows, by load.
    """

    rows: Counter[int] = field(default_factory=Counter)
    left: dict[int, dict[str, str]] = field(default_factory=dict)
    lines: dict[int, set[int]] = field(default_factory=dict)


def survey(workspace: Workspace, loads: list[Committed], tombstones: Tombstones) -> Held:
    """What stands in quarantine of the erased."""
    held = Held()
    for load in loads:
        rows = _rows(workspace, load.load_id)
        for row, who, left in _shown(workspace, load, rows, tombstones) if rows else ():
            held.rows[who] += 1
            held.left[row["quarantine_id"]] = left
            held.lines.setdefault(load.load_id, set()).add(row["line"])
    return held


def forget(workspace: Workspace, held: Held) -> None:
    """Take it out, and the examples of these rows out of the reports of their loads."""
    with workspace.operations.begin() as connection:
        for quarantine_id, left in held.left.items():
            mine = QUARANTINE.c.quarantine_id == quarantine_id
            if left:
                sealed = seal(left, workspace.keys)
                connection.execute(sa.update(QUARANTINE).where(mine).values(row_cipher=sealed, value_masked=""))
            else:
                connection.execute(sa.delete(QUARANTINE).where(mine))
        for load_id, lines in held.lines.items():
            workspace.operations.tell_again(connection, load_id, partial(_without_examples, lines=lines))


def _rows(workspace: Workspace, load_id: int) -> list[dict[str, Any]]:
    query = sa.select(QUARANTINE).where(QUARANTINE.c.load_id == load_id).order_by(QUARANTINE.c.line)
    with workspace.operations.connect() as connection:
        found = connection.execute(query).mappings().all()
    return [{**row, "cells": json.loads(workspace.keys.open(row["row_cipher"], PURPOSE))} for row in found]


def _shown(workspace: Workspace, load: Committed, rows: list[dict[str, Any]],
           tombstones: Tombstones) -> Iterator[tuple[dict[str, Any], int, dict[str, str]]]:
    """(row, one of the erased identifiers it shows, the cells that may stay) of the rows that show any."""
    mentions = Mentions.of(workspace.keys, load.settings(workspace), tombstones, load.mapping)
    for row in (row for row in rows if ROW in row["cells"] and ROW not in load.columns):
        if named := mentions.among(row["cells"][ROW]):
            yield row, min(named), {}
    read = [row for row in rows if set(row["cells"]) <= set(load.columns)]
    if read:
        left = _without_erased(workspace, load, [row["cells"] for row in read], tombstones)
        cells = left.batch.drop_columns([LINE]).to_pylist()
        for row, who, kept in zip(read, left.who.tolist(), cells):
            there = {name: cell for name, cell in kept.items() if cell is not None}
            hidden = mentions.without(there, own=who != NONE)
            if who != NONE or hidden != there:
                yield row, min(mentions.among(*there.values())) if who == NONE else who, hidden


def _without_erased(workspace: Workspace, load: Committed, cells: list[dict[str, str]],
                    tombstones: Tombstones) -> Forgotten:
    texts = [pa.array([row.get(name) for row in cells], pa.string()) for name in load.columns]
    batch = pa.RecordBatch.from_arrays([*texts, pa.array(range(len(cells)), pa.int64())], names=[*load.columns, LINE])
    with closing(Workbench()) as workbench:
        headers = load.mapping.headers(load.columns)
        return Forgetting(workspace, load.outputs, headers, load.settings(workspace), workbench, tombstones).of(batch)


def _without_examples(counts: dict[str, Any], lines: set[int]) -> dict[str, Any]:
    """What a load reports, without the masked values of some lines."""
    for reason in counts["reasons"]:
        reason["examples"] = [e for e in reason["examples"] if e["line"] not in lines]
    return counts
