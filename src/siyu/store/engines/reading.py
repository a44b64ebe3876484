"""What any engine says of SQL that does more than read, or is no SELECT: for queries and own metrics alike."""

from __future__ import annotations

from siyu.core.errors import QueryError


def no_select(statements: int) -> QueryError:
    """The refusal of a text with so many statements.

    >>> no_select(2).message
    'A query is one SELECT; found 2 statements.'
    """
    found = "something else" if statements == 1 else f"{statements} statements"
    return QueryError(f"A query is one SELECT; found {found}.", remedy="Facts are changed by loads, not by queries.")


def not_for_reading(name: str) -> QueryError:
    """The refusal of what a SELECT may neither read nor call.

    >>> not_for_reading("input_file_name()").message
    'A query reads tables; input_file_name() is not for it.'
    """
    return QueryError(f"A query reads tables; {name} is not for it.",
                      remedy="`siyu tables` prints every table and column.")  # fmt: skip
