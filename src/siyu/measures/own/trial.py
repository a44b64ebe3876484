"""Own measures tried on a workspace: in all and by each dimension, with every complaint rather than the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from siyu.core.errors import SiyuError
from siyu.measures import answer
from siyu.measures.answer import Answer
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.metric import Registry, Sheet, Topic
from siyu.store.warehouse import Limits

#: What one SELECT of a trial may take: half a minute, like a question over HTTP, and as many groups as somebody has.
LIMITS = Limits(seconds=30, rows=1_000_000, bytes=2**30)


@dataclass(frozen=True)
class Finding:
    """What came of one measure, or of one way to split a topic."""

    code: str
    origin: str
    fine: bool
    found: str


def tried(facts: Facts, asked: Asked, own: Registry, limits: Limits = LIMITS) -> list[Finding]:
    """A finding for every own metric and sheet, and for every split that fails. What takes longer than it may fails."""
    facts = replace(facts, limits=limits)
    found = [finding for topic in own.topics for finding in _topic(facts, asked, topic, own)]
    return found + [_sheet(facts, asked, sheet, own) for sheet in own.sheets]


def _topic(facts: Facts, asked: Asked, topic: Topic, own: Registry) -> Iterator[Finding]:
    origin = own.origin_of(topic.metrics[0].code, topic.metrics[0].version)
    whole = _answered(facts, asked, topic, origin)
    if isinstance(whole, str):
        yield Finding(topic.name, origin, False, whole)
        return
    splits = {dimension: _answered(facts, asked, topic, origin, (dimension,)) for dimension in topic.dimensions}
    for metric in topic.metrics:
        yield Finding(metric.code, origin, *_value(metric.code, whole))
    for dimension, split in splits.items():
        if isinstance(split, str):
            yield Finding(f"{topic.name} by {dimension}", origin, False, split)


def _answered(facts: Facts, asked: Asked, topic: Topic, origin: str, by: tuple[str, ...] = ()) -> Answer | str:
    """The answer, or what stopped it."""
    try:
        return answer.of_topic(facts, asked, topic, (), by)
    except SiyuError as error:
        return error.message.removeprefix(f"{origin}: ")
    finally:
        facts.warehouse.drop_scratch()


def _value(code: str, whole: Answer) -> tuple[bool, str]:
    if code in whole.not_measurable:
        return True, whole.not_measurable[code]
    if not whole.rows:
        return False, "no row: a SELECT of counts alone gives one"
    value = whole.rows[0]["values"][code]
    if value["value"] is None:
        zero = value["denominator"] == 0
        return False, "null: its denominator is 0" if zero else "null: the counts are empty"
    return True, f"{value['value']:,.4g}" if isinstance(value["value"], float) else f"{value['value']:,}"


def _sheet(facts: Facts, asked: Asked, sheet: Sheet, own: Registry) -> Finding:
    origin = own.origin_of(sheet.code, sheet.version)
    try:
        found = answer.of_sheet(facts, asked, sheet)
    except SiyuError as error:
        return Finding(sheet.code, origin, False, error.message.removeprefix(f"{origin}: "))
    finally:
        facts.warehouse.drop_scratch()
    if sheet.code in found.not_measurable:
        return Finding(sheet.code, origin, True, found.not_measurable[sheet.code])
    return Finding(sheet.code, origin, bool(found.rows), f"{len(found.rows):,} rows" if found.rows else "no rows")
