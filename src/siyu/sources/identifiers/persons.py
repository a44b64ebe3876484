"""Who stands on each record: primary identifier per person, and the pairs of identifiers that link."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from siyu.core.kinds import Kind
from siyu.core.settings import Settings
from siyu.sources.identifiers.identify import NONE, Identifiers
from siyu.store.tables import LINK_RECORD

#: Identifiers of one record that link (all pairs of them); more are taken for a mistake of the file.
MOST_LINKING = 8
#: Pairs gathered before they are summed up once more.
PAIRS = 4_000_000


@dataclass(frozen=True)
class Person:
    """Ids of one person of every row: arrays by namespace, in order of priority, and the primary ones."""

    prefix: str
    ids: dict[str, np.ndarray]
    primary: np.ndarray


def persons(kind: Kind, rows: pa.Table, identifiers: Identifiers, settings: Settings,
            counted: set[str]) -> list[Person]:
    """The persons of every row, from its `id.*` texts. `counted`: columns whose ignored values are counted."""
    return [_person(prefix, rows, identifiers, settings, counted) for prefix in kind.persons]


def _person(prefix: str, rows: pa.Table, identifiers: Identifiers, settings: Settings, counted: set[str]) -> Person:
    columns = {n: f"{prefix}id.{n}" for n in namespaces(prefix, rows, settings)}
    ids = {n: identifiers.ids(n, rows[column], count=column in counted) for n, column in columns.items()}
    return Person(prefix, ids, primary_of(ids, rows.num_rows, settings))


def namespaces(prefix: str, rows: pa.Table, settings: Settings) -> list[str]:
    """Namespaces of a person's columns, in order of priority."""
    head = f"{prefix}id."
    return sorted((name.removeprefix(head) for name in rows.column_names if name.startswith(head)),
                  key=lambda n: (settings.namespace_rank(n), n))


def primary_of(ids: dict[str, np.ndarray], rows: int, settings: Settings) -> np.ndarray:
    """The first identifier of every row, in the order of `ids`, among those that say who the consumer is."""
    primary = np.full(rows, NONE, np.int64)
    for namespace, found in ids.items():
        if namespace not in settings["identity.not_identifying"]:
            primary = np.where(primary == NONE, found, primary)
    return primary


def with_persons(kind: Kind, rows: pa.Table, people: list[Person]) -> tuple[pa.Table, list[str]]:
    """Rows with ids in place of identifier texts, and the primary id of each person; the names of the id columns."""
    named = {f"{person.prefix}id.{n}": ids for person in people for n, ids in person.ids.items()}
    rows = rows.drop_columns([n for n in named if n in rows.column_names])
    for name, ids in named.items():
        rows = rows.append_column(name, _nullable(ids))
    for person, column in zip(people, kind.person_columns):
        rows = rows.append_column(column, _nullable(person.primary))
    return rows, list(named)


def _nullable(ids: np.ndarray) -> pa.Array:
    return pa.array(ids, mask=ids == NONE)


@dataclass
class Links:
    """Pairs of linking identifiers of a load, summed up as they come. crowded: records of more identifiers than link;
    those of the first namespaces do.
    """

    settings: Settings
    crowded: int = 0
    _gathered: list[pa.Table] = field(default_factory=list)

    def add(self, people: list[Person], fact_ids: np.ndarray, taken: np.ndarray) -> None:
        """Take the pairs of the rows that became facts."""
        for person in people:
            linking = self._linking(person, taken)
            for left, right in itertools.combinations(linking, 2):
                both = (left != NONE) & (right != NONE) & (left != right)
                if both.any():
                    self._gather(left[both], right[both], fact_ids[taken][both])

    def rows(self, load_id: int, source: str, loaded_at: int) -> pa.Table | None:
        """All pairs as LINK_RECORD rows; None if there are none."""
        if not self._gathered:
            return None
        summed = _summed(self._gathered)
        count = summed.num_rows
        at = pa.array(np.full(count, loaded_at))
        return pa.table({
            "a": summed["a"], "b": summed["b"], "source": pa.array([source] * count), "first_ref": summed["ref_min"],
            "first_seen": at, "last_seen": at, "records": summed["n_sum"], "load_id": np.full(count, load_id),
        }, schema=LINK_RECORD.schema)  # fmt: skip

    def _linking(self, person: Person, taken: np.ndarray) -> list[np.ndarray]:
        found = [ids[taken] for n, ids in person.ids.items() if n not in self.settings["identity.not_linking"]]
        if len(found) <= MOST_LINKING:
            return found
        seen = np.zeros(len(found[0]), np.int64)
        for i, ids in enumerate(found):
            found[i] = np.where(seen < MOST_LINKING, ids, NONE)
            seen += ids != NONE
        self.crowded += int((seen > MOST_LINKING).sum())
        return found

    def _gather(self, left: np.ndarray, right: np.ndarray, refs: np.ndarray) -> None:
        pairs = pa.table({"a": np.minimum(left, right), "b": np.maximum(left, right), "ref": refs,
                          "n": np.ones(len(left), np.int64)})
        summed = pairs.group_by(["a", "b"]).aggregate([("ref", "min"), ("n", "sum")])
        self._gathered.append(summed)
        if sum(t.num_rows for t in self._gathered) > PAIRS and len(self._gathered) > 1:
            self._gathered = [_summed(self._gathered)]


def _summed(tables: list[pa.Table]) -> pa.Table:
    whole = pa.concat_tables([t.select(["a", "b", "ref_min", "n_sum"]) for t in tables])
    whole = whole.rename_columns(["a", "b", "ref", "n"])
    return whole.group_by(["a", "b"]).aggregate([("ref", "min"), ("n", "sum")])
