"""Landed files written anew without the erased: chunk by chunk, and only those that show one. A file changes whole, in
the instant in which the new one takes its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from siyu.sources.erasing import unname
from siyu.sources.erasing.forget import Forgetting
from siyu.sources.erasing.mention import Mentions
from siyu.sources.identifiers.identify import NONE
from siyu.sources.landed import landing
from siyu.sources.landed.committed import Committed
from siyu.sources.landed.landing import NOWHERE, Landing
from siyu.sources.workbench import Workbench
from siyu.store.tables import place_of
from siyu.store.tombstones import Tombstones
from siyu.store.workspace import Workspace


@dataclass
class Found:
    """What a landed file shows of the erased. rows: how many by one of their identifiers; chunks: numbers of those that
    show them; beside: identifiers that stand with them on their own rows; bad_rows: what is left of the unread rows.
    """

    rows: Counter[int] = field(default_factory=Counter)
    chunks: list[int] = field(default_factory=list)
    beside: np.ndarray = field(default_factory=lambda: NOWHERE)
    bad_rows: list[dict[str, object]] = field(default_factory=list)


def survey(workspace: Workspace, load: Committed, tombstones: Tombstones) -> Found:
    """What the landed file of a load shows of the erased."""
    found, path = Found(), load.path(workspace)
    if load.declared or not path.exists():
        return found
    _survey_bad_rows(workspace, load, tombstones, found)
    hit = set(landing.chunks_of(path, workspace.keys, tombstones.ids))
    if not hit:
        return found
    with closing(Workbench()) as workbench:
        leaving = forgetting(workspace, load, tombstones, workbench)
        for number, chunk in enumerate(landing.chunks(path)):
            if number in hit and (left := leaving.of(chunk.rows(workspace.keys))).changed:
                found.chunks.append(number)
                found.rows.update(left.who[left.who != NONE].tolist())
                found.beside = np.union1d(found.beside, left.beside)
    return found


def forget(workspace: Workspace, load: Committed, tombstones: Tombstones, found: Found) -> None:
    """Write the landed file of a load anew without what `survey` found, while the facts still name the erased."""
    with closing(Workbench()) as workbench:
        leaving = forgetting(workspace, load, tombstones, workbench)
        facts = unname.of_load(workspace.warehouse, load.load_id, tombstones.ids)
        rewrite(workspace, load, leaving, found.chunks, found.bad_rows, place_of(facts, load.load_id))


def rewrite(workspace: Workspace, load: Committed, forgetting: Forgetting, chunks: Collection[int],
            bad_rows: list[dict[str, object]], versions: np.ndarray = NOWHERE) -> None:
    """Write the landed file of a load anew: the chunks of some numbers as they are left, all others as they are.
    versions: places of facts that lose their person.
    """
    path = load.path(workspace)
    writing = Landing(path, workspace.keys)
    try:
        for number, chunk in enumerate(landing.chunks(path)):
            if number in chunks:
                left = forgetting.of(chunk.rows(workspace.keys))
                writing.add(left.batch, left.ids, left.places)
            else:
                writing.keep(chunk)
        writing.finish(bad_rows, np.union1d(landing.versions_of(path, workspace.keys), versions))
    finally:
        writing.abandon()


def forgetting(workspace: Workspace, load: Committed, tombstones: Tombstones, workbench: Workbench,
               places: np.ndarray | None = None) -> Forgetting:
    """What takes the erased out of the landed rows of a load. places: rows known to be theirs; those that the landed
    file names, unless told otherwise.
    """
    places = landing.places_of(load.path(workspace), workspace.keys) if places is None else places
    headers = load.mapping.headers(load.columns)
    return Forgetting(workspace, load.outputs, headers, load.settings(workspace), workbench, tombstones, places)


def theirs(workspace: Workspace, load: Committed, people: Tombstones) -> Iterator[dict[str, str]]:
    """The landed rows of a load that are some people's, as they were read; not those of others that name them."""
    path = load.path(workspace)
    hit = set() if load.declared or not path.exists() else set(landing.chunks_of(path, workspace.keys, people.ids))
    if not hit or any(len(output.kind.persons) > 1 for output in load.outputs):  # such a row is another's as well
        return
    with closing(Workbench()) as workbench:
        leaving = forgetting(workspace, load, people, workbench, NOWHERE)
        for number, chunk in enumerate(landing.chunks(path)):
            if number in hit:
                rows = chunk.rows(workspace.keys)
                mine = rows.filter(pa.array(leaving.of(rows).lines)).to_pylist()
                yield from ({name: row[name] for name in load.columns if row[name] is not None} for row in mine)


def _survey_bad_rows(workspace: Workspace, load: Committed, tombstones: Tombstones, found: Found) -> None:
    mentions = Mentions.of(workspace.keys, load.settings(workspace), tombstones, load.mapping)
    for row in landing.bad_rows(load.path(workspace), workspace.keys):
        named = mentions.among(str(row["text"]))
        if named:
            found.rows[min(named)] += 1
        else:
            found.bad_rows.append(row)
