"""The Ibis constructs that measures are made of give equal rows on both engines, with nulls, ties and large ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from ibis import _

from siyu.store.engines.duck import DuckWarehouse
from siyu.store.engines.spark import SparkWarehouse
from siyu.store.warehouse import Warehouse, unbound

#: A Spark of its own; the measures that are made of these are compared on both engines beside it.
pytestmark = pytest.mark.slow

FACTS = pa.table({
    "id": pa.array([1, 1, 1, 2, 2, 3, None, 2**62 - 5], pa.int64()),
    "at": pa.array([10, 20, 20, 5, None, 7, 8, 2**53 + 1], pa.int64()),
    "name": ["a", "b", None, "z", "Z", "é", "线", "'q\\"],
    "flag": [True, False, None, True, True, False, None, True],
    "share": [1.5, None, 2.5, -1.0, 0.0, 3.0, 0.5, 5.0],
    "day": pa.array([1, 2, 3, 4, 5, None, -7, 7], pa.int32()),
    "paid": pa.array([100, -7, 3, None, 5, 0, -1, 9], pa.int64()),
})  # fmt: skip
SPANS = pa.table({"key": [1, 2, 3, 1], "since": [0, 0, 5, 15], "until": [15, 10, 2**62, 2**62]})

facts, spans = unbound(FACTS.schema, "facts"), unbound(SPANS.schema, "spans")
others, nobody = facts.view(), facts.filter(facts.id == 99)
ordered = ibis.window(group_by=facts.id, order_by=[facts.at, facts.name])
so_far = ibis.window(group_by=facts.id, order_by=[facts.at, facts.name], preceding=None, following=0)
latest_first = ibis.window(group_by=facts.id, order_by=[ibis.desc(facts.at), ibis.desc(facts.name)])
within = [facts.id == spans.key, spans.since < facts.at, facts.at <= spans.until]

CONSTRUCTS: dict[str, ir.Table] = {
    "windows": facts.mutate(
        place=ibis.row_number().over(ordered), from_end=ibis.row_number().over(latest_first),
        rank=ibis.rank().over(ordered),
        before=facts.at.lag().over(ordered), after=facts.at.lead(1, 2**62).over(ordered),
        total=facts.paid.sum().over(so_far), seen=facts.count().over(so_far), latest=facts.at.max().over(so_far),
        switches=(~facts.flag.fill_null(True)).cast("int64").sum().over(so_far),
        family=facts.count().over(ibis.window(group_by=facts.id)),
    ),
    "first row of each": facts.filter(ibis.row_number().over(ordered) == 0),
    "range join": facts.join(spans, within).select(facts.id, facts.at, spans.since, spans.until),
    "left range join": facts.left_join(spans, within).select(facts.id, facts.at, spans.until),
    "outer and cross join": facts.outer_join(spans, facts.id == spans.key).select("id", "key").union(
        facts.cross_join(spans).select("id", "key")),
    "anti and semi join": facts.anti_join(spans, facts.id == spans.key).union(
        facts.semi_join(spans, facts.id == spans.key)),
    "self join": facts.join(others, [facts.id == others.id, facts.at < others.at]).select(facts.id, later=others.at),
    "membership in a column": facts.filter(facts.id.isin(spans.key) | facts.name.isin(["a", "线"])),
    "union of literals and nulls": facts.select("id", kind=ibis.literal("fact"), until=ibis.null().cast("int64")).union(
        spans.select(id="key", kind=ibis.null().cast("string"), until="until"), distinct=True),
    "choices": facts.mutate(
        size=ibis.cases((facts.at > 10, "late"), (facts.at > 5, "mid"), else_="early"),
        opened=facts.flag.ifelse(2**62, 0), known=ibis.coalesce(facts.at, facts.id, 0),
        lesser=ibis.least(facts.id, facts.at), greater=ibis.greatest(facts.id, facts.at),
        filled=facts.paid.fill_null(0), blank=facts.paid.nullif(5), same=facts.name.identical_to(ibis.null("string")),
    ),
    "numbers": facts.mutate(
        half=facts.paid // 2, ratio=facts.paid / facts.day.nullif(0), left=facts.paid % 3, exact=facts.id % 7,
        micros=facts.day.cast("int64") * 86_400_000_000, nearest=facts.share.cast("int64"),
        weighted=facts.paid * 0.1 / 3,
        text=facts.id.cast("string"), one=facts.flag.cast("int64"), rounded=facts.share.round(), root=facts.at.sqrt(),
    ),
    "texts": facts.mutate(
        joined=facts.name + "'\\x", long=facts.name.length(), lower=facts.name.lower(),
        has=facts.name.contains("q"), plain=facts.name.re_search("^[a-z]$"), first=facts.name.substr(0, 1),
    ),
    "aggregates": facts.group_by("id").aggregate(
        any=facts.flag.any(), all=facts.flag.all(), rows=facts.count(), flagged=facts.count(where=facts.flag),
        large=facts.count(where=facts.paid > 10**9), names=facts.name.nunique(),
        flagged_names=facts.name.nunique(where=facts.flag), first=facts.name.min(), last=facts.at.max(),
        total=facts.paid.sum(), some=facts.paid.sum(where=facts.flag), mean=facts.paid.mean(),
        positive=(facts.paid > 0).sum(),
    ),
    "bits": facts.filter(facts.day > 0).mutate(
        mark=(ibis.literal(2.0) ** (facts.day + 54)).cast("int64"),
    ).group_by("id").aggregate(marks=_.mark.bit_or(), flagged=_.mark.bit_or(where=_.flag)).mutate(
        several=(_.marks & (_.marks - 1)) != 0, low=_.marks & ((1 << 57) - 1)),
    "aggregates of nothing": nobody.aggregate(
        rows=nobody.count(), flagged=nobody.count(where=nobody.flag), total=nobody.paid.sum(), any=nobody.flag.any()),
    "distribution": facts.aggregate(
        median=facts.share.median(), p90=facts.share.quantile(0.9), spread=facts.share.std()),
    "literal lists": facts.select("id", channel=ibis.cases(
        (facts.flag, ibis.array(["sms", "email"])), else_=ibis.array(["live"])).unnest()),
    "days between": facts.filter(facts.day > 0).select("id", day=ibis.range(0, facts.day).unnest()),
    "largest": facts.order_by([ibis.desc("at"), "name"]).limit(3),
    "groups of one": facts.group_by("id").having(facts.count() == 1).aggregate(paid=facts.paid.sum()),
    "scalar": facts.filter(facts.at == facts.at.max()).mutate(until=spans.until.max().as_scalar()),
}  # fmt: skip


@pytest.fixture(scope="module")
def both(spark_ready: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Warehouse, Warehouse]]:
    """The same two tables in both engines."""
    folder = tmp_path_factory.mktemp("constructs")
    engines = (DuckWarehouse(folder / "duck"), SparkWarehouse(folder / "spark", master="local[2]", zone="UTC"))
    for engine in engines:
        engine.scratch("facts", FACTS)
        engine.scratch("spans", SPANS)
    yield engines
    for engine in engines:
        engine.close()


def comparable(found: pa.Table) -> list[tuple[Any, ...]]:
    """Rows in an order of their own, floats to nine places."""
    rows = [tuple(round(v, 9) if isinstance(v, float) else v for v in row.values()) for row in found.to_pylist()]
    return sorted(rows, key=repr)


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_equal_rows_on_both_engines(both: tuple[Warehouse, Warehouse], name: str):
    duck, spark = (engine.arrow(CONSTRUCTS[name]) for engine in both)
    assert comparable(spark) == comparable(duck)
    assert spark.schema == duck.schema
    assert duck.num_rows


@pytest.mark.parametrize("wrong", [lambda t: t.id * 4, lambda t: t.id.sum()])
def test_overflow_is_an_error_on_both_engines(both: tuple[Warehouse, Warehouse], wrong: Callable[[ir.Table], Any]):
    large = facts.filter(facts.id > 2**61)
    twice = large.union(large).union(large)
    for engine in both:
        with pytest.raises(Exception, match=r"(?i)overflow|out of range|out of bounds"):
            engine.arrow(twice.select(wrong=wrong(twice)))
