"""The potential list: who has not bought a category of late, ranked by P(buys it in the horizon) x expected spend.

Simple on purpose: levels of recency, frequency, spend, categories bought, content seen and membership, learnt on a cut
a horizon before the day. Who refused to be profiled is left out, of the learning too; of a list handed out now, whoever
refuses now. A probability of buying is not what an approach adds to it: only a control group tells that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from siyu.core.errors import MeasureError
from siyu.core.time import date_of
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.people.category import category_purchases, check_category
from siyu.measures.people.learned import Learned, learn, ranking, with_hits
from siyu.measures.people.propensity import Array
from siyu.measures.people.refusal import refused
from siyu.measures.people.traits import TRAITS, Market
from siyu.measures.ratio import ratio

#: Lengths of lists in the back-test, and one that is a share of the candidates.
DEPTHS = (100, 1000)
DEPTH_SHARE = 0.01
DECILES = 10


@dataclass(frozen=True)
class Potential:
    """The list, best first, what was learnt for it, and how the same would have done a horizon earlier.

    backtest is null, with its reason in `untested`, where the earlier days have nothing to learn from.
    """

    market: Market
    learned: Learned
    candidates: int
    refusing: int  # who would be candidates, had they not refused to be profiled
    listed: list[dict[str, Any]]
    backtest: dict[str, Any] | None
    untested: str

    def as_json(self) -> dict[str, Any]:
        """What `siyu potential --json` prints; ids are texts, money is in minor units."""
        fitted, settings = self.learned.propensity, self.market.asked.settings
        return {
            "as_of": self.market.asked.date.isoformat(),
            "category": self.market.category,
            "absent_days": settings["potential.absent_days"],
            "horizon_days": self.market.horizon,
            "candidates": self.candidates,
            "refused_personalization": self.refusing,
            "model": {"trained_on": date_of(self.learned.day).isoformat(), "n": fitted.n_, "bought": fitted.hits_,
                      "converged": fitted.converged_, "intercept": fitted.intercept_,
                      "effects": fitted.effects(TRAITS), "companions": self.learned.companions},
            "list": self.listed,
            "backtest": self.backtest,
            "untested": self.untested,
        }  # fmt: skip


def potential(facts: Facts, asked: Asked, category: str, *, today: int, top: int = 100) -> Potential:
    """The `top` candidates for a category, without those who refuse to be profiled `today`, the day on which the list
    is handed out. MeasureError without categories, for an unknown one, or nothing to learn.
    """
    if top < 1:
        raise MeasureError(f"A list has 1 row or more, found {top}.", remedy="Try --top 100.")
    market = market_of(facts, asked, category)
    backtest, untested = _tested(market)
    learned = learn(market, asked.day - market.horizon, asked.day)
    scored = learned.scored(asked.day).anti_join(refused(facts, today), "consumer_id")
    candidates, refusing = (facts.warehouse.count(people) for people in (scored, market.refusing(asked.day, today)))
    return Potential(market, learned, candidates, refusing, _listed(market, scored, top), backtest, untested)


def market_of(facts: Facts, asked: Asked, category: str) -> Market:
    """The category with what was bought of all; MeasureError when it cannot be told who bought it."""
    bought = facts.warehouse.scratch("category_purchase", category_purchases(facts))
    check_category(facts, bought, category)
    return Market(facts, asked, category, bought)


def _listed(market: Market, scored: ir.Table, top: int) -> list[dict[str, Any]]:
    """The first rows of the list, without any identifier but the consumer's own number."""
    first = scored.order_by(ranking(by_value=True)).limit(top)
    in_f = sustainable(market.asked.day).select("consumer_id", in_f=ibis.literal(True))
    joined = first.left_join(in_f, "consumer_id").drop("consumer_id_right")
    rows = market.facts.warehouse.rows(joined.order_by(ranking(by_value=True)))
    return [_entry(row, place, market.asked.day) for place, row in enumerate(rows, start=1)]


def _entry(row: dict[str, Any], place: int, day: int) -> dict[str, Any]:
    return {
        "rank": place,
        "consumer_id": str(row["consumer_id"]),
        "probability": row["probability"],
        "expected_spend": row["expected_spend"],
        "expected_value": row["expected_value"],
        "days_since_purchase": None if row["last_day"] < 0 else day - row["last_day"],
        "days_since_event": None if row["last_event_day"] < 0 else day - row["last_event_day"],
        "in_f": row["in_f"] is True,
    }


def _tested(market: Market) -> tuple[dict[str, Any] | None, str]:
    """The back-test, or None and why there is none."""
    cut = market.asked.day - market.horizon
    try:
        learned = learn(market, cut - market.horizon, cut)
    except MeasureError as error:
        return None, f"not measurable a horizon earlier: {error.message}"
    return backtest(learned, cut, market.asked.day), ""


def backtest(learned: Learned, cut: int, until: int) -> dict[str, Any]:
    """Lists drawn up at a cut from what was known then, beside what candidates bought by `until`."""
    market = learned.market
    marked = market.facts.warehouse.scratch("tested", with_hits(learned.scored(cut), market.hits(cut, until)))
    scores = _scores(market, marked)
    total = _totals(scores)
    return {
        "cut": date_of(cut).isoformat(),
        "candidates": total["candidates"],
        "bought": total["bought"],
        "predicted": total["predicted"],
        "total_error": ratio(total["predicted"] - total["bought"], total["bought"]),
        "paid": total["paid"],
        "predicted_paid": total["foreseen"],
        "precision": _precisions(market, marked, total["candidates"], ratio(total["bought"], total["candidates"])),
        "calibration": _calibration(scores),
    }


def _scores(market: Market, marked: ir.Table) -> dict[str, Array]:
    """Candidates by score, the most probable first: probability, expected_value, people, hits, paid.

    Fractions are added by score, in order: an engine adds them as its threads meet them, not the same way twice.
    """
    grouped = marked.group_by("probability", "expected_value").aggregate(
        people=marked.count(), hits=marked.hit.sum().cast("int64"), paid=marked.paid.sum().cast("int64"))  # fmt: skip
    found = market.facts.warehouse.arrow(grouped.order_by(ibis.desc("probability"), "expected_value"))
    return {name: found[name].to_numpy() for name in found.column_names}


def _totals(scores: dict[str, Array]) -> dict[str, Any]:
    """Candidates, who bought and what they paid, beside what was foreseen."""
    people = scores["people"]
    return {"candidates": int(people.sum()), "bought": int(scores["hits"].sum()), "paid": int(scores["paid"].sum()),
            "predicted": float(scores["probability"] @ people),
            "foreseen": float(scores["expected_value"] @ people)}  # fmt: skip


def _precisions(market: Market, marked: ir.Table, candidates: int, base: float | None) -> list[dict[str, Any]]:
    """Share of buyers among the first k of the list, of a list by recency alone, and of a random one (the mean)."""
    depths = tuple(sorted({*DEPTHS, math.ceil(candidates * DEPTH_SHARE)}))
    ours, recent = (_caught(market, marked, depths, by_value) for by_value in (True, False))
    rows = []
    for place, k in enumerate(depths):
        listed = min(k, candidates)
        rows.append({
            "k": k, "listed": listed, "precision": ratio(ours[f"hits_{place}"], listed),
            "by_recency": ratio(recent[f"hits_{place}"], listed), "random": base,
            "paid": ours[f"paid_{place}"], "paid_by_recency": recent[f"paid_{place}"],
        })  # fmt: skip
    return rows


def _caught(market: Market, marked: ir.Table, depths: tuple[int, ...], by_value: bool) -> dict[str, int]:
    """hits and paid among the first of a list, at each depth."""
    placed = marked.mutate(place=ibis.row_number().over(ibis.window(order_by=ranking(by_value=by_value))))
    sums = {f"{name}_{at}": (placed.place < k).ifelse(placed[column], 0).sum().cast("int64").fill_null(0)
            for at, k in enumerate(depths) for name, column in (("hits", "hit"), ("paid", "paid"))}  # fmt: skip
    return market.facts.warehouse.row(placed.aggregate(**sums))


def _calibration(scores: dict[str, Array]) -> list[dict[str, Any]]:
    """Tenths of the candidates by probability, the highest first: mean forecast and share that bought.

    People of one probability stay together, so tenths are of about equal size, and some may be lacking.
    """
    falling, at = np.unique(-scores["probability"], return_inverse=True)
    p, (people, hits) = -falling, (np.bincount(at, scores[name]) for name in ("people", "hits"))
    middle = np.cumsum(people) - people / 2
    tenth = np.minimum((middle * DECILES / max(people.sum(), 1)).astype(int), DECILES - 1)
    return [
        {"decile": int(at) + 1, "candidates": int(people[tenth == at].sum()),
         "predicted": float((p * people)[tenth == at].sum() / people[tenth == at].sum()),
         "actual": float(hits[tenth == at].sum() / people[tenth == at].sum())}
        for at in np.unique(tenth)
    ]  # fmt: skip
