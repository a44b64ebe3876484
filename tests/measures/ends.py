"""Ends of relations that are told apart from their starts, for random brands: at, before and after starts and ends."""

from __future__ import annotations

import datetime as dt

from tests.measures.stories import GAPS
from tests.measures.teller import Row, Teller

SAID = ("platform", "store", "touchpoint", "guide", "group")


def end_some(brand: Teller, share: float = 0.3) -> None:
    """Ends of some relations, by any identifier of their person, saying all, some or nothing of what they are."""
    for row in list(brand.rows.get("relations", [])):
        if brand.rng.random() < share:
            started = dt.datetime.fromisoformat(row["started_at"])
            ended = brand.rng.choice((started + brand.rng.choice(GAPS), started + brand.rng.choice(GAPS),
                                      brand.moment()))  # fmt: skip
            said = {name: row.get(name, "") for name in SAID if brand.rng.random() < 0.5}
            brand.add("relation_ends", _person(brand, row), relation_type=row["relation_type"], ended_at=ended, **said)


def _person(brand: Teller, row: Row) -> int:
    shown = {name.removeprefix("id."): value for name, value in row.items() if name.startswith("id.") and value}
    return next(i for i, ids in enumerate(brand.people) if shown.items() <= ids.items())
