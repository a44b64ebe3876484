"""One consumer as people may see them: masked identifiers, the links with their evidence, what was refused.

Reads the tables of the last resolve. A value asked for is keyed in memory and neither kept nor repeated in messages.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ibis import _

from siyu.core.errors import IdentityError
from siyu.core.kinds import KINDS
from siyu.identity.asked import WAYS, Asked, asked
from siyu.identity.components import RETRACTED
from siyu.store.workspace import Workspace


@dataclass(frozen=True)
class ShownIdentifier:
    """An identifier of the consumer."""

    identifier_id: int
    namespace: str
    masked: str


@dataclass(frozen=True)
class ShownLink:
    """A pair with its evidence from one source: records that show it, loaded first and last (microseconds UTC)."""

    a: int
    b: int
    source: str
    records: int
    first_seen: int
    last_seen: int
    taken_back: bool


@dataclass(frozen=True)
class ShownRefusal:
    """A link kept out by a guard, or taken back by a person (guard `retracted`)."""

    a: int
    b: int
    guard: str
    reason: str


@dataclass(frozen=True)
class Shown:
    """A consumer: identifiers by priority, links, refusals, and how many facts in force of each kind name them."""

    consumer_id: int
    identity_version: int
    identifiers: tuple[ShownIdentifier, ...]
    links: tuple[ShownLink, ...]
    refused: tuple[ShownRefusal, ...]
    retracted: tuple[ShownRefusal, ...]
    facts: dict[str, int]


def show(workspace: Workspace, query: str | int) -> Shown:
    """The consumer an identifier belongs to. Raises IdentityError when nobody is found, saying why."""
    consumer_id, version = _consumer(workspace, asked(workspace, query))
    identifiers = _identifiers(workspace, consumer_id)
    ids = [identifier.identifier_id for identifier in identifiers]
    refusals = _refusals(workspace, ids)
    taken_back = {(r.a, r.b) for r in refusals if r.guard == RETRACTED}
    return Shown(
        consumer_id=consumer_id,
        identity_version=version,
        identifiers=identifiers,
        links=_links(workspace, ids, taken_back),
        refused=tuple(r for r in refusals if r.guard != RETRACTED),
        retracted=tuple(r for r in refusals if r.guard == RETRACTED),
        facts=_facts(workspace, ids),
    )


def _consumer(workspace: Workspace, wanted: Asked) -> tuple[int, int]:
    warehouse = workspace.warehouse
    rows = warehouse.rows(warehouse.table("identity").filter(_.identifier_id == wanted.identifier_id))
    if rows:
        return rows[0]["consumer_id"], rows[0]["identity_version"]
    loaded = warehouse.rows(warehouse.table("identifier").filter(_.identifier_id == wanted.identifier_id))
    if not loaded:
        raise IdentityError(f"{_named(wanted)} has not been seen in any file.", remedy=WAYS)
    if loaded[0]["namespace"] in workspace.settings["identity.not_identifying"]:
        raise IdentityError(f"A {loaded[0]['namespace']} does not say who the consumer is.",
                            remedy="`identity.not_identifying` in siyu.toml lists such namespaces.")
    raise IdentityError(f"{_named(wanted)} was loaded after the last resolve.", remedy="Run `siyu resolve`.")


def _named(wanted: Asked) -> str:
    return wanted.shown if wanted.namespace else f"Identifier {wanted.shown}"


def _identifiers(workspace: Workspace, consumer_id: int) -> tuple[ShownIdentifier, ...]:
    warehouse = workspace.warehouse
    mine = warehouse.table("identity").filter(_.consumer_id == consumer_id)
    found = warehouse.table("identifier").semi_join(mine, "identifier_id")
    shown = (ShownIdentifier(**row) for row in warehouse.rows(found.select("identifier_id", "namespace", "masked")))
    return tuple(sorted(shown, key=lambda i: (workspace.settings.namespace_rank(i.namespace), i.identifier_id)))


def _links(workspace: Workspace, ids: list[int], taken_back: set[tuple[int, int]]) -> tuple[ShownLink, ...]:
    link = workspace.warehouse.table("link").filter(_.a.isin(ids) | _.b.isin(ids)).order_by("a", "b", "source")
    rows = workspace.warehouse.rows(link.drop("first_ref"))
    return tuple(ShownLink(**row, taken_back=(row["a"], row["b"]) in taken_back) for row in rows)


def _refusals(workspace: Workspace, ids: list[int]) -> tuple[ShownRefusal, ...]:
    review = workspace.warehouse.table("review").filter(_.a.isin(ids) | _.b.isin(ids)).order_by("a", "b")
    return tuple(ShownRefusal(**row) for row in workspace.warehouse.rows(review.drop("identity_version")))


def _facts(workspace: Workspace, ids: list[int]) -> dict[str, int]:
    """Facts in force that name one of the identifiers, by kind; a referral counts on both its sides."""
    counts: Counter[str] = Counter()
    for kind in KINDS:
        for column in kind.person_columns:
            facts = workspace.warehouse.in_force(kind.name)
            counts[kind.name] += workspace.warehouse.count(facts.filter(_[column].isin(ids)))
    return {name: count for name, count in counts.items() if count}
