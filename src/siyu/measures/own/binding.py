"""A person's SQL with its placeholders filled: days and numbers as literals, `{by}` as declared dimensions.

Only values siyu made itself go in (days, whole numbers, names checked as identifiers), so nothing from outside can
change the statement. Placeholders inside strings, quoted names and comments stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from siyu.core.errors import did_you_mean
from siyu.core.time import date_of
from siyu.measures.asked import Asked

VALUES: dict[str, Callable[[Asked], str]] = {
    "first_day": lambda asked: _day(asked.first_day),
    "last_day": lambda asked: _day(asked.day),
    "as_of": lambda asked: _day(asked.day),
    "opening_day": lambda asked: _day(asked.opening_day),
    "window_days": lambda asked: str(int(asked.window)),
}
BY = "{by}"
PLACES = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | --[^\n]* | /\*.*?\*/   # passed over
      | :: | (?<![\w\])]):(?P<name>[a-z_]+) | (?P<by>\{by\})""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def bound(sql: str, asked: Asked, by: tuple[str, ...], quoted: Callable[[str], str]) -> str:
    """The SQL that answers one question; `by` are declared dimensions, read as text ('' = not stated), and `quoted` a
    name as the engine takes it: one may be a word of SQL.
    """
    listed = "".join(f"coalesce(CAST({name} AS STRING), '') AS {name}, " for name in map(quoted, by))

    def filled(place: re.Match[str]) -> str:
        if place["by"]:
            return listed
        return VALUES[place["name"]](asked) if place["name"] else place[0]

    return PLACES.sub(filled, sql)


def unknown(sql: str) -> list[str]:
    """A message for every placeholder siyu does not fill."""
    names = dict.fromkeys(place["name"] for place in PLACES.finditer(sql) if place["name"])
    return [
        f"unknown placeholder ':{name}'; there are :{', :'.join(VALUES)}.{did_you_mean(name, tuple(VALUES))}"
        for name in names
        if name not in VALUES
    ]


def splits(sql: str) -> bool:
    """Whether the SQL says where its dimensions go."""
    return any(place["by"] for place in PLACES.finditer(sql))


def _day(day: int) -> str:
    return f"DATE '{date_of(day).isoformat()}'"
