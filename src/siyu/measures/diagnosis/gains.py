"""What acting on some people would bring, from the brand's own rates: an order of magnitude to choose by, no promise.

moved = people x (reference rate - own rate), never below 0; money = moved x difference of value per head, never below
0. Both rates are the brand's own and stand in the result with what they were counted from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.core.kinds import ROLES
from siyu.measures.asked import Asked
from siyu.measures.diagnosis import people
from siyu.measures.diagnosis.ground import Ground
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.fast_plus.connection import BRAND
from siyu.measures.fast_plus.value import counted_purchases
from siyu.measures.ratio import ratio

People = Callable[[Facts, Asked], ir.Table]

#: A rate of fewer people says nothing.
FEWEST_PEOPLE = 10
#: Earlier windows whose median rate a group may be measured by.
WINDOWS_BEFORE = 4


@dataclass(frozen=True)
class Gain:
    """People concerned and what acting would bring. `moved`: how many more would do it; money in minor units over
    `money_days`, None where no order says what people are worth; the indicator's gain in consumers (F), share (A, T) or
    minor units per consumer in F (S). `places`: the touchpoints it is about, the most visited first. `reason` says why
    rates, moved and money are None.
    """

    people: int
    own_rate: float | None = None
    reference_rate: float | None = None
    moved: float | None = None
    indicator_gain: float | None = None
    money_minor: int | None = None
    money_days: int | None = None
    reason: str = ""
    places: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return vars(self)


def joining(ground: Ground, who: People, reference: tuple[int, int]) -> Gain:
    """People outside F who would come in as others like them did: own rate 0, reference = (in F, all like them)."""
    found = ground.warehouse.scratch("gain_people", who(ground.facts, ground.asked))
    size, rate = ground.warehouse.count(found), _rate(*reference)
    if rate is None:
        return Gain(size, reason=f"not measurable: fewer than {FEWEST_PEOPLE} others to compare with")
    moved = size * rate
    each = ground.mean_on() - ground.mean_of(found)
    return Gain(size, 0.0, rate, moved, moved, ground.money(moved, each), ground.value_days)


def settling(ground: Ground, who: People) -> Gain:
    """Visitors without a relation, if they settled as at the better touchpoints (upper quartile of settle rates);
    own rate = that of all touchpoints together."""
    found = ground.warehouse.scratch("gain_people", who(ground.facts, ground.asked))
    size = ground.warehouse.count(found)
    counts = [row for name, row in ground.places.items() if name != BRAND]
    own = _rate(sum(row["settled"] for row in counts), sum(row["new_visitors"] for row in counts))
    rates = [rate for rate in _place_rates(ground, "settled", "new_visitors").values() if rate is not None]
    if own is None or not rates:
        return Gain(size, own, reason=f"not measurable: fewer than {FEWEST_PEOPLE} new visitors")
    reference = _upper_quartile(rates)
    moved = size * max(reference - own, 0.0)
    return Gain(size, own, reference, moved, moved, ground.money(moved, ground.mean_on() - ground.mean_of(found)),
                ground.value_days)  # fmt: skip


def rising(ground: Ground, who: People, role: str) -> Gain:
    """People on a rung, if they rose as often as the rest of the rung in this period, or as they did in the median of
    earlier windows, whichever is more; worth the mean of the rungs above less their own.
    """
    found = ground.warehouse.scratch("gain_people", who(ground.facts, ground.asked))
    size = ground.warehouse.count(found)
    own, rest = _risen(ground, who, role, ground.asked)
    past = [_risen(ground, who, role, then)[0] for then in _before(ground.asked)]
    known = [rate for rate in past if rate is not None]
    references = [rate for rate in (rest, median(known) if known else None) if rate is not None]
    if own is None or not references:
        return Gain(size, own, reason=f"not measurable: fewer than {FEWEST_PEOPLE} people at the opening to compare")
    reference = max(references)
    moved = size * max(reference - own, 0.0)
    above = ground.mean_on(ROLES[ROLES.index(role) + 1 :])
    eligible = ground.document["A"]["eligible"]
    return Gain(size, own, reference, moved, ratio(moved, eligible), ground.money(moved, above - ground.mean_of(found)),
                ground.value_days)  # fmt: skip


def at_places(ground: Ground, outcome: str, among: str) -> Gain:
    """Visitors of touchpoints below the median rate of an outcome, if these touchpoints reached the median.

    people = those of `among` there who did not reach it; own rate = theirs pooled; money: see `_place_money`.
    """
    rates = {name: rate for name, rate in _place_rates(ground, outcome, among).items() if rate is not None}
    if len(rates) < 2:
        return Gain(0, reason=f"not measurable: fewer than 2 touchpoints with {FEWEST_PEOPLE} visitors")
    middle = median(rates.values())
    behind = sorted((name for name, rate in rates.items() if rate < middle),
                    key=lambda name: (-ground.places[name][among], name))  # fmt: skip
    found = ground.warehouse.scratch("gain_people", without_outcome(ground, behind, outcome, among))
    size = ground.warehouse.count(found)
    counts = [ground.places[name] for name in behind]
    own = ratio(sum(c[outcome] for c in counts), sum(c[among] for c in counts))
    moved = sum(c[among] * (middle - rates[name]) for name, c in zip(behind, counts))
    money, days = _place_money(ground, outcome, moved, found)
    gained = ratio(moved, ground.document["T"]["visitors"])
    return Gain(size, own, middle, moved, gained, money, days, places=tuple(behind))


def without_outcome(ground: Ground, places: list[str], outcome: str, among: str) -> ir.Table:
    """People who came to some touchpoints (as new visitors, or at all) and did not reach the outcome there."""
    stood, reached = ground.visits
    came = stood.filter(stood.touchpoint.isin(places or [""]) & (stood.touchpoint != BRAND))
    if among == "new_visitors":
        came = came.filter(came.is_new)
    did = reached.filter(reached[outcome] == 1)
    return came.anti_join(did, ["consumer_id", "touchpoint"]).select("consumer_id").distinct()


def buying(ground: Ground, who: People) -> Gain:
    """Buyers of low value, if they bought in the period as often as all buyers in F; worth what such a buyer spent."""
    asked, warehouse = ground.asked, ground.warehouse
    size = warehouse.count(who(ground.facts, asked))
    opening = asked.on(asked.opening_day)
    everyone = people.buyers(opening).semi_join(sustainable(opening.day), "consumer_id")
    low = warehouse.scratch("gain_people", who(ground.facts, opening))
    own_n, own_bought, spent = _spent(ground, low)
    all_n, all_bought, _ = _spent(ground, everyone)
    own, reference = _rate(own_bought, own_n), _rate(all_bought, all_n)
    if own is None or reference is None:
        return Gain(size, own, reference, reason=f"not measurable: fewer than {FEWEST_PEOPLE} buyers at the opening")
    moved = size * max(reference - own, 0.0)
    money = ground.money(moved, ratio(spent, own_bought) or 0.0)
    return Gain(size, own, reference, moved, ground.per_head(money), money, asked.window)


def sharing(ground: Ground, who: People) -> Gain:
    """Spreaders who brought nothing, if as many of them brought something as of all spreaders, at what these did."""
    warehouse = ground.warehouse
    size = warehouse.count(who(ground.facts, ground.asked))
    spread = people.spreaders(ground.facts, ground.asked).left_join(ground.worth, "consumer_id")
    row = warehouse.row(spread.aggregate(
        n=spread.count(), brought=(spread.referral_value > 0).ifelse(1, 0).sum().cast("int64"),
        value=spread.referral_value.fill_null(0).sum().cast("int64")))  # fmt: skip
    rate = _rate(row["brought"] or 0, row["n"])
    if rate is None:
        return Gain(size, reason=f"not measurable: fewer than {FEWEST_PEOPLE} spreading members")
    moved = size * rate
    money = ground.money(moved, ratio(row["value"], row["brought"]) or 0.0)
    return Gain(size, 0.0, rate, moved, ground.per_head(money), money, ground.value_days)


def _risen(ground: Ground, who: People, role: str, then: Asked) -> tuple[float | None, float | None]:
    """Step rates in a window of the people on a rung at its opening: of the group, and of the rest of the rung."""
    climbs = ground.climbs(then)
    group = who(ground.facts, then.on(then.opening_day)).distinct().mutate(inside=ibis.literal(1, "int64"))
    marked = climbs.filter(climbs.role == role).left_join(group, "consumer_id").drop("consumer_id_right")
    rows = marked.group_by(inside=marked.inside.fill_null(0)).aggregate(n=marked.count(), risen=marked.rose.sum())
    rates = {row["inside"]: _rate(row["risen"], row["n"]) for row in ground.warehouse.rows(rows)}
    return rates.get(1), rates.get(0)


def _before(asked: Asked) -> list[Asked]:
    return [asked.on(asked.day - back * asked.window) for back in range(1, WINDOWS_BEFORE + 1)]


def _spent(ground: Ground, who: ir.Table) -> tuple[int, int, int]:
    """People, those of them who bought in the period, and the net amount of it."""
    counted = counted_purchases(ground.asked)
    recent = counted.filter(counted.paid_day >= ground.asked.first_day)
    each = recent.group_by("consumer_id").aggregate(net=recent.net_amount.sum().cast("int64"))
    joined = who.left_join(each, "consumer_id")
    row = ground.warehouse.row(joined.aggregate(
        n=joined.count(), bought=joined.net.count(), net=joined.net.sum().cast("int64")))  # fmt: skip
    return row["n"], row["bought"], row["net"] or 0


def _place_rates(ground: Ground, outcome: str, among: str) -> dict[str, float | None]:
    """The rate of each touchpoint, None where too few came."""
    return {name: _rate(row[outcome], row[among]) for name, row in ground.places.items() if name != BRAND}


def _place_money(ground: Ground, outcome: str, moved: float, who: ir.Table) -> tuple[int | None, int]:
    """Settled: mean own value in F less that of the people now; converted: what a credited buyer paid in the period."""
    if outcome == "settled":
        return ground.money(moved, ground.mean_on() - ground.mean_of(who)), ground.value_days
    brand = ground.places[BRAND]
    return ground.money(moved, ratio(brand["paid"], brand["converted"]) or 0.0), ground.asked.window


def _rate(part: int, whole: int) -> float | None:
    return ratio(part, whole) if whole >= FEWEST_PEOPLE else None


def _upper_quartile(rates: list[float]) -> float:
    """The 75th percentile, linear between the nearest two."""
    ordered = sorted(rates)
    place = 0.75 * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
