"""Counts of an own topic as its metrics need them: every column there, numbers, one row per group."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa

from siyu.core.errors import MeasureError, QueryError, did_you_mean
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.metric import Counts
from siyu.measures.own.binding import bound
from siyu.measures.units import MOST


def sql_counts(file: str, topic: str, sql: str, columns: tuple[str, ...]) -> Counts:
    """Counts taken by a person's SQL over the readable views. MeasureError names the file."""

    def counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
        try:
            answer = facts.warehouse.ask(bound(sql, asked, by, facts.warehouse.quoted), facts.limits)
        except QueryError as error:
            raise MeasureError(f"{file}: {error.message}", remedy=error.remedy) from None
        found = answer.rows
        if answer.of > found.num_rows:
            raise MeasureError(f"{file}: {answer.of:,} rows, of which {found.num_rows:,} are looked at; one row per "
                               "group is expected.", remedy="Group by the dimensions alone.")  # fmt: skip
        schema = whole(file, _schema(file, found.schema), columns, by)
        rows = pa.table([_cast(file, topic, found, field) for field in schema.to_pyarrow()], schema.to_pyarrow())
        return kept(facts, file, topic, rows, by)

    return counts


def kept(facts: Facts, file: str, topic: str, rows: ir.Table | pa.Table, by: tuple[str, ...]) -> ir.Table:
    """The counts as a table of their own; MeasureError unless each group has one row."""
    table = facts.warehouse.scratch(f"own_{topic}", rows)
    groups = table.group_by(*by).aggregate(n=table.count()) if by else table.aggregate(n=table.count())
    twice = facts.warehouse.rows(groups.filter(groups.n > 1).limit(1))
    if twice:
        where = ", ".join(f"{name} = '{twice[0][name]}'" for name in by) or "the whole brand"
        raise MeasureError(f"{file}: {twice[0]['n']} rows for {where}; one row per group is expected.",
                           remedy="Group by the dimensions alone, as `SELECT {by} ... GROUP BY ALL` does.")  # fmt: skip
    return table


def whole(file: str, found: ibis.Schema, columns: tuple[str, ...], by: tuple[str, ...]) -> ibis.Schema:
    """The types the counts are kept in: int64 or float64. MeasureError lists what is missing or no number."""
    faults = [*_missing(found, (*by, *columns)), *_no_numbers(found, columns)]
    if faults:
        raise MeasureError("\n".join(f"{file}: {fault}" for fault in faults))
    kept_as = {name: found[name] for name in by} | {name: _number(found[name]) for name in columns}
    return ibis.schema(kept_as)


def _schema(file: str, found: pa.Schema) -> ibis.Schema:
    """The types of an answer; MeasureError for those that no column of ours has, such as a length of time."""
    types, faults = {}, []
    for field in found:
        try:
            types |= ibis.Schema.from_pyarrow(pa.schema([field])).fields
        except (ValueError, KeyError, NotImplementedError):
            faults.append(f"{file}: column '{field.name}' is {field.type}, a number is expected")
    if faults:
        raise MeasureError("\n".join(faults), remedy="CAST(... AS DOUBLE) gives a number; epoch(...) the seconds of a "
                                                     "length of time.")  # fmt: skip
    return ibis.schema(types)


def _cast(file: str, topic: str, found: pa.Table, field: pa.Field) -> pa.ChunkedArray:
    """A column in the type it is kept in; MeasureError where that does not hold it, as sums of sums may outgrow it."""
    column = found[field.name]
    try:
        return column.cast(field.type)
    except pa.ArrowInvalid:
        raise MeasureError(f"{file}: column '{field.name}' of topic '{topic}' holds a number beyond {MOST:,}.",
                           remedy="CAST(... AS DOUBLE) keeps its first digits.") from None  # fmt: skip


def _missing(found: ibis.Schema, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if name not in found.names:
            yield (f"the counts have no column '{name}'; they have: {', '.join(found.names) or 'none'}."
                   f"{did_you_mean(name, found.names)}")  # fmt: skip


def _no_numbers(found: ibis.Schema, columns: tuple[str, ...]) -> Iterator[str]:
    for name in columns:
        if name in found.names and not (found[name].is_numeric() or found[name].is_null()):
            yield f"column '{name}' is {found[name]}, a number is expected"


def _number(type_: dt.DataType) -> dt.DataType:
    exact = type_.is_integer() or (isinstance(type_, dt.Decimal) and type_.scale == 0)
    return dt.int64 if exact else dt.float64
