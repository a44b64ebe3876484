"""One file of the workspace's own measures: what it declares, and every mistake in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from siyu.core.errors import did_you_mean
from siyu.core.kinds import BY_NAME
from siyu.measures.measurable import SOURCES
from siyu.measures.metric import Basis, Metric, Sheet, Topic, Unit

UNITS: tuple[str, ...] = get_args(Unit)
BASES: tuple[str, ...] = get_args(Basis)
NEEDED = tuple(dict.fromkeys((*BY_NAME, *SOURCES)))
#: Names that may stand in SQL as they are.
IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*")
CODE = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z0-9_]+)*")

#: (the metric's place in its topic, or None for the topic or sheet itself; what is wrong; the message)
Fault = tuple[int | None, Literal["name", "code", "unit", "basis", "needs", "dimensions", "metric"], str]


@dataclass(frozen=True)
class OwnFile:
    """A file's measures, or its mistakes (each with the file's name and, where it is known, the line)."""

    name: str
    topics: tuple[Topic, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    mistakes: tuple[str, ...] = ()

    def codes(self) -> list[tuple[str, str]]:
        """(code, version) of every metric and sheet."""
        metrics = [(metric.code, metric.version) for topic in self.topics for metric in topic.metrics]
        return metrics + [(sheet.code, sheet.version) for sheet in self.sheets]


def topic_faults(topic: Topic) -> Iterator[Fault]:
    """What is wrong with a topic, whichever file it came from."""
    if not IDENTIFIER.fullmatch(topic.name):
        yield None, "name", f"a topic's name is small letters, digits and _: found '{topic.name}'"
    for dimension in topic.dimensions:
        if not IDENTIFIER.fullmatch(dimension):
            yield (
                None,
                "dimensions",
                f"a dimension is a column's name (small letters, digits and _): found '{dimension}'",
            )
    yield from _common_faults(topic.needs, topic.basis)
    if not topic.metrics:
        yield None, "metric", f"topic '{topic.name}' has no metric"
    for place, metric in enumerate(topic.metrics):
        yield from ((place, what, message) for _, what, message in _metric_faults(metric))
        if metric.code in [other.code for other in topic.metrics[:place]]:
            yield place, "code", f"'{metric.code}' stands twice in topic '{topic.name}'"


def sheet_faults(sheet: Sheet) -> Iterator[Fault]:
    """What is wrong with a sheet."""
    yield from _code_faults(sheet.code)
    yield from _common_faults(sheet.needs, sheet.basis)
    yield from (fault for column in sheet.columns for fault in _unit_faults(column.unit))


def _metric_faults(metric: Metric) -> Iterator[Fault]:
    yield from _code_faults(metric.code)
    yield from _unit_faults(metric.unit)
    yield from _common_faults(metric.needs, "persons")


def _code_faults(code: str) -> Iterator[Fault]:
    if not isinstance(code, str) or not CODE.fullmatch(code):
        yield None, "code", f"a code is words of small letters, digits and _ between dots: found '{code}'"


def _unit_faults(unit: str) -> Iterator[Fault]:
    if unit not in UNITS:
        yield None, "unit", f"unknown unit '{unit}'; it is one of: {', '.join(UNITS)}.{did_you_mean(unit, UNITS)}"


def _common_faults(needs: tuple[str, ...], basis: str) -> Iterator[Fault]:
    if basis not in BASES:
        yield None, "basis", f"unknown basis '{basis}'; it is one of: {', '.join(BASES)}.{did_you_mean(basis, BASES)}"
    for need in needs:
        if need not in NEEDED:
            yield None, "needs", f"unknown facts '{need}'; `siyu tables` prints them.{did_you_mean(need, NEEDED)}"


def counted(metrics: tuple[Metric, ...], people: str) -> tuple[str, ...]:
    """The count columns that metrics read, each once."""
    names = [name for metric in metrics for name in (metric.numerator, metric.denominator) if name]
    return tuple(dict.fromkeys([*names, *([people] if people else [])]))
