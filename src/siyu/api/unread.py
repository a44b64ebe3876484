"""What the framework could not read of a request, in plain words: what is missing, what was expected and what came.

Its own texts may quote values, so only what is known of them is told, and never a value. What a request means is judged
by others.
"""

from __future__ import annotations

import re

from litestar.exceptions import HTTPException, SerializationException

#: The argument of our functions that takes the body: nobody who calls knows it.
BODY = "data"
MISSING = re.compile(r"Object missing required field `(\w+)`")
EXPECTED = re.compile(r"Expected `([\w| ]+)`(?: (>=|<=) (-?\d+))?(?:, got `([\w| ]+)`)?")
PLACE = re.compile(r"\(byte (\d+)\)")
#: What types are called, and the least and most of a number.
TYPES = {"object": "an object", "array": "a list", "str": "a text", "int": "a whole number", "float": "a number",
         "bool": "true or false", "null": "nothing"}  # fmt: skip
BOUNDS = {">=": "of at least", "<=": "of at most"}
DAY, A_DAY = "Invalid RFC3339 encoded date", "a day of the calendar, like 2026-01-31"


def unread(error: HTTPException) -> str:
    """What could not be read, a sentence each; '' where it is nothing of the body or of a parameter."""
    if isinstance(error.__cause__, SerializationException):
        return _of_json(error.detail)
    wrong = [one for one in error.extra or () if isinstance(one, dict) and one.get("key")]
    return " ".join(_of_part(str(one["key"]), one["message"]) for one in wrong)


def _of_json(detail: str) -> str:
    place = PLACE.search(detail)
    where = f": it goes wrong at byte {place[1]}" if place else ""
    return f"The body is not JSON{where}. (NaN, Infinity and numbers out of all range are no JSON.)"


def _of_part(key: str, message: str) -> str:
    """One part of a request: a field of the body, the whole body, or a parameter of the address."""
    if missing := MISSING.fullmatch(message):
        return f"The body lacks `{missing[1]}`." if key == BODY else f"`{key}` lacks `{missing[1]}`."
    if key == BODY and message == repr(BODY):
        return f"The body: expected {TYPES['object']}, got {TYPES['null']}."
    return f"{'The body' if key == BODY else f'`{key}`'}: {_expected(message)}."


def _expected(message: str) -> str:
    if message == DAY:
        return f"expected {A_DAY}"
    if (told := EXPECTED.fullmatch(message)) is None:
        return "this is not what stands there"
    types, bound, limit, came = told.groups()
    limited = f" {BOUNDS[bound]} {limit}" if bound else ""
    return f"expected {_named(types)}{limited}" + (f", got {_named(came)}" if came else "")


def _named(types: str) -> str:
    return " or ".join(TYPES.get(one, one) for one in types.split(" | "))
