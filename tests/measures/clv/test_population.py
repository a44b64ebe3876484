"""Cells of waiting, sharers and everyone forecast for: as the hand-written SQL has them, on random brands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from siyu.core.time import day_ends, day_of
from siyu.measures.asked import Asked
from siyu.measures.build import refresh
from siyu.measures.clv.population import population
from siyu.measures.clv.sharing import brought, credited
from siyu.measures.clv.waiting import stays
from siyu.measures.facts import Facts
from siyu.store.workspace import Workspace
from tests.measures.random_brand import AS_OF
from tests.measures.reference import cursor_of, states
from tests.measures.test_parity import brand_in

REFERENCE = Path(__file__).parent.parent / "reference"
#: Seeds and settings of the brands; the second shapes roles and the value otherwise.
BRANDS = [(0, {}), (1, {"roles__purchase_window_days": 730, "value__days": 30, "value__click_days": 30})]


@pytest.fixture(scope="module", params=range(len(BRANDS)))
def brand(request, tmp_path_factory) -> Iterator[tuple[Workspace, Asked]]:
    """A random brand, measured, and the day asked about."""
    seed, settings = BRANDS[request.param]
    with brand_in(tmp_path_factory.mktemp("brand") / "brand", 400 + seed, consumers=60, **settings) as workspace:
        refresh(workspace)
        yield workspace, Asked(day_of(AS_OF[seed % len(AS_OF)]), 30, workspace.settings)


@pytest.fixture(scope="module")
def known(brand):
    """The reference's tables as of the day."""
    workspace, asked = brand
    with states(cursor_of(workspace), workspace.settings) as own:
        own.execute(f"SET VARIABLE last_day = {asked.day}")
        own.execute(f"SET VARIABLE closing = {day_ends(asked.day, workspace.settings.zone)}")
        for noun in ("waiting", "sharing"):
            own.execute((REFERENCE / f"{noun}.sql").read_text(encoding="utf-8"))
        yield own


def test_months_of_waiting_are_those_of_the_reference(brand, known):
    workspace, asked = brand
    found: dict[str, Counter] = {name: Counter() for name in ("at_risk", "bought", "moved")}
    for cell in workspace.warehouse.rows(stays(asked)):
        where, n = (cell["rung"], cell["touchpoint"]), cell["consumers"]
        for period in range(cell["from_period"], cell["to_period"] + 1):
            found["at_risk"][*where, period] += n
        if cell["ending"] != "seen":
            found[cell["ending"]][*where, cell["to_period"]] += n
    for name, counts in found.items():
        rows = known.execute(f"SELECT rung, touchpoint, period, {name} FROM waiting_cell WHERE {name} > 0").fetchall()
        assert counts == {(rung, touchpoint, period): n for rung, touchpoint, period, n in rows}, name
        assert counts.total() > 0, name


def test_a_fit_meets_the_cells_in_the_same_order_each_time(brand):
    workspace, asked = brand
    cells = [tuple(cell.values()) for cell in workspace.warehouse.rows(stays(asked))]
    assert len(cells) > 20
    assert cells == sorted(cells)


def test_sharers_are_those_of_the_reference(brand, known):
    workspace, asked = brand
    found = workspace.warehouse.rows(brought(credited(Facts(workspace.warehouse), asked), asked))
    wanted = known.execute("FROM sharer").to_arrow_table().to_pylist()
    assert sorted(found, key=str) == sorted(wanted, key=str)
    assert sum(row["referred"] for row in found) > 0


def test_everyone_in_f_and_every_buyer_is_forecast_for_once(brand, known):
    workspace, asked = brand
    shared = brought(credited(Facts(workspace.warehouse), asked), asked)
    found = [(row["consumer_id"], row["role"]) for row in workspace.warehouse.rows(population(asked, shared))]
    assert sorted(found) == sorted(known.execute("SELECT consumer_id, role FROM forecast_for").fetchall())
    assert {"basic", "member_unpurchased", "buyer_outside_f"} <= {role for _, role in found}


def test_ages_and_touchpoints_are_those_of_the_entry(brand, known):
    workspace, asked = brand
    rows = workspace.warehouse.rows(population(asked, brought(credited(Facts(workspace.warehouse), asked), asked)))
    found = {(r["consumer_id"], r["age_periods"], r["touchpoint"]) for r in rows if r["role"] != "buyer_outside_f"}
    wanted = known.execute(f"""
        SELECT consumer_id, ({asked.day} - entered_day) // 30, coalesce(touchpoint, '')
        FROM forecast_for JOIN entered USING (consumer_id) LEFT JOIN entry_touchpoint USING (consumer_id)
        WHERE role <> 'buyer_outside_f'""").fetchall()
    assert found == set(wanted)
