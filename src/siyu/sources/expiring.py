"""Landed files written anew without rows past their time, and the links that only such rows had shown. A file changes
whole, in the instant in which the new one takes its name.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.sources import relinking
from siyu.sources.erasing import relanding
from siyu.sources.identifiers.identify import NONE
from siyu.sources.identifiers.persons import Links, Person
from siyu.sources.landed import landing
from siyu.sources.landed.committed import Committed
from siyu.sources.landed.landing import NOWHERE
from siyu.sources.loading.preparation import of_landed
from siyu.sources.mappings.mapping import OUTPUTS
from siyu.sources.readers.source_file import LINE
from siyu.sources.workbench import Workbench
from siyu.store.tables import LINK_RECORD, fact_id
from siyu.store.tombstones import Tombstones
from siyu.store.warehouse import Warehouse
from siyu.store.workspace import Workspace

NOBODY = Tombstones(NOWHERE)
#: The kind whose time is that of the messages it came by, too.
MESSAGES = "events"


@dataclass
class Expired:
    """What a landed file holds past its time. places: of the rows; chunks: numbers of those that hold any; links: pairs
    that facts among them had shown, as LINK_RECORD rows; ids: identifiers that stand on them; worn: rows of messages
    that keep their facts and lose the rest.
    """

    places: np.ndarray = field(default_factory=lambda: NOWHERE)
    chunks: list[int] = field(default_factory=list)
    links: pa.Table | None = None
    ids: np.ndarray = field(default_factory=lambda: NOWHERE)
    worn: int = 0

    @property
    def lines(self) -> int:
        """How many raw rows."""
        return len(np.unique(self.places // OUTPUTS)) + self.worn


def survey(workspace: Workspace, load: Committed, before: Mapping[str, int], facts: np.ndarray) -> Expired:
    """What the landed file of a load holds past its time. facts: fact_ids of those that the warehouse still has."""
    found, path, settings = Expired(), load.path(workspace), load.settings(workspace)
    if load.declared or not path.exists():
        return found
    links = Links(settings)
    with closing(Workbench()) as workbench:
        preparation = of_landed(workspace, load, workbench, before)
        preparation.forgetting.know_age(before.get(MESSAGES, 0))
        for number, chunk in enumerate(landing.chunks(path)):
            batch = chunk.rows(workspace.keys)
            places, people = preparation.past(batch)
            worn = preparation.forgetting.worn(batch)
            worn &= ~np.isin(batch[LINE].to_numpy(), places // OUTPUTS)
            if len(places) or worn.any():
                found.chunks.append(number)
                found.places, found.worn = np.union1d(found.places, places), found.worn + int(worn.sum())
            for place, (lines, persons) in people.items():
                fact_ids = fact_id(load.load_id, lines * OUTPUTS + place)
                links.add(persons, fact_ids, np.isin(fact_ids, facts))
                found.ids = np.union1d(found.ids, _ids(persons))
    found.links = links.rows(load.load_id, load.mapping_name, load.loaded_at)
    return found


def forget(workspace: Workspace, load: Committed, before: Mapping[str, int], found: Expired) -> None:
    """Write the landed file of a load anew without what `survey` found."""
    with closing(Workbench()) as workbench:
        leaving = relanding.forgetting(workspace, load, NOBODY, workbench)
        leaving.know(found.places)
        leaving.know_age(before.get(MESSAGES, 0))
        bad_rows = landing.bad_rows(load.path(workspace), workspace.keys)
        relanding.rewrite(workspace, load, leaving, found.chunks, bad_rows)


def take_back(warehouse: Warehouse, links: pa.Table) -> None:
    """Links without what some records of one load had shown, in the caller's transaction; those that nothing else of
    the load shows go.
    """
    load_id = links["load_id"][0].as_py()
    held = relinking.of_load(warehouse, load_id)
    less = links.set_column(links.schema.get_field_index("records"), "records", pc.negate(links["records"]))
    both = pa.concat_tables([held, less.select(held.column_names).cast(held.schema)])
    keys = ["a", "b", "source", "load_id"]
    summed = both.group_by(keys).aggregate([("first_ref", "min"), ("first_seen", "min"), ("last_seen", "max"),
                                            ("records", "sum")])  # fmt: skip
    named = summed.rename_columns([name.removesuffix("_min").removesuffix("_max").removesuffix("_sum")
                                   for name in summed.column_names])  # fmt: skip
    left = named.filter(pc.greater(named["records"], 0)).select(LINK_RECORD.column_names).cast(LINK_RECORD.schema)
    relinking.replace(warehouse, load_id, left)


def _ids(people: list[Person]) -> np.ndarray:
    found = np.unique(np.concatenate([NOWHERE, *(ids for person in people for ids in person.ids.values())]))
    return found[found != NONE]
