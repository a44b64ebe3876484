"""Answers: the metrics of topics as of a day, in all or by dimensions, and the rows of sheets.

Every value stands with its numerator and denominator; what the loaded facts cannot answer is null with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis

from siyu.core.errors import MeasureError, did_you_mean
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.measurable import lacking
from siyu.measures.metric import Metric, Registry, Sheet, Topic
from siyu.measures.ratio import ratio
from siyu.measures.units import check_sheet, check_topic

Row = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """A topic's or a sheet's rows. `not_measurable`: code -> reason, for those whose facts were never loaded."""

    of: Topic | Sheet
    metrics: tuple[Metric, ...]
    by: tuple[str, ...]
    rows: list[Row]
    not_measurable: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """What `siyu metrics show --json` prints of it."""
        name = self.of.name if isinstance(self.of, Topic) else self.of.code
        return {"name": name, "zh": self.of.zh, "en": self.of.en, "basis": self.of.basis, "by": list(self.by),
                "rows": self.rows, "not_measurable": self.not_measurable}  # fmt: skip


def find(registry: Registry, names: list[str]) -> list[tuple[Topic | Sheet, tuple[Metric, ...]]]:
    """What names of topics, metrics and sheets ask for, metrics of one topic together; a code with several versions
    asks for all of them. MeasureError if unknown.
    """
    topics: dict[str, tuple[Topic, list[Metric]]] = {}
    sheets: list[tuple[Topic | Sheet, tuple[Metric, ...]]] = []
    for name in names:
        for of, metrics in _named(registry, name):
            if isinstance(of, Sheet):
                sheets.append((of, ()))
            else:
                wanted = topics.setdefault(of.name, (of, []))[1]
                wanted += [metric for metric in metrics if metric not in wanted]
    return [(topic, tuple(metrics)) for topic, metrics in topics.values()] + sheets


def _named(registry: Registry, name: str) -> list[tuple[Topic | Sheet, tuple[Metric, ...]]]:
    found: list[tuple[Topic | Sheet, tuple[Metric, ...]]] = []
    found += [(topic, topic.metrics) for topic in registry.topics if topic.name == name]
    found += [(topic, (metric,)) for topic in registry.topics for metric in topic.metrics if metric.code == name]
    found += [(sheet, ()) for sheet in registry.sheets if sheet.code == name]
    if found:
        return found
    known = [t.name for t in registry.topics] + [m.code for t in registry.topics for m in t.metrics]
    known += [s.code for s in registry.sheets]
    if any(figure.code == name or name in figure.code.split(".") for figure in registry.figures):
        raise MeasureError(f"{name} is of the document, which has no dimensions.",
                           remedy="`siyu measure --json` gives it, as of any day and window; `siyu metrics show league "
                                  "--by store` gives F, A, S and T by place.")
    raise MeasureError(f"There is no topic, metric or sheet '{name}'.{did_you_mean(name, known)}",
                       remedy="`siyu metrics` lists them all.")  # fmt: skip


def answer(
    facts: Facts, asked: Asked, of: Topic | Sheet, metrics: tuple[Metric, ...] = (), by: tuple[str, ...] = ()
) -> Answer:
    """A topic's metrics by dimensions, or a sheet's rows (a sheet has its own rows whatever `by` says)."""
    return of_sheet(facts, asked, of) if isinstance(of, Sheet) else of_topic(facts, asked, of, metrics, by)


def of_topic(
    facts: Facts, asked: Asked, topic: Topic, metrics: tuple[Metric, ...] = (), by: tuple[str, ...] = ()
) -> Answer:
    """The topic's metrics (default: all), one row per group in the order of the dimensions. MeasureError."""
    for dimension in by:
        if dimension not in topic.dimensions:
            accepted = ", ".join(topic.dimensions) or "none"
            raise MeasureError(f"'{topic.name}' cannot be split by '{dimension}'; it can by: {accepted}."
                               f"{did_you_mean(dimension, topic.dimensions)}")  # fmt: skip
    wanted = metrics or topic.metrics
    reasons = {m.code: reason for m in wanted if (reason := lacking(facts, (*topic.needs, *m.needs)))}
    if len(reasons) == len(wanted):
        return Answer(topic, wanted, by, [], reasons)
    counts = topic.counts(facts, asked, by)
    found = facts.warehouse.rows(counts.order_by(*(ibis.asc(d) for d in by)) if by else counts)
    rows = [_row(row, topic, wanted, by, reasons) for row in found]
    check_topic(wanted, rows)
    return Answer(topic, wanted, by, rows, reasons)


def of_sheet(facts: Facts, asked: Asked, sheet: Sheet) -> Answer:
    """The rows of a sheet; none where its facts were never loaded."""
    reason = lacking(facts, sheet.needs)
    if reason:
        return Answer(sheet, (), (), [], {sheet.code: reason})
    rows = sheet.rows(facts, asked)
    check_sheet(sheet, rows)
    return Answer(sheet, (), (), rows, {})


def _row(found: Row, topic: Topic, metrics: tuple[Metric, ...], by: tuple[str, ...], reasons: dict[str, str]) -> Row:
    values = {m.code: _value(found, m, m.code in reasons) for m in metrics}
    people = {"people": found[topic.people]} if topic.people else {}
    return {"group": {d: found[d] for d in by}, **people, "values": values}


def _value(found: Row, metric: Metric, unknown: bool) -> Row:
    above = None if unknown else found[metric.numerator]
    if not metric.denominator:
        return {"value": above, "numerator": above, "denominator": None}
    below = None if unknown else found[metric.denominator]
    return {"value": ratio(above, below), "numerator": above, "denominator": below}
