"""What is held about people, counted by table and store: the plan of an erasure, its receipt, and the proof that
nothing is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import ibis.expr.types as ir
import pyarrow as pa
import sqlalchemy as sa

from siyu.privacy.people import Person
from siyu.sources.erasing import unname
from siyu.store.schema import CONSENT, LINK_DECISION
from siyu.store.tables import IDENTIFIER, IDENTITY, LINK, LINK_RECORD, REVIEW, TABLES, Table
from siyu.store.workspace import Workspace

#: A table and its columns that name people.
Asked = tuple[Table, tuple[str, ...]]
PEOPLE = "people_asked"
#: Columns of derived tables that name a consumer.
CONSUMERS = ("consumer_id", "inviter_id", "invitee_id")
#: Tables of the identity, with the columns that name identifiers.
IDENTITIES: tuple[Asked, ...] = (
    (IDENTIFIER, ("identifier_id",)), (LINK_RECORD, ("a", "b")), (LINK, ("a", "b")), (REVIEW, ("a", "b")),
    (IDENTITY, ("identifier_id",)),
)  # fmt: skip

#: Counts of rows by table, in parts: erased and kept (orders, which lose their person) facts, identity, derived, other.
Counts = dict[str, dict[str, int]]


def held(workspace: Workspace, people: Sequence[Person]) -> dict[int, Counts]:
    """Rows that name each person, by erasure_id and table. What is none is left out."""
    found: dict[int, Counts] = {person.erasure_id: {} for person in people}
    owner = [(identifier, person.erasure_id) for person in people for identifier in person.keys]
    ids, erasures = ([pair[place] for pair in owner] for place in (0, 1))
    owners = pa.table({"identifier_id": pa.array(ids, pa.int64()), "erasure_id": pa.array(erasures, pa.int64())})
    asked = workspace.warehouse.scratch(PEOPLE, owners)
    try:
        for part, tables in _parts().items():
            for table, columns in tables:
                _add(found, part, table.name, _naming(workspace, asked, table, columns))
    finally:
        workspace.warehouse.drop_scratch(PEOPLE)
    for person in people:
        for name, count in _in_operations(workspace, person.ids).items():
            _add(found, "other", name, {person.erasure_id: count})
    return found


def total(counts: Counts) -> int:
    """All rows counted."""
    return sum(count for part in counts.values() for count in part.values())


def derived() -> list[Asked]:
    """Tables of the measures that name consumers, with the columns that do."""
    found = [(t, tuple(c for c in CONSUMERS if c in t.column_names)) for t in TABLES if t.owner == "measures"]
    return [(table, columns) for table, columns in found if columns]


def merged(old: Counts, new: Counts) -> Counts:
    """Two counts of the same, of which the larger holds: an interrupted run finds less when it runs again.

    >>> merged({"erased": {"events": 3}}, {"erased": {"events": 1, "feedback": 2}})
    {'erased': {'events': 3, 'feedback': 2}}
    """
    parts = dict.fromkeys([*old, *new])
    return {part: {name: max(old.get(part, {}).get(name, 0), new.get(part, {}).get(name, 0))
                   for name in dict.fromkeys([*old.get(part, {}), *new.get(part, {})])} for part in parts}  # fmt: skip


def _parts() -> dict[str, Sequence[Asked]]:
    facts = {accounting: [(unname.table(kind), kind.person_columns) for kind in unname.personal()
                          if kind.accounting == accounting] for accounting in (False, True)}  # fmt: skip
    return {"erased": facts[False], "kept": facts[True], "identity": IDENTITIES, "derived": derived()}


def _naming(workspace: Workspace, people: ir.Table, table: Table, columns: tuple[str, ...]) -> dict[int, int]:
    """How many rows of a table name each person; a row that does so twice counts once."""
    owners = [people.rename({column: "identifier_id"}) for column in columns]
    named = [table.expr().inner_join(owner, column).select(*table.key, "erasure_id")
             for owner, column in zip(owners, columns)]  # fmt: skip
    rows = reduce(lambda a, b: a.union(b, distinct=True), named)
    counted = rows.group_by("erasure_id").aggregate(n=rows.count())
    return {row["erasure_id"]: row["n"] for row in workspace.warehouse.rows(counted)}


def _in_operations(workspace: Workspace, ids: list[int]) -> dict[str, int]:
    asked = {
        "consent": sa.select(sa.func.count()).where(CONSENT.c.identifier_id.in_(ids)),
        "link_decision": sa.select(sa.func.count()).where(LINK_DECISION.c.a.in_(ids) | LINK_DECISION.c.b.in_(ids)),
    }  # fmt: skip
    with workspace.operations.connect() as connection:
        return {name: connection.execute(query).scalar_one() for name, query in asked.items()}


def _add(found: dict[int, Counts], part: str, name: str, counts: dict[int, int]) -> None:
    for erasure_id, count in counts.items():
        if count:
            found[erasure_id].setdefault(part, {})[name] = count
