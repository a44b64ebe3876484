"""The potential list on each engine: traits as in their SQL, and the list itself in order."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from siyu.core import settings
from siyu.measures.people.learned import companion_rates, tiers, with_hits
from siyu.measures.people.potential import market_of, potential
from siyu.measures.people.traits import TRAITS, traits
from siyu.store import workspace as workspaces
from tests.measures.random_brand import random_brand
from tests.measures.reference import topics as reference
from tests.measures.topics.agreement import Brand, differing
from tests.plain import load_plain

AS_OF = dt.date(2026, 6, 30)
SQL = Path(reference.__file__).parent / "people_potential.sql"


def test_the_potential_list_rests_on_the_same_traits_and_is_in_order(engine: str, tmp_path: Path):
    chosen = settings.defaults().with_values(warehouse__engine=engine)
    with workspaces.create(tmp_path / "brand", chosen) as workspace:
        load_plain(workspace, random_brand(5))
        brand = Brand(workspace, AS_OF, 30)
        market = market_of(brand.facts, brand.asked, "cream")
        day, until = brand.asked.day - 90, brand.asked.day
        hits = market.hits(day, until)
        levels = traits(market, day, tiers(market, companion_rates(market, day, hits)))
        found = workspace.warehouse.rows(with_hits(levels, hits).select("consumer_id", *TRAITS, "hit", "paid"))
        text = SQL.read_text(encoding="utf-8").format(category="'cream'", day=day, until=until)
        assert differing(brand.own.execute(text).to_arrow_table().to_pylist(), found, ("consumer_id",)) == []
        listed = potential(brand.facts, brand.asked, "cream", today=brand.asked.day).listed
        values = [row["expected_value"] for row in listed]
        assert values == sorted(values, reverse=True)
        assert len(values) > 20
