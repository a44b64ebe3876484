"""What any engine says of SQL that is not one SELECT, in words that hold for queries and for metrics of one's own."""

from __future__ import annotations

from siyu.core.errors import QueryError


def no_select(statements: int) -> QueryError:
    """The refusal of a text with so many statements.

    >>> no_select(2).message
    'A query is one SELECT; found 2 statements.'
    """
    found = "something else" if statements == 1 else f"{statements} statements"
    return QueryError(f"A query is one SELECT; found {found}.", remedy="Facts are changed by loads, not by queries.")
