"""The index of F, A, S and T: value / reference, named — a target, else own history, else a benchmark."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from math import floor
from statistics import median
from typing import Any

from siyu.core.money import exponent
from siyu.core.time import OPEN_DAY, date_of
from siyu.measures.asked import Asked
from siyu.measures.diagnosis.drivers import DRIVERS, FEWEST_WINDOWS, Driver, Figure, named
from siyu.measures.diagnosis.periods import ACCEPTED, period_of
from siyu.measures.facts import Facts
from siyu.measures.ratio import ratio

#: Below the first it is red, below the second amber, else green (definitions.md section 3.5).
RED, AMBER = 0.8, 1.0
#: Scopes that mean the whole brand.
WHOLE = ("", "brand", "all", "total", "品牌", "全部", "全域", "整体")
#: Why a figure has no value, where the document gives no reason of its own.
NO_VALUE = "not measurable: nobody for whom it could have happened"
NO_REFERENCE = f"no target covers the day, fewer than {FEWEST_WINDOWS} earlier windows, and no benchmark"


@dataclass(frozen=True)
class Reference:
    """What a figure is judged by. `kind`: target, own_history or benchmark; `numbers`: what it was read from."""

    kind: str
    figure: Figure
    value: float
    numbers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Light:
    """One driver's index. Without value or reference `index` and `light` are None and `reason` says why."""

    driver: Driver
    figure: Figure
    value: float | None
    index: float | None
    light: str | None
    reference: Reference | None
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        reference = None
        if self.reference:
            reference = {"kind": self.reference.kind, "value": self.reference.value, **self.reference.numbers}
        return {
            "letter": self.driver.letter, "name": {"zh": self.driver.zh, "en": self.driver.en},
            "figure": self.figure.name, "unit": self.figure.unit, "value": self.value, "index": self.index,
            "light": self.light, "reference": reference, "reason": self.reason,
        }  # fmt: skip


@dataclass(frozen=True)
class Unread:
    """A row of targets or benchmarks that cannot be used, and why."""

    kind: str
    metric: str
    scope: str
    period: str
    value: float | None
    reason: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def lights(
    facts: Facts, asked: Asked, values: dict[str, float | None], past: dict[str, list[float]], why: dict[str, str]
) -> tuple[list[Light], list[Unread]]:
    """The four lights, and the rows of targets and benchmarks of no use. `why`: letter -> reason of a null value."""
    targets, lost_targets = _targets(facts, asked)
    benchmarks, lost_benchmarks = _benchmarks(facts, asked)
    found = []
    for driver in DRIVERS:
        letter = driver.letter
        own = _own_history(driver, past[letter])
        reference = targets.get(letter) or own or benchmarks.get(letter)
        found.append(_light(driver, reference, values, why.get(letter, NO_VALUE)))
    return found, [*lost_targets, *lost_benchmarks]


def weakest(found: list[Light]) -> Light | None:
    """The driver with the lowest index; None when none has one."""
    known = [light for light in found if light.index is not None]
    return min(known, key=lambda light: light.index or 0.0, default=None)


def shown(index: float) -> float:
    """An index to two places, never rounded up: 0.997 of a target is 0.99, as its light says.

    >>> shown(0.997), shown(0.8), shown(1.0)
    (0.99, 0.8, 1.0)
    """
    return floor(round(index * 100, 6)) / 100


def _light(driver: Driver, reference: Reference | None, values: dict[str, float | None], why: str) -> Light:
    figure = reference.figure if reference else driver.figures[0]
    value = values[figure.name]
    if value is None:
        return Light(driver, figure, None, None, None, reference, why)
    if reference is None:
        return Light(driver, figure, value, None, None, None, NO_REFERENCE)
    index = ratio(value, reference.value)
    if index is None:
        return Light(driver, figure, value, None, None, reference, "the reference is 0")
    if reference.kind == "benchmark":
        reference = _placed(reference, value)
    return Light(driver, figure, value, index, _colour(index), reference)


def _colour(index: float) -> str:
    exact = round(index, 12)  # 0.04 of 0.05 is 0.8, whatever binary fractions make of it
    return "red" if exact < RED else "amber" if exact < AMBER else "green"


def _own_history(driver: Driver, past: list[float]) -> Reference | None:
    """Median of the same window's earlier values; a history of zeros says nothing."""
    if len(past) < FEWEST_WINDOWS or not median(past):
        return None
    numbers = {"windows": len(past), "values": past, "lowest": min(past), "highest": max(past)}
    return Reference("own_history", driver.figures[0], median(past), numbers)


def _targets(facts: Facts, asked: Asked) -> tuple[dict[str, Reference], list[Unread]]:
    """The target of each driver whose period covers the day (the shortest such period; then the newest row)."""
    used: dict[str, tuple[tuple[int, int], Reference]] = {}
    unread = []
    for row in _rows(facts, "targets"):
        reason = _unusable(row["metric"], row["value"]) or _scoped(row)
        period = period_of(row["period"] or "")
        if not reason and period is None:
            reason = f"period '{row['period']}' is not understood: expected {ACCEPTED}"
        if reason or period is None:
            shown = row["metric"], row["scope"] or "", row["period"] or "", row["value"]
            unread.append(Unread("targets", *shown, reason))
            continue
        driver, figure = _named(row["metric"])
        rank = period[0] - period[1], row["fact_id"]
        if period[0] <= asked.day <= period[1] and (driver.letter not in used or rank > used[driver.letter][0]):
            numbers = {"metric": row["metric"], "period": row["period"], **_days(period)}
            used[driver.letter] = rank, Reference("target", figure, _stored(row["value"], figure, asked), numbers)
    return {letter: reference for letter, (_, reference) in used.items()}, unread


def _benchmarks(facts: Facts, asked: Asked) -> tuple[dict[str, Reference], list[Unread]]:
    """The benchmark of each driver: one whose period covers the day or that states none, else the latest before it."""
    used: dict[str, tuple[tuple[int, int, int], Reference]] = {}
    unread = []
    for row in _rows(facts, "benchmarks"):
        text = row["period"] or ""
        period = period_of(text) if text.strip() else (-OPEN_DAY, OPEN_DAY)
        reason = _unusable(row["metric"], row["median"])
        if not reason and period is None:
            reason = f"period '{text}' is not understood: expected {ACCEPTED}"
        if not reason and period and period[0] > asked.day:
            reason = f"period '{text}' is after the day"
        if reason or period is None:
            unread.append(Unread("benchmarks", row["metric"], row["industry"] or "", text, row["median"], reason))
            continue
        driver, figure = _named(row["metric"])
        rank = int(period[1] >= asked.day), min(period[1], asked.day), row["fact_id"]
        if driver.letter not in used or rank > used[driver.letter][0]:
            middle = _stored(row["median"], figure, asked)
            excellent = None if row["excellent"] is None else _stored(row["excellent"], figure, asked)
            numbers = {"metric": row["metric"], "period": text, "industry": row["industry"],
                       "source": row["stated_source"], "median": middle, "excellent": excellent}  # fmt: skip
            used[driver.letter] = rank, Reference("benchmark", figure, middle, numbers)
    return {letter: reference for letter, (_, reference) in used.items()}, unread


def _placed(reference: Reference, value: float) -> Reference:
    """The benchmark with `position`: 0 at the industry's median, 1 where the excellent stand."""
    middle, excellent = reference.value, reference.numbers["excellent"]
    span = None if excellent is None else excellent - middle
    position = ratio(value - middle, span)
    return Reference(reference.kind, reference.figure, middle, {**reference.numbers, "position": position})


def _unusable(metric: str, value: float | None) -> str:
    """Why a row cannot be a reference; '' if it can."""
    found = named(metric)
    if found is None:
        return f"metric '{metric}' is none of the four drivers: expected F, A, S, T or own_total"
    if value is None or value <= 0:
        return f"expected a value above 0, found {value}"
    if found[1].unit == "share" and value > 1:
        return f"expected a share between 0 and 1 (0.17 for 17%), found {value}"
    return ""


def _scoped(row: dict[str, Any]) -> str:
    scope = (row["scope"] or "").strip()
    return "" if scope.lower() in WHOLE else f"scope '{scope}' is a part of the brand; the index is of the whole"


def _stored(value: float, figure: Figure, asked: Asked) -> float:
    """A value as figures are kept: money in files is in currency units."""
    return value * 10 ** exponent(asked.settings.currency) if figure.unit == "minor units" else value


def _named(metric: str) -> tuple[Driver, Figure]:
    found = named(metric)
    assert found is not None, metric
    return found


def _rows(facts: Facts, kind: str) -> list[dict[str, Any]]:
    return facts.warehouse.rows(facts.of(kind).order_by("fact_id"))


def _days(period: tuple[int, int]) -> dict[str, str]:
    return {"first_day": date_of(period[0]).isoformat(), "last_day": date_of(period[1]).isoformat()}
