"""The potential list: traits and hits equal their SQL; the model is calibrated, ranks well and says what it cannot."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from siyu.core.errors import MeasureError
from siyu.core.time import day_of
from siyu.measures.asked import Asked
from siyu.measures.people.learned import companion_rates, learn, tiers, with_hits
from siyu.measures.people.potential import market_of, potential
from siyu.measures.people.refusal import refused
from siyu.measures.people.traits import TRAITS, traits
from siyu.store import workspace as workspaces
from tests.breadth import wide
from tests.measures.people.told import fan, order, phone, told
from tests.measures.random_brand import AS_OF
from tests.measures.reference import topics as reference
from tests.measures.test_parity import brand_in
from tests.measures.topics.agreement import Brand, differing

SQL = Path(reference.__file__).parent / "people_potential.sql"
DAY = "2026-06-30"


def line(person: int, at: str, category: str, **more: str) -> dict[str, str]:
    return {"order_id": f"o{person}-{at}", "line_no": "1", "category": category, "quantity": "1",
            "paid_amount": "10", **more}  # fmt: skip


def sales(*bought: tuple[int, str, str]) -> dict[str, list[dict[str, str]]]:
    """Orders of one line: person, day, category."""
    return {"orders": [order(person, at) for person, at, _ in bought], "order_lines": [line(*one) for one in bought]}


def quarters(rng: np.random.Generator, people: int = 400) -> list[tuple[int, str, str]]:
    """Three quarters in which half buy cream, and of these, most go on to serum; hardly anybody else does."""
    bought = []
    for quarter, first in enumerate((dt.date(2025, 10, 5), dt.date(2026, 1, 3), dt.date(2026, 4, 3))):
        for person in range(people * quarter, people * (quarter + 1)):
            lover = rng.random() < 0.5
            before = first - dt.timedelta(days=int(rng.integers(1, 60)))  # no list is left to the order of ids
            after = first + dt.timedelta(days=int(rng.integers(0, 80)))
            bought.append((person, before.isoformat(), "cream" if lover else "mask"))
            if rng.random() < (0.6 if lover else 0.05):
                bought.append((person, after.isoformat(), "serum"))
    return bought


@pytest.mark.parametrize("seed", wide(range(3), always=1))
def test_traits_and_hits_equal_their_sql_on_random_brands(tmp_path, seed):
    with brand_in(tmp_path / "brand", 70 + seed) as workspace:
        brand = Brand(workspace, AS_OF[seed], 30)
        market = market_of(brand.facts, brand.asked, "cream")
        day, until = brand.asked.day - 90, brand.asked.day
        text = SQL.read_text(encoding="utf-8").format(category="'cream'", day=day, until=until)
        wanted = brand.own.execute(text).to_arrow_table().to_pylist()
        hits = market.hits(day, until)
        levels = traits(market, day, tiers(market, companion_rates(market, day, hits)))
        found = with_hits(levels, hits).select("consumer_id", *TRAITS, "hit", "paid")
        assert differing(wanted, workspace.warehouse.rows(found), ("consumer_id",)) == []
        assert any(row["hit"] for row in wanted)


def test_who_bought_it_within_the_year_is_no_candidate_and_a_day_earlier_is_one(workspace):
    facts, asked = told(workspace, DAY, sales((1, "2025-07-01", "cream"), (2, "2025-06-30", "cream")))
    market = market_of(facts, asked, "cream")
    assert facts.warehouse.count(market.candidates(asked.day)) == 1


def said(person: int, at: str, action: str, channel: str = "") -> dict[str, str]:
    return {"occurred_at": at, "purpose": "personalization", "action": action, "channel": channel,
            "id.phone": phone(person)}  # fmt: skip


@pytest.mark.parametrize(("words", "candidates"), [
    ([("2026-06-01", "withdraw", "")], 0),
    ([("2026-06-01", "withdraw", ""), ("2026-06-02", "grant", "")], 1),
    ([("2026-06-01", "withdraw", ""), ("2026-06-01", "grant", "")], 0),
    ([("2026-06-01", "withdraw", "sms"), ("2026-06-02", "grant", "email")], 0),
    ([("2026-06-01", "withdraw", "sms"), ("2026-06-02", "grant", "")], 1),
    ([("2026-07-01", "withdraw", "")], 1),
])  # fmt: skip
def test_who_refuses_to_be_profiled_as_of_the_day_is_no_candidate_and_counted(workspace, words, candidates):
    bought = sales((1, "2025-01-01", "cream"))
    facts, asked = told(workspace, DAY, {**bought, "consents": [said(1, *word) for word in words]})
    market = market_of(facts, asked, "cream")
    left_out = facts.warehouse.count(market.refusing(asked.day))
    assert (facts.warehouse.count(market.candidates(asked.day)), left_out) == (candidates, 1 - candidates)


def test_refusing_marketing_is_not_refusing_to_be_profiled(workspace):
    refusal = {**said(1, "2026-06-01", "withdraw"), "purpose": "marketing"}
    facts, asked = told(workspace, DAY, {**sales((1, "2025-01-01", "cream")), "consents": [refusal]})
    assert facts.warehouse.count(market_of(facts, asked, "cream").candidates(asked.day)) == 1


def test_a_gift_a_piece_taken_back_and_a_refunded_order_are_no_purchase_of_a_category(workspace):
    bought = sales(*((n, "2026-06-01", "cream") for n in range(1, 5)))
    bought["order_lines"][0] |= {"paid_amount": "0"}
    bought["order_lines"][1] |= {"quantity": "-1"}
    bought["orders"][2] |= {"refund_amount": "10", "refunded_at": "2026-06-02"}
    facts, asked = told(workspace, DAY, bought)
    assert facts.warehouse.count(market_of(facts, asked, "cream").candidates(asked.day)) == 3


def test_a_line_without_a_category_has_that_of_its_product(workspace):
    bought = sales((1, "2026-06-01", ""))
    bought["order_lines"][0] |= {"sku": "A1"}
    facts, asked = told(workspace, DAY, {**bought, "products": [{"sku": "A1", "category": "cream"}]})
    assert facts.warehouse.count(market_of(facts, asked, "cream").candidates(asked.day)) == 0


@pytest.fixture(scope="module")
def lovers(tmp_path_factory):
    with workspaces.create(tmp_path_factory.mktemp("lovers") / "brand") as workspace:
        facts, asked = told(workspace, DAY, sales(*quarters(np.random.default_rng(7))))
        yield potential(facts, asked, "serum", today=asked.day, top=50).as_json()


def test_the_category_that_goes_before_is_found(lovers):
    tier = {row["category"]: row["tier"] for row in lovers["model"]["companions"]}
    assert (tier["cream"], tier["mask"]) == (3, 1)


def test_the_list_beats_recency_and_chance_by_far(lovers):
    first = next(row for row in lovers["backtest"]["precision"] if row["k"] == 100)
    assert first["precision"] > 0.45
    assert first["precision"] > 1.5 * first["by_recency"]
    assert first["precision"] > 1.5 * first["random"]


def test_the_forecast_is_calibrated_out_of_sample(lovers):
    tested = lovers["backtest"]
    assert abs(tested["total_error"]) < 0.15
    assert all(abs(row["predicted"] - row["actual"]) < 0.12 for row in tested["calibration"])
    assert sum(row["candidates"] for row in tested["calibration"]) == tested["candidates"]


def test_the_list_is_in_order_and_ids_are_texts(lovers):
    values = [row["expected_value"] for row in lovers["list"]]
    assert values == sorted(values, reverse=True)
    assert [row["rank"] for row in lovers["list"]] == list(range(1, 51))
    assert all(isinstance(row["consumer_id"], str) for row in lovers["list"])
    assert all(row["expected_value"] == row["probability"] * row["expected_spend"] for row in lovers["list"])


def test_the_same_question_has_the_same_answer_to_the_last_digit(workspace):
    facts, asked = told(workspace, DAY, sales(*quarters(np.random.default_rng(1), 60)))
    answers = [potential(facts, asked, "serum", today=asked.day, top=1000).as_json() for _ in range(8)]
    assert answers == answers[:1] * 8


def test_who_refuses_when_a_list_of_an_earlier_day_is_handed_out_is_not_on_it(workspace):
    bought = quarters(np.random.default_rng(1), 60)
    refusal = said(bought[0][0], "2026-07-09 20:00", "withdraw")
    facts, asked = told(workspace, DAY, {**sales(*bought), "consents": [refusal]})
    (one,) = {row["consumer_id"] for row in workspace.warehouse.rows(refused(facts, asked.day + 9))}
    before, after = (potential(facts, asked, "serum", today=asked.day + days, top=1000) for days in (8, 9))
    listed, left = ({row["consumer_id"]: row["expected_value"] for row in each.listed} for each in (before, after))
    assert (before.refusing, after.refusing, before.candidates - after.candidates) == (0, 1, 1)
    assert {**left, str(one): listed[str(one)]} == listed


def test_over_the_people_it_learnt_from_the_forecast_is_the_number_who_bought(workspace):
    facts, asked = told(workspace, DAY, sales(*quarters(np.random.default_rng(1), 60)))
    learned = learn(market_of(facts, asked, "serum"), asked.day - 90, asked.day)
    scored = learned.scored(asked.day - 90)
    total = facts.warehouse.row(scored.aggregate(p=scored.probability.sum()))["p"]
    assert total == pytest.approx(learned.propensity.hits_, rel=1e-5)


def test_a_brand_too_young_for_a_back_test_says_so(workspace):
    bought = [(1, "2026-03-01", "cream"), (1, "2026-05-01", "serum"), (2, "2026-03-01", "cream")]
    facts, asked = told(workspace, DAY, sales(*bought))
    document = potential(facts, asked, "serum", today=asked.day).as_json()
    assert document["backtest"] is None
    assert "0 of 0 candidates" in document["untested"]


def test_orders_without_lines_are_refused_with_what_to_load(workspace):
    facts, asked = told(workspace, DAY, {"orders": [order(1, "2026-06-01")], "relations": [fan(1)]})
    with pytest.raises(MeasureError, match="no order lines") as refused:
        potential(facts, asked, "cream", today=asked.day)
    assert "Load order lines" in refused.value.remedy


def test_an_unknown_category_is_refused_with_the_nearest(workspace):
    facts, asked = told(workspace, DAY, sales((1, "2026-06-01", "cream")))
    with pytest.raises(MeasureError, match="Did you mean 'cream'"):
        potential(facts, asked, "creams", today=asked.day)


def test_a_category_nobody_took_up_lately_is_refused(workspace):
    facts, asked = told(workspace, DAY, sales((1, "2024-06-01", "cream")))
    with pytest.raises(MeasureError, match="'cream' cannot be foreseen: 0 of 1 candidates bought"):
        potential(facts, asked, "cream", today=asked.day)


def test_other_windows_can_be_set(workspace):
    facts, asked = told(workspace, DAY, sales((1, "2026-04-15", "cream"), (2, "2026-06-20", "cream")))
    short = asked.settings.with_values(potential__absent_days=30, potential__horizon_days=7)
    market = market_of(facts, Asked(asked.day, 30, short), "cream")
    assert (market.horizon, facts.warehouse.count(market.candidates(day_of(asked.date)))) == (7, 1)
    assert phone(1) not in str(facts.warehouse.rows(market.candidates(asked.day)))
