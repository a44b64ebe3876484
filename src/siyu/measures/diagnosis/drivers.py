"""The four drivers as diagnosis sees them: their figures, how targets name them, their values in earlier windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from siyu.measures.asked import Asked
from siyu.measures.diagnosis.decomposition import value_groups
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.fast_plus.connection import connection, is_entry
from siyu.measures.fast_plus.standard import a_std
from siyu.measures.measurable import why
from siyu.measures.ratio import ratio
from siyu.store.tables import PURCHASE, ROLE_SPAN

#: Windows before this one that make the brand's own history, and how many of them it takes.
HISTORY_WINDOWS = 8
FEWEST_WINDOWS = 3


@dataclass(frozen=True)
class Figure:
    """A figure a driver is judged by: where it stands in the document ('' = computed here), its unit, its names."""

    name: str
    path: str
    unit: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Driver:
    """F, A, S or T. The first figure is the headline; others are judged only where a target or benchmark names them."""

    letter: str
    zh: str
    en: str
    figures: tuple[Figure, ...]


DRIVERS: tuple[Driver, ...] = (
    Driver("F", "可持续运营私域关系数", "Sustainable relationships", (
        Figure("sustainable_relationships", "F.sustainable_relationships", "consumers",
               ("f", "可持续运营私域关系数")),)),
    Driver("A", "角色关系加深效率（标准结构）", "Role-deepening efficiency, standard mix", (
        Figure("A_std", "", "share", ("a", "a.value", "role_deepening_efficiency", "角色关系加深效率")),)),
    Driver("S", "角色关系价值", "Relationship value", (
        Figure("clv_mean", "S.clv_mean", "minor units", ("s", "relationship_value", "角色关系价值")),
        Figure("own_total", "S.own_total", "minor units", ()))),
    Driver("T", "场域引力", "Touchpoint gravity", (
        Figure("touchpoint_gravity", "T.value", "share", ("t", "t.value", "场域引力")),)),
)  # fmt: skip
#: Every name a row of targets or benchmarks may use, in lower case and without `fast_plus.`.
NAMES: dict[str, tuple[Driver, Figure]] = {
    name.lower(): (driver, figure)
    for driver in DRIVERS
    for figure in driver.figures
    for name in (figure.name, f"{driver.letter}.{figure.name}", *figure.aliases)
}


def named(text: str) -> tuple[Driver, Figure] | None:
    """The driver and figure that a metric's name means; None if it means none of the four.

    >>> named("fast_plus.T.value")[0].letter
    'T'
    """
    return NAMES.get(text.strip().lower().removeprefix("fast_plus."))


def values(facts: Facts, asked: Asked, document: dict[str, Any]) -> dict[str, float | None]:
    """Value of every figure in the window asked about, by the figure's name."""
    standard = None if why(document, "A") else a_std(facts.warehouse, asked)
    parts = document["fast_plus"]
    found: dict[str, float | None] = {}
    for driver in DRIVERS:
        for figure in driver.figures:
            letter, _, name = figure.path.partition(".")
            found[figure.name] = parts[letter][name] if figure.path else standard
    return found


def earlier(facts: Facts, asked: Asked) -> dict[str, list[float]]:
    """The headline of each driver at the ends of the windows before, newest first: letter -> values.

    Only windows the history covers whole count: F and A from when anyone stood on the ladder, T from the first entry,
    S from a year (value.days) after the first purchase.
    """
    begun = _begun(facts)
    days = [asked.opening_day - back * asked.window for back in range(HISTORY_WINDOWS)]
    past = [asked.on(day) for day in days]
    return {
        "F": [float(_in_f(facts, then)) for then in past if _since(begun["ladder"], then.opening_day)],
        "A": _known(a_std(facts.warehouse, then) for then in past if _since(begun["ladder"], then.opening_day)),
        "S": _known(_clv_mean(facts, then) for then in past
                    if _since(begun["purchase"], then.value_days[0])),
        "T": _known(_gravity(facts, then) for then in past if _since(begun["entry"], then.first_day)),
    }  # fmt: skip


def _begun(facts: Facts) -> dict[str, int | None]:
    """The first day of the ladder, of purchases, of entries; None where there is none."""
    span, purchase, events = ROLE_SPAN.expr(), PURCHASE.expr(), facts.of("events")
    entry = events.filter(is_entry(events))
    firsts = {"ladder": span.from_day, "purchase": purchase.paid_day, "entry": entry.occurred_day}
    asked = {name: column.min().name("first").as_table() for name, column in firsts.items()}
    return {name: facts.warehouse.row(first)["first"] for name, first in asked.items()}


def _in_f(facts: Facts, then: Asked) -> int:
    return facts.warehouse.count(sustainable(then.day))


def _clv_mean(facts: Facts, then: Asked) -> float | None:
    """Own plus referral value per consumer in F."""
    groups = facts.warehouse.rows(value_groups(facts, then))
    return ratio(sum(group["amount"] for group in groups), sum(group["people"] for group in groups))


def _gravity(facts: Facts, then: Asked) -> float | None:
    found = connection(facts, then)["value"]
    facts.warehouse.drop_scratch("entry", "standing", "outcome")
    return found


def _since(begun: int | None, day: int) -> bool:
    return begun is not None and begun <= day


def _known(found) -> list[float]:
    return [value for value in found if value is not None]
