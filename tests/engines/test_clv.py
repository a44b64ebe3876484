"""The forecast's own questions on both engines: cells of waiting, sharers, everyone forecast for, and the scores."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from siyu.core.settings import defaults
from siyu.core.time import day_of
from siyu.measures.asked import Asked
from siyu.measures.build import refresh
from siyu.measures.clv.population import population
from siyu.measures.clv.scores import score
from siyu.measures.clv.season import daily
from siyu.measures.clv.sharing import brought, credited
from siyu.measures.clv.waiting import stays
from siyu.measures.facts import Facts
from siyu.store import tables
from siyu.store import workspace as workspaces
from siyu.store.warehouse import Warehouse
from tests.measures.random_brand import random_brand
from tests.plain import load_plain

AS_OF = dt.date(2026, 6, 30)
NOW = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
READ = (tables.PURCHASE, tables.ORDER_REFUND, tables.VALID_REFERRAL, tables.RELATION_SPAN, tables.ROLE_SPAN,
        tables.IDENTITY)  # fmt: skip
FACTS = (tables.BY_NAME["referrals"], tables.SUPERSEDED)


def test_the_forecast_is_the_same_on_both_engines(warehouse: Warehouse, tmp_path: Path):
    with workspaces.create(tmp_path / "duck", defaults()) as duck:
        load_plain(duck, random_brand(7, consumers=40), now=NOW)
        refresh(duck)
        copy(duck.warehouse, warehouse)
        asked = Asked(day_of(AS_OF), 30, duck.settings)
        assert answers(warehouse, asked) == answers(duck.warehouse, asked)


def copy(source: Warehouse, to: Warehouse) -> None:
    """All that a forecast reads."""
    for table in READ:
        to.replace(table, source.arrow(table.expr()))
    for table in FACTS:
        to.append(table, source.arrow(table.expr()))


def answers(warehouse: Warehouse, asked: Asked) -> dict[str, list[str]]:
    """The rows of every question of the forecast and the scores kept, as texts in order."""
    credits = warehouse.scratch("credited", credited(Facts(warehouse), asked))
    asking = {"waiting": stays(asked), "everyone": population(asked, brought(credits, asked)), "days": daily(asked)}
    found = {name: told(warehouse.rows(rows)) for name, rows in asking.items()}
    assert score(warehouse, asked).buyers > 5
    found["scores"] = told(warehouse.rows(tables.CLV_SCORE.expr()))
    assert all(len(rows) > 5 for rows in found.values())
    return found


def told(rows: list[dict[str, Any]]) -> list[str]:
    """Rows as texts in order, to nine digits."""
    return sorted(
        str([f"{value:.9g}" if isinstance(value, float) else value for value in row.values()]) for row in rows
    )
