"""From texts to values: each field's type as an expression, with what makes a text no value of it.

Instants and dates leave as wall-clock (or, with an offset, UTC) microseconds and amounts as decimals with the
currency's places; `transform` turns them into instants, days and minor units.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from siyu.core.kinds import Field
from siyu.core.money import exponent
from siyu.sources.workbench import epoch_us, epoch_us_wall, json_valid, try_strptime
from siyu.sources.zones import EARLIEST, LATEST

OFFSET_SUFFIX = "__offset"
INSTANT = r"^\d{4}([-/]\d{1,2}){2}([T ]\s*\d{1,2}:\d{2}(:\d{2}([.,]\d{1,9})?)?\s*(Z|z|[+-]\d{2}(:?\d{2})?)?)?$"
HAS_OFFSET = r":\d{2}.*(Z|z|[+-]\d{2}(:?\d{2})?)$"
AMOUNT = r"^[+-]?(\d{1,12}(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?$"
WHOLE = r"^[+-]?\d{1,18}(\.0*)?$"
TRUE = ("true", "1", "yes", "y", "t", "是")
FALSE = ("false", "0", "no", "n", "f", "否")
#: Eighteen digits are one machine word: wider decimals are read a hundred times slower. Six decimals are looked at;
#: doubles written as text carry noise beyond them (2.5500000000000003).
FINE = "decimal(18, 6)"
#: How most exports write a time: told by its shape, it needs no pattern.
USUAL = "____-__-__ __:__:__"


@dataclass(frozen=True)
class Typed:
    """Columns of one field, and whether its text is no value: (condition, reason)."""

    columns: dict[str, ir.Value]
    refusals: list[tuple[ir.BooleanValue, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """How the brand and the mapping read a field."""

    currency: str
    round: bool = False
    formats: tuple[str, ...] = ()


def typed(declared: Field, text: ir.StringValue, reading: Reading) -> Typed:
    """The value of a field's text."""
    return TYPES[declared.type](declared, text, reading)


def _text(declared: Field, text: ir.StringValue, _: Reading) -> Typed:
    if not declared.choices:
        return Typed({declared.column: text})
    lowered = text.lower()
    wrong = text.notnull() & lowered.notin(declared.choices)
    return Typed({declared.column: lowered}, [(wrong, f"expected one of {', '.join(declared.choices)}")])


def _json(declared: Field, text: ir.StringValue, _: Reading) -> Typed:
    return Typed({declared.column: text}, [(text.notnull() & ~json_valid(text), "expected JSON")])  # type: ignore


def _instant(declared: Field, text: ir.StringValue, reading: Reading) -> Typed:
    micros, offset = _micros(text, reading)
    wrong = text.notnull() & ~micros.between(EARLIEST, LATEST).fill_null(False)
    return Typed({declared.column: micros, declared.column + OFFSET_SUFFIX: offset},
                 [(wrong, "expected a time such as 2026-01-31 18:05:00")])


def _date(declared: Field, text: ir.StringValue, reading: Reading) -> Typed:
    micros, _ = _micros(text, reading)
    wrong = text.notnull() & ~micros.between(EARLIEST, LATEST).fill_null(False)
    return Typed({declared.column: micros}, [(wrong, "expected a date such as 2026-01-31")])


def _micros(text: ir.StringValue, reading: Reading) -> tuple[ir.IntegerValue, ir.BooleanValue]:
    if reading.formats:
        walls = [epoch_us_wall(try_strptime(text, f)) for f in reading.formats]  # type: ignore[arg-type]
        return ibis.coalesce(*walls), ibis.literal(False)
    usual = text.like(USUAL)
    wall = epoch_us_wall(text.try_cast("timestamp"))
    offset = ~usual & text.re_search(HAS_OFFSET)
    spelled = ibis.ifelse(offset, text.re_replace(r"\s*([+-]\d{2}):?(\d{2})$", r"\1:\2"), text)
    unusual = ibis.ifelse(text.re_search(INSTANT), epoch_us(spelled.try_cast("timestamp('UTC')")), ibis.null("int64"))
    return ibis.ifelse(usual, wall, unusual), ibis.ifelse(usual, ibis.literal(False), offset)


def _money(declared: Field, text: ir.StringValue, reading: Reading) -> Typed:
    decimals = exponent(reading.currency)
    minor = f"decimal(18, {decimals})"
    fine = text.try_cast(FINE)
    amount = text.try_cast(minor)  # rounds half away from zero, so that a refund mirrors its payment
    wrong = text.notnull() & (~text.re_search(AMOUNT) | fine.isnull())
    refusals = [(wrong, "expected an amount such as 148.50")]
    if not reading.round:
        finer = (fine.cast(minor).cast(FINE) != fine).fill_null(False)
        refusals.append((finer, f"expected at most {decimals} decimals"))
    if declared.not_negative:
        refusals.append(((fine < 0).fill_null(False), "expected an amount of 0 or more"))
    return Typed({declared.column: amount}, refusals)


def _integer(declared: Field, text: ir.StringValue, _: Reading) -> Typed:
    value = text.re_replace(r"\.0*$", "").try_cast("int64")
    wrong = text.notnull() & (~text.re_search(WHOLE) | value.isnull())
    return Typed({declared.column: value}, [(wrong, "expected a whole number")])


def _number(declared: Field, text: ir.StringValue, _: Reading) -> Typed:
    wrong = text.notnull() & (~text.re_search(AMOUNT))
    return Typed({declared.column: text.try_cast("float64")}, [(wrong, "expected a number")])


def _flag(declared: Field, text: ir.StringValue, _: Reading) -> Typed:
    lowered = text.lower()
    value = ibis.cases((lowered.isin(TRUE), ibis.literal(True)), (lowered.isin(FALSE), ibis.literal(False)),
                       else_=ibis.null("boolean"))
    return Typed({declared.column: value}, [(text.notnull() & value.isnull(), "expected true or false")])


TYPES: dict[str, Callable[[Field, ir.StringValue, Reading], Typed]] = {
    "text": _text, "json": _json, "instant": _instant, "date": _date, "money": _money, "integer": _integer,
    "number": _number, "flag": _flag,
}  # fmt: skip
