"""The closed list of functions a mapping may apply to a text column. Text in, text out; null stays null.

Nothing here runs code from a mapping: a step is a name of this list and at most one literal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import ibis
import ibis.expr.types as ir

#: Eighteen digits are one machine word: wider decimals are read a hundred times slower. Six decimals are looked at;
#: doubles written as text carry noise beyond them (2.5500000000000003).
EXACT = "decimal(18, 6)"
MOST = Decimal("999999999999")  # whole: a rounding up would not hold it


@dataclass(frozen=True)
class Function:
    """One function: what it does in a sentence, whether it takes a literal (`{ before = "（" }`), how often it
    looks at its text: so often that is written out, with all that was done to it before.
    """

    meaning: str
    apply: Callable[[ir.StringValue, str], ir.StringValue]
    takes_literal: bool = False
    looks: int = 1


def exact(text: ir.StringValue) -> ir.DecimalValue:
    """A number as a decimal of 18 digits; null where that does not hold it. As text once more, because what `held` asks
    twice would be worked out twice, and in sums of sums again and again.
    """
    return text.try_cast(EXACT).cast("string").try_cast(EXACT)


def held(cast: ir.DecimalValue) -> ir.DecimalValue:
    """A column that was cast to such a decimal; null where it has more digits: casts let some through that are written
    with an exponent, and break what is done with them.
    """
    return ibis.ifelse(cast.between(-MOST, MOST), cast, ibis.null(EXACT))


def _replace(text: ir.StringValue, pattern: str, by: str = "") -> ir.StringValue:
    return text.re_replace(pattern, by)


def _strip_quotes(text: ir.StringValue, _: str) -> ir.StringValue:
    return _replace(_replace(text, r'^\s*="(.*)"\s*$', r"\1"), r"""^[\s'"`]+|[\s'"`]+$""")


def _money(text: ir.StringValue, _: str) -> ir.StringValue:
    bare = _replace(_replace(text, r"(\d)\s*[（(][^（(]*[）)]\s*$", r"\1"), r"(?i)[\s¥￥元]|cny|rmb")
    # a comma that parts no thousands stays, and is refused: taken out, 1234,56 would be a hundred times as much
    return ibis.ifelse(bare.re_search(r"^[+-]?\d{1,3}([,，]\d{3})+(\.\d*)?$"), _replace(bare, "[,，]"), bare)


def _add_up(text: ir.StringValue, mark: str) -> ir.StringValue:
    """Exact; what holds no mark, or is no amount, stays as it is. Empty parts are none."""
    parts = text.split(mark).filter(lambda part: part.strip() != "")
    amounts = parts.map(lambda part: exact(_money(part, "")))
    whole = amounts.filter(lambda amount: amount.isnull()).length() == 0
    return ibis.ifelse(text.contains(mark) & whole, amounts.sums().cast("string"), text)


def _negate(text: ir.StringValue, _: str) -> ir.StringValue:
    bare = _replace(text.strip(), r"^[+-]")
    return ibis.ifelse(text.strip().startswith("-"), bare, ibis.literal("-") + bare)


def _before(text: ir.StringValue, mark: str) -> ir.StringValue:
    return text.split(mark)[0].strip()


def _after(text: ir.StringValue, mark: str) -> ir.StringValue:
    at = text.find(mark)
    return ibis.ifelse(at >= 0, text.substr(at + len(mark)).strip(), ibis.null("string"))


def _one_cent_if_zero(text: ir.StringValue, _: str) -> ir.StringValue:
    return ibis.ifelse(text.strip().re_search(r"^[+-]?0*\.?0*$") & (text.strip() != ""), ibis.literal("0.01"), text)


FUNCTIONS: dict[str, Function] = {
    "strip": Function("Outer spaces and tabs go.", lambda t, _: t.strip()),
    "strip_quotes": Function('Spreadsheet quoting goes: \'138, "138", ="138".', _strip_quotes),
    "money": Function("Currency signs, thousands separators, spaces and a remark in brackets behind go.", _money,
                      looks=3),
    "add_up": Function("Several amounts parted by the literal become their sum.", _add_up, takes_literal=True, looks=4),
    "digits": Function("All but digits goes.", lambda t, _: _replace(t, r"\D")),
    "whole": Function("A whole number written as 17850.0 becomes 17850.", lambda t, _: _replace(t, r"\.0+$")),
    "negate": Function("The sign turns.", _negate, looks=3),
    "abs": Function("The sign goes.", lambda t, _: _replace(t.strip(), r"^[+-]")),
    "lower": Function("Lower case.", lambda t, _: t.lower()),
    "upper": Function("Upper case.", lambda t, _: t.upper()),
    "prefix": Function("The literal stands before.", lambda t, mark: ibis.literal(mark) + t, takes_literal=True),
    "suffix": Function("The literal stands behind.", lambda t, mark: t + ibis.literal(mark), takes_literal=True),
    "before": Function("What stands before the literal; all, if it is not there.", _before, takes_literal=True),
    "after": Function("What stands behind the literal; nothing, if it is not there.", _after, takes_literal=True,
                      looks=6),
    "split_first": Function("The first of several values parted by the literal.", _before, takes_literal=True),
    "empty_if": Function("Nothing, if the value is the literal.", lambda t, mark: t.nullif(mark), takes_literal=True,
                         looks=2),
    "month": Function("The month of a date: 1990-05-12 becomes 5.",
                      lambda t, _: _replace(t.strip(), r"^\d{4}[-/.年](?:0?)(\d{1,2}).*$", r"\1")),
    "is_filled": Function("true if there is a value, else false.",
                          lambda t, _: ibis.ifelse(t.strip().length().fill_null(0) > 0, "true", "false")),
    "starts_with": Function("true if it begins with the literal, else false.",
                            lambda t, mark: ibis.ifelse(t.startswith(mark), "true", "false"), takes_literal=True),
    "one_cent_if_zero": Function("0 becomes 0.01, so that a gift counts as a purchase.", _one_cent_if_zero, looks=3),
}  # fmt: skip


def apply(text: ir.StringValue, name: str, literal: str = "") -> ir.StringValue:
    """The column after one function of the list."""
    return FUNCTIONS[name].apply(text, literal)
