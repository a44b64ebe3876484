"""TOML that people wrote: its tables, or one error for whatever makes a text no TOML that could be worked with.

The library gives up in other ways too: with the stack where brackets stand within brackets, with a plain ValueError
where a number has thousands of digits. Whoever reads a file should not have to know them.
"""

from __future__ import annotations

import tomllib
from typing import Any

#: Tables and lists within each other. Nobody nests ten; what goes through a document may go through all of this.
MOST_DEEP = 64
TOO_DEEP = f"tables and lists stand within each other more than {MOST_DEEP} deep"


class TomlError(ValueError):
    """A text is no TOML; what is wrong with it, and where that is known."""


def parsed(text: str) -> dict[str, Any]:
    """The tables of a text. TomlError.

    >>> parsed("[brand]\\nname = 'a'")
    {'brand': {'name': 'a'}}
    """
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise TomlError(TOO_DEEP) from None
    except ValueError as error:
        raise TomlError(str(error)) from None
    _look_through(document)
    return document


def _look_through(document: dict[str, Any]) -> None:
    """TomlError for what TOML does not allow and the library lets pass: dotted names that nest without a bracket, and
    whole numbers so long that they cannot even be shown."""
    level: list[Any] = [document]
    for _ in range(MOST_DEEP + 1):
        inside = [one for each in level for one in (each.values() if isinstance(each, dict) else each)]
        if any(isinstance(one, int) and not -(2**63) <= one < 2**63 for one in inside):
            raise TomlError("a whole number has more than 64 bits")
        level = [one for one in inside if isinstance(one, (dict, list))]
        if not level:
            return
    raise TomlError(TOO_DEEP)
