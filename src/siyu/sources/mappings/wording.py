"""What the words of a mapping hold: a text where a text is meant, true or false where one of them is, a number that is
one; and no more of anything than an engine takes.

`mappingfile` makes a mapping of whatever stands there, since a load is read again with the mapping kept with it, of
whatever year. What somebody writes today is looked at here first, so that nothing is taken in silence for something
else.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from siyu.sources.mappings.functions import FUNCTIONS

#: Headers, conditions and beginnings of one list: each is a step of one expression, and these stand within each other.
MOST_LISTED = 100
#: Values of one table or list: each takes its time for every file, and those of a table are asked one after another.
MOST_VALUES = 5_000
#: Functions of one column, and how often together they look at its cell: what looks twice at what looks three times
#: at it is written out six times.
MOST_FUNCTIONS = 20
MOST_LOOKS = 2_500


@dataclass(frozen=True)
class Shape:
    """What a word may hold, and whether a value is that."""

    meaning: str
    fits: Callable[[Any], bool]


def _all(value: Any, fits: Callable[[Any], bool], most: int, least: int) -> bool:
    """Whether a value, or each of a list of them, fits."""
    listed = value if isinstance(value, list) else [value]
    return least <= len(listed) <= most and all(map(fits, listed))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_value(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _is_any(_: Any) -> bool:
    return True


def _is_number(value: Any) -> bool:
    """Whether it is a number, or the text of one, that others can be less or more than."""
    if isinstance(value, list) and len(value) == 1:
        return _is_number(value[0])
    try:
        return _is_value(value) and not isinstance(value, bool) and math.isfinite(float(value))
    except (TypeError, ValueError):
        return False


def _several(meaning: str, fits: Callable[[Any], bool], most: int, least: int = 0) -> Shape:
    return Shape(f"{meaning}, at most {most:,}", lambda value: _all(value, fits, most, least))


TEXT = Shape("a text", _is_text)
FLAG = Shape("true or false", lambda value: isinstance(value, bool))
NUMBER = Shape("a number", _is_number)
VALUE = Shape("a text", _is_value)  # a number or a day, whose text is meant, does as well
NAMES = _several("a text or a list of them", _is_text, MOST_VALUES)
FORMATS = _several("a text or a list of them", _is_text, MOST_LISTED)
HEADERS = _several("a header or a list of them", _is_text, MOST_LISTED, least=1)
PIECES = _several("a text or a list of them", _is_value, MOST_LISTED, least=1)
VALUES = _several("a text or a list of them", _is_value, MOST_VALUES, least=1)
ALL_OF = _several("a list of conditions", _is_any, MOST_LISTED)
ONE_OF = _several("a list of conditions", _is_any, MOST_LISTED, least=1)
TABLE_OF_VALUES = Shape(f"a table of texts, at most {MOST_VALUES:,}", lambda value: not isinstance(value, dict)
                        or _all([*value.values()], _is_value, MOST_VALUES, least=0))  # fmt: skip
HEADER_ROWS = Shape("a list of lists of headers",
                    lambda value: isinstance(value, list) and all(isinstance(one, list) and all(map(_is_text, one))
                                                                  for one in value))  # fmt: skip

OF_MAPPING = {"name": TEXT, "title": TEXT, "notes": TEXT, "snapshot": FLAG, "distinct": FLAG}
OF_PARTS = {
    "file": {"encoding": TEXT, "format": TEXT, "headers": HEADER_ROWS},
    "recognise": {"columns": NAMES, "any": NAMES, "without": NAMES},
    "continued": {"within": TEXT, "columns": NAMES},
}
OF_ROWS = {"kind": TEXT, "group_by": NAMES, "currency": TEXT, "grows": NAMES, "first": NAMES, "where": ALL_OF}
OF_NUMBERING = {"into": TEXT, "within": NAMES, "by": NAMES}
OF_COLUMN = {
    "from": HEADERS, "concat": HEADERS, "product": HEADERS, "sum": HEADERS, "minus": HEADERS, "const": VALUE,
    "between": TEXT, "at_most": TEXT, "less": TEXT, "parted": TEXT, "values": TABLE_OF_VALUES, "format": FORMATS,
    "optional": FLAG, "round": FLAG, "where": ALL_OF,
}  # fmt: skip
OF_CONDITION = {
    "column": TEXT, "optional": FLAG, "is": VALUES, "is_not": VALUES, "starts_with": PIECES,
    "not_starts_with": PIECES, "contains": PIECES, "filled": FLAG, "above": NUMBER, "below": NUMBER,
    "any": ONE_OF,
}  # fmt: skip


def mistakes(document: dict[str, Any]) -> list[str]:
    """What stands in a mapping where something else is meant."""
    found = [*_nulls(document, "mapping"), *_held("mapping", document, OF_MAPPING)]
    for part, shapes in OF_PARTS.items():
        found += _held(f"[{part}]", document.get(part), shapes)
    aliases = document.get("aliases")
    found += _held("[aliases]", aliases, dict.fromkeys(aliases, NAMES) if isinstance(aliases, dict) else {})
    rows = document.get("rows")
    for place, body in enumerate(rows if isinstance(rows, list) else [], start=1):
        found += _of_rows(f"rows {place}", body)
    return found


def dotted(columns: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Columns with dotted names whether written `"id.phone" = ` or `id.phone = `."""
    found: dict[str, Any] = {}
    for key, value in columns.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and key in ("id", "inviter", "invitee"):
            found |= dotted(value, f"{name}.")
        else:
            found[name] = value
    return found


def _of_rows(where: str, body: Any) -> Iterator[str]:
    if not isinstance(body, dict):
        return
    yield from _held(where, body, OF_ROWS)
    yield from _held(f"{where}, number_lines", body.get("number_lines"), OF_NUMBERING)
    yield from _of_conditions(f"{where}, where", body.get("where", []))
    columns = body.get("columns")
    for name, spec in dotted(columns if isinstance(columns, dict) else {}).items():
        if isinstance(spec, dict):
            yield from _of_column(f"{where}, {name}", spec, grouped=bool(body.get("group_by")))


def _of_column(where: str, spec: dict[str, Any], *, grouped: bool) -> Iterator[str]:
    yield from _held(where, spec, OF_COLUMN)
    yield from _of_functions(where, spec.get("functions", []))
    yield from _of_conditions(f"{where}, where", spec.get("where", []))
    if "aggregate" in spec and not grouped:
        yield f"{where}: aggregate says what becomes of several lines; expected a group_by beside kind, found none."


def _of_functions(where: str, steps: Any) -> Iterator[str]:
    listed = steps if isinstance(steps, list) else [steps]
    if len(listed) > MOST_FUNCTIONS:
        yield f"{where}: expected at most {MOST_FUNCTIONS} functions, found {len(listed):,}."
        return
    looks = 1
    for step in listed:
        given = step if isinstance(step, dict) else {step: ""} if isinstance(step, str) else {}
        if len(given) != 1:
            yield (f'{where}: functions are names, or one name with its literal ({{ before = "(" }}); '
                   f"found {reprlib.repr(step)}.")  # fmt: skip
            continue
        ((name, literal),) = given.items()
        if not isinstance(literal, str):
            yield f"{where}: the literal of {name} is a text; found {reprlib.repr(literal)}."
        if isinstance(step, dict) and name in FUNCTIONS and not FUNCTIONS[name].takes_literal:
            yield f"{where}: {name} takes no literal; found {reprlib.repr(literal)}."
        looks *= FUNCTIONS[name].looks if name in FUNCTIONS else 1
    if looks > MOST_LOOKS:
        yield (f"{where}: each of these functions looks several times at what the ones before it made, {looks:,} times "
               f"together; expected at most {MOST_LOOKS:,}. Leave out those that say the same again.")  # fmt: skip


def _of_conditions(where: str, specs: Any) -> Iterator[str]:
    for spec in specs if isinstance(specs, list) else [specs]:
        if isinstance(spec, dict):
            yield from _held(where, spec, OF_CONDITION)
            yield from _of_conditions(where, spec.get("any", []))


def _held(where: str, body: Any, shapes: dict[str, Shape]) -> Iterator[str]:
    """A mistake for each word of a table that does not hold what it should; of what is no table, none."""
    for word, shape in shapes.items():
        if isinstance(body, dict) and word in body and not shape.fits(body[word]):
            yield f"{where}: {word} is {shape.meaning}; found {_shown(body[word])}."


def _shown(value: Any) -> str:
    """A value in a message: of many, how many."""
    if isinstance(value, (dict, list)) and len(value) > MOST_LISTED:
        return f"{len(value):,}"
    return reprlib.repr(value)


def _nulls(body: Any, where: str) -> Iterator[str]:
    """A mistake for each text with a NUL character, at which the engine takes a text for ended."""
    if isinstance(body, str) and "\0" in body:
        yield f"{where}: expected a text, found one with a NUL character: {reprlib.repr(body)}. Leave it out."
    elif isinstance(body, dict):
        for name, one in body.items():
            yield from _nulls(name, where)
            yield from _nulls(one, f"{where}, {name}")
    elif isinstance(body, list):
        for place, one in enumerate(body, start=1):
            yield from _nulls(one, f"{where} {place}")
