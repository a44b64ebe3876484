"""From texts to values: each field's type as an expression, with what makes a text no value of it.

Instants and dates leave as wall-clock (or, with an offset, UTC) microseconds and amounts as decimals with the
currency's places; `transform` turns them into instants, days and minor units. Values are made in one step and looked at
in the next, so that the engine makes each once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from siyu.core.identifiers import CELL_ERRORS, SHORTENED
from siyu.core.kinds import Field
from siyu.core.money import exponent
from siyu.core.settings import defaults
from siyu.sources.mappings.functions import EXACT, MOST, held
from siyu.sources.mappings.zones import EARLIEST, FIRST_YEAR, LAST_YEAR, LATEST
from siyu.sources.workbench import epoch_us, epoch_us_wall, json_valid, try_strptime

OFFSET_SUFFIX, TEXT_SUFFIX, FINE_SUFFIX = "__offset", "__text", "__fine"
#: No place is further from UTC than 14 hours.
OFFSET = r"[+-](0\d|1[0-4])(:?[0-5]\d)?"
INSTANT = rf"^\d{{4}}([-/]\d{{1,2}}){{2}}([T ]\s*\d{{1,2}}:\d{{2}}(:\d{{2}}([.,]\d{{1,9}})?)?\s*(Z|z|{OFFSET})?)?$"
PARTS = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T ]?\s*(?:(\d{1,2})(:.*))?")
HAS_OFFSET = rf":\d{{2}}.*(Z|z|{OFFSET})$"
AMOUNT = r"^[+-]?(\d{1,12}(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?$"
LARGE = r"[+-]?\d+(\.\d*)?"
WHOLE = r"^[+-]?\d{1,18}(\.0*)?$"
NO_AMOUNT = "expected an amount such as 148.50"
YEARS = f"expected a year from {FIRST_YEAR} to {LAST_YEAR}"
NO_TIME, NO_DATE = "expected a time such as 2026-01-31 18:05:00", "expected a date such as 2026-01-31"
#: The moment that examples in a format of a mapping show, and how the engine writes it where Python does otherwise.
SHOWN = dt.datetime(2026, 1, 31, 18, 5, tzinfo=dt.UTC)
IN_ENGINE = {"%c": "2026-01-31 18:05:00", "%x": "2026-01-31", "%g": "000", "%n": "000000000"}
#: What spreadsheets write in place of a value, as a pattern.
FAILED = f"^({'|'.join(map(re.escape, CELL_ERRORS))})$"
#: Days as spreadsheets count them, of the years 1982 to 2064: a column of dates that is formatted as numbers.
SERIAL = r"[3-5]\d{4}(\.\d+)?"
#: What stands before the sums of a list, and what may say who somebody is: a sum, a dash or an empty word does not.
TOTALS = ("合计", "总计", "小计", "共计", "总和", "汇总", "total", "totals", "subtotal", "grand total", "sum")
WRITTEN_TOTALS = tuple(word + colon for word in TOTALS for colon in ("", ":", "："))
TOTAL = "a row of totals, which is no record"
SOMEBODY, NOBODY = r"\p{Han}{2}|[A-Za-z]{3}|[0-9]{5}", defaults()["identity.blocked"]
TRUE = ("true", "1", "yes", "y", "t", "是")
FALSE = ("false", "0", "no", "n", "f", "否")
#: How most exports write a time: told by its shape, it needs no pattern.
USUAL = "____-__-__ __:__:__"


#: Whether the text of a field is no value, asked of a table with the columns of the field and its text.
Check = Callable[[ir.Table], ir.BooleanValue]


@dataclass(frozen=True)
class Typed:
    """Columns of one field, those that only its checks need, and the checks with their reasons."""

    columns: dict[str, ir.Value]
    checks: list[tuple[Check, str]] = field(default_factory=list)
    aside: dict[str, ir.Value] = field(default_factory=dict)


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
        names = [_shortened(declared), _failed(declared)] if declared.required else []
        totals = [total(declared.column)] if names and declared.name.endswith(("_id", "sku")) else []
        return Typed({declared.column: _is_error(text).ifelse(ibis.null("string"), text)}, names + totals)
    return Typed({declared.column: text.lower()}, [
        (lambda t: t[declared.column].notnull() & t[declared.column].notin(declared.choices),
         f"expected one of {', '.join(declared.choices)}")])  # fmt: skip


def _shortened(declared: Field) -> tuple[Check, str]:
    """Names by which records are told apart: many long numbers have one beginning."""
    return (lambda t: (t[declared.column].like("%E+%")  # quicker, and leaves few to the pattern
                       & t[declared.column].re_search(f"^{SHORTENED.pattern}$")).fill_null(False),
            "a long number of which the spreadsheet kept the beginning; export it as text")  # fmt: skip


def _is_error(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a text is what spreadsheets write where a formula failed. Hardly any begins as those do, and only they
    are held against the pattern; a list of words would be a join of the engine's, for each column.
    """
    return ibis.ifelse(text.like("#%"), text.re_search(FAILED), False)


def _failed(declared: Field) -> tuple[Check, str]:
    return (lambda t: _is_error(t[declared.name + TEXT_SUFFIX]).fill_null(False),
            "an error of the spreadsheet, which is no value")  # fmt: skip


def total(column: str) -> tuple[Check, str]:
    """What stands in a row of totals where records have their number."""
    return lambda t: is_total(t[column]), TOTAL


def is_total(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a text is what stands before sums."""
    return text.lower().isin(WRITTEN_TOTALS).fill_null(False)


def is_nobody(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a cell beside a total cannot say who somebody is (who has a phone may well call themselves Sum)."""
    return (~text.re_search(SOMEBODY) | text.lower().isin((*WRITTEN_TOTALS, *NOBODY))).fill_null(True)


def _json(declared: Field, text: ir.StringValue, _: Reading) -> Typed:
    return Typed({declared.column: text}, [
        (lambda t: t[declared.column].notnull() & ~json_valid(t[declared.column]), "expected JSON")])  # type: ignore


def _instant(declared: Field, text: ir.StringValue, reading: Reading) -> Typed:
    micros, offset = _micros(text, reading)
    with_offset, out_of_range = declared.column + OFFSET_SUFFIX, _out_of_range(declared)
    reason = f"expected a time such as {example(reading.formats)}" if reading.formats else NO_TIME
    return Typed({declared.column: micros, with_offset: offset}, [
        (lambda t: out_of_range(t) & ~(t[declared.column].notnull() & t[with_offset]), reason)])


def _date(declared: Field, text: ir.StringValue, reading: Reading) -> Typed:
    micros, _ = _micros(text, reading)
    reason = f"expected a date such as {example(reading.formats)}" if reading.formats else NO_DATE
    return Typed({declared.column: micros}, [(_out_of_range(declared), reason)])


def example(formats: tuple[str, ...]) -> str:
    """A moment as each of some formats writes it.

    >>> example(("%Y/%-m/%d %H:%M", "%Y年%m月%d日"))
    '2026/1/31 18:05 or 2026年01月31日'
    """
    return " or ".join(
        re.sub("%-?.", lambda part: IN_ENGINE.get(part[0]) or SHOWN.strftime(part[0]), one) for one in formats)


def _out_of_range(declared: Field) -> Check:
    return lambda t: (t[declared.name + TEXT_SUFFIX].notnull()
                      & ~t[declared.column].between(EARLIEST, LATEST).fill_null(False))


def more_exactly(reason: str, text: str) -> str:
    """The reason why a text was refused, where the text itself tells more than the type of its field.

    >>> more_exactly(NO_DATE, "2026-02-30"), more_exactly(NO_DATE, "1900-01-01")
    ('there is no such day or time', 'expected a year from 1901 to 2199')
    """
    if reason == NO_AMOUNT and re.fullmatch(LARGE, text) and abs(Decimal(text)) > MOST:
        return "an amount of 10^12 or more"
    if reason in (NO_TIME, NO_DATE):
        if re.fullmatch(SERIAL, text):
            return "a spreadsheet's number for a day; export the column as dates"
        if re.match(INSTANT, text):
            fine = FIRST_YEAR <= int(text[:4]) <= LAST_YEAR
            return "there is no such day or time" if fine else YEARS
    return reason


def as_iso(text: str) -> str | None:
    """A time as files may write it in ISO 8601; None for what is none.

    >>> as_iso("2026/1/2 9:05 +0800"), as_iso("2026-01-02"), as_iso("soon")
    ('2026-01-02T09:05+0800', '2026-01-02', None)
    """
    parts = PARTS.fullmatch(text) if re.match(INSTANT, text) else None
    if parts is None:
        return None
    year, month, day, hour, rest = parts.groups(default="")
    date = f"{year}-{month:0>2}-{day:0>2}"
    return f"{date}T{hour:0>2}{''.join(rest.upper().split())}" if hour else date


def _micros(text: ir.StringValue, reading: Reading) -> tuple[ir.IntegerValue, ir.BooleanValue]:
    if reading.formats:
        walls = [epoch_us_wall(try_strptime(text, f)) for f in reading.formats]  # type: ignore[arg-type]
        return ibis.coalesce(*walls), ibis.literal(False)
    usual = text.like(USUAL)
    wall = epoch_us_wall(text.try_cast("timestamp"))
    offset = ~usual & text.re_search(HAS_OFFSET)
    pointed = text.replace(",", ".")  # of a fraction: other places of an instant have none
    spelled = ibis.ifelse(offset, pointed.re_replace(r"\s*([+-]\d{2}):?(\d{2})$", r"\1:\2"), pointed)
    plausible = text.left(4).between(str(FIRST_YEAR), str(LAST_YEAR))  # as written: an offset may lead out of them
    utc = epoch_us(spelled.try_cast("timestamp('UTC')"))
    unusual = ibis.ifelse(text.re_search(INSTANT) & plausible, utc, ibis.null("int64"))
    return ibis.ifelse(usual, wall, unusual), ibis.ifelse(usual, ibis.literal(False), offset)


def _money(declared: Field, text: ir.StringValue, reading: Reading) -> Typed:
    decimals = exponent(reading.currency)
    minor = f"decimal(18, {decimals})"
    written, fine = declared.name + TEXT_SUFFIX, declared.column + FINE_SUFFIX
    amount = text.try_cast(minor)  # rounds half away from zero, so that a refund mirrors its payment
    checks: list[tuple[Check, str]] = [
        (lambda t: t[written].notnull() & (~t[written].re_search(AMOUNT) | held(t[fine]).isnull()),
         NO_AMOUNT)]  # fmt: skip
    if not reading.round:
        checks.append((lambda t: (held(t[fine]).cast(minor).cast(EXACT) != t[fine]).fill_null(False),
                       f"expected at most {decimals} decimals"))
    if declared.not_negative:
        checks.append((lambda t: (t[fine] < 0).fill_null(False), "expected an amount of 0 or more"))
    return Typed({declared.column: amount}, checks, {fine: text.try_cast(EXACT)})


def _integer(declared: Field, text: ir.StringValue, _: Reading) -> Typed:
    written = declared.name + TEXT_SUFFIX
    return Typed({declared.column: text.re_replace(r"\.0*$", "").try_cast("int64")}, [
        (lambda t: t[written].notnull() & (~t[written].re_search(WHOLE) | t[declared.column].isnull()),
         "expected a whole number")])  # fmt: skip


def _number(declared: Field, text: ir.StringValue, _: Reading) -> Typed:
    written = declared.name + TEXT_SUFFIX
    return Typed({declared.column: text.try_cast("float64")}, [
        (lambda t: t[written].notnull() & ~t[written].re_search(AMOUNT), "expected a number")])


def _flag(declared: Field, text: ir.StringValue, _: Reading) -> Typed:
    lowered = text.lower()
    value = ibis.cases((lowered.isin(TRUE), ibis.literal(True)), (lowered.isin(FALSE), ibis.literal(False)),
                       else_=ibis.null("boolean"))
    return Typed({declared.column: value}, [
        (lambda t: t[declared.name + TEXT_SUFFIX].notnull() & t[declared.column].isnull(), "expected true or false")])


TYPES: dict[str, Callable[[Field, ir.StringValue, Reading], Typed]] = {
    "text": _text, "json": _json, "instant": _instant, "date": _date, "money": _money, "integer": _integer,
    "number": _number, "flag": _flag,
}  # fmt: skip
