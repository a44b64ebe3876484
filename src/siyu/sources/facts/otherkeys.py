"""The keys that rows would have under another of their identifiers: records without a number of their own are kept
under the most trusted one that their row shows, and an export that shows a further one tells them under another.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from siyu.core.kinds import Kind
from siyu.sources.facts.hashing import key_columns, text_hash
from siyu.sources.identifiers.identify import NONE
from siyu.sources.identifiers.persons import Person
from siyu.sources.workbench import Workbench

PRIMARY = "identifier_id"


@dataclass(frozen=True)
class OtherKeys:
    """Keys, and the places of the rows that would have them."""

    places: np.ndarray
    keys: np.ndarray

    def known(self, kept: np.ndarray, fresh: np.ndarray) -> int:
        """How many of the rows that are new (a mask) are kept under one of these keys."""
        return len(np.unique(self.places[np.isin(self.keys, kept) & fresh[self.places]]))


NONE_OTHER = OtherKeys(np.array([], np.int64), np.array([], np.int64))


def other_keys(kind: Kind, rows: pa.Table, people: Sequence[Person], not_linking: Collection[str],
               workbench: Workbench) -> OtherKeys:
    """Of rows (with ids in place of texts) that show several linking identifiers. not_linking: namespaces that are no
    sign of one person.
    """
    if PRIMARY not in kind.key:
        return NONE_OTHER
    (person,) = people
    found = [_under(kind, rows, ids, np.flatnonzero((ids != NONE) & (ids != person.primary)), workbench)
             for namespace, ids in person.ids.items() if namespace not in not_linking]  # fmt: skip
    return OtherKeys(*(np.concatenate(parts) for parts in zip(*found))) if found else NONE_OTHER


def _under(kind: Kind, rows: pa.Table, ids: np.ndarray, places: np.ndarray,
           workbench: Workbench) -> tuple[np.ndarray, np.ndarray]:
    """Places, and the keys of their rows with these ids as the primary ones."""
    if not len(places):
        return places, places
    names = key_columns(kind, rows.column_names)
    some = rows.select(names).take(pa.array(places))
    some = some.set_column(names.index(PRIMARY), PRIMARY, pa.array(ids[places]))
    return places, text_hash(some, names, workbench)
