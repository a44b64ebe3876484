"""A column that was filled and is empty now is named; one that was always so, or has no history, is not."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.time import day_of
from siyu.measures.diagnosis.emptiness import Share, emptied, shares
from siyu.measures.facts import Facts
from tests.sources.arrivals import take

DAY = day_of(dt.date(2026, 6, 30))


def weeks(*shares_of: float, rows: int = 100) -> list[Share]:
    return [Share("orders", "shop", "guide", week, rows, round(rows * share)) for week, share in enumerate(shares_of)]


@pytest.mark.parametrize(("found", "named"), [
    (weeks(0.9, 0.1, 0.2, 0.1, 0.0), True),
    (weeks(0.9, 0.9, 0.8, 0.9, 0.9), False),  # it always was
    (weeks(0.35, 0.1, 0.2, 0.1, 0.0), False),  # not far enough above the worst week
    (weeks(0.9, 0.1, 0.2, 0.1), False),  # three weeks are no history
    (weeks(0.9, 0.1, 0.2, 0.1, 0.0, rows=19), False),  # too few rows
])  # fmt: skip
def test_only_a_share_far_above_every_week_before_is_named(found: list[Share], named: bool):
    assert bool(emptied(found, DAY)) is named


def test_the_shares_of_a_source_are_counted_by_week_and_column(workspace, tmp_path):
    lines = ["order_id,paid_at,paid_amount,guide,id.customer"]
    for days, guide in ((0, ""), (3, ""), (8, "Wu"), (9, "")):
        day = dt.date(2026, 6, 30) - dt.timedelta(days=days)
        lines.append(f"o{days},{day} 10:00:00,10,{guide},c{days}")
    take(workspace, tmp_path, "orders.csv", "\n".join(lines))
    found = {(s.week, s.column): (s.rows, s.empty) for s in shares(Facts(workspace.warehouse), DAY)}
    assert found[0, "guide"] == (2, 2)
    assert found[1, "guide"] == (2, 1)
    assert found[0, "identifier_id"] == (2, 0)
