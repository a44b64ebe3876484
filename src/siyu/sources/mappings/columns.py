"""The text columns of a kind, as a mapping makes them from the columns of a file: the first half of a transformation.

Ibis expressions over the table `raw` (all text). What the texts mean is decided in `typed`.
"""

from __future__ import annotations

from functools import reduce

import ibis
import ibis.expr.types as ir

from siyu.sources.mappings import functions
from siyu.sources.mappings.functions import EXACT, exact
from siyu.sources.mappings.mapping import Column, Condition


def text_of(column: Column, raw: ir.Table) -> ir.StringValue:
    """The canonical text of a column; null where the file has nothing."""
    text = _capped(_reduced(_source(column, raw), column, raw), column, raw)
    for name, literal in column.functions:
        text = functions.apply(text, name, literal)
    if column.functions or column.how == "concat":
        text = text.strip().nullif("")
    text = _mapped(text, column) if column.values else text
    holds = fulfilled(column.where, raw)
    return text if holds is None else ibis.ifelse(holds, text, ibis.null("string"))


def fulfilled(conditions: tuple[Condition, ...], raw: ir.Table) -> ir.BooleanValue | None:
    """Whether a line fulfils all conditions; None without conditions."""
    tests = [_test(c, raw) for c in conditions if _testable(c, raw)]
    return reduce(lambda a, b: a & b, tests) if tests else None


def _source(column: Column, raw: ir.Table) -> ir.StringValue:
    if column.how == "const":
        return ibis.literal(column.const)
    parts = [raw[header] for header in column.present(raw.columns)]
    if column.parted:
        parts = [functions.apply(part, "add_up", column.parted) for part in parts]
    if column.how == "first":
        return ibis.coalesce(*parts) if len(parts) > 1 else parts[0]
    if column.how == "concat":
        return reduce(lambda a, b: a + ibis.literal(column.between) + b, parts)
    return _arithmetic(column.how, parts, shares=bool(column.at_most))


def _capped(text: ir.StringValue, column: Column, raw: ir.Table) -> ir.StringValue:
    """The amount, or the one in the header `at_most` where that is lower."""
    if column.at_most not in raw.columns:
        return text
    most = exact(functions.apply(raw[column.at_most], "money"))
    return ibis.ifelse(most < exact(text), most.cast("string"), text)


def _reduced(text: ir.StringValue, column: Column, raw: ir.Table) -> ir.StringValue:
    """The amount less the one in the header `less`; what is no amount stays as text."""
    return _arithmetic("minus", [text, raw[column.less]], shares=False) if column.less else text


def _arithmetic(how: str, parts: list[ir.StringValue], *, shares: bool) -> ir.StringValue:
    """Exact decimals, signs of money put aside; what is no number stays as text, for the type check to refuse.

    shares: the parts are shares of a total, so that one below 0 is no number of theirs. All empty is empty.
    """
    parts = [functions.apply(part, "money") for part in parts]
    numbers = [exact(part) for part in parts]
    combined = {
        "product": lambda a, b: (a * b).try_cast(EXACT),
        "sum": lambda a, b: (a.fill_null(0) + b.fill_null(0)).try_cast(EXACT),
        "minus": lambda a, b: (a - b.fill_null(0)).try_cast(EXACT),
    }
    result = reduce(combined[how], numbers).cast("string")
    odd = [p.notnull() & (n.isnull() | (n < 0) if shares else n.isnull()) for p, n in zip(parts, numbers)]
    shown = ibis.literal(" ").join([p.fill_null("") for p in parts])
    empty = reduce(lambda a, b: a & b, [p.isnull() for p in parts])
    return ibis.cases((empty, ibis.null("string")), (reduce(lambda a, b: a | b, odd), shown), else_=result)


def _mapped(text: ir.StringValue, column: Column) -> ir.StringValue:
    others = ibis.null("string") if column.others == "empty" else text
    return ibis.cases(*((text == raw, ibis.literal(value)) for raw, value in column.values.items()),
                      else_=others).nullif("")


def _testable(condition: Condition, raw: ir.Table) -> bool:
    """Whether the file says anything about it; what is not optional has been asked for before."""
    return condition.header in raw.columns or any(_testable(one, raw) for one in condition.any)


def _test(condition: Condition, raw: ir.Table) -> ir.BooleanValue:
    if condition.any:
        return reduce(lambda a, b: a | b, [_test(one, raw) for one in condition.any if _testable(one, raw)])
    text = raw[condition.header].fill_null("")
    value = condition.values[0] if condition.values else ""
    number = functions.apply(text, "money").try_cast("float64")
    tests = {
        "is": lambda: text.isin(condition.values),
        "is_not": lambda: text.notin(condition.values),
        "starts_with": lambda: reduce(lambda a, b: a | b, [text.startswith(v) for v in condition.values]),
        "not_starts_with": lambda: ~reduce(lambda a, b: a | b, [text.startswith(v) for v in condition.values]),
        "contains": lambda: reduce(lambda a, b: a | b, [text.contains(v) for v in condition.values]),
        "filled": lambda: (text != "") == (value == "true"),
        "above": lambda: (number > float(value)).fill_null(False),
        "below": lambda: (number < float(value)).fill_null(False),
    }
    return tests[condition.test]()
