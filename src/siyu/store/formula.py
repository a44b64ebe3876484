"""Formulas: functions from tables to an expression, of which each is worked out once.

An expression says nothing of the rows it will be asked of. A server that measures every few seconds asks the same ones
again and again, and to build them takes longer than to answer them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from typing import Any, ParamSpec, TypeVar

import ibis.expr.types as ir

P = ParamSpec("P")
T = TypeVar("T")
#: Expressions that are kept of each formula.
KEPT = 256


def formula(function: Callable[P, T]) -> Callable[P, T]:
    """A function whose result for equal arguments (tables, numbers, tuples of texts) is built once."""

    @functools.lru_cache(maxsize=KEPT)
    def built(arguments: _Arguments) -> T:
        return function(*arguments.given, **arguments.named)

    @functools.wraps(function)
    def asked(*given: P.args, **named: P.kwargs) -> T:
        return built(_Arguments(given, named))

    return asked


class _Arguments:
    """What a formula is asked of, equal where it says the same."""

    def __init__(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        self.given, self.named = given, named
        self._key = (*map(_key, given), *((name, _key(value)) for name, value in named.items()))

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Arguments) and self._key == other._key


def _key(argument: Any) -> Hashable:
    """Expressions themselves are equal to nothing but themselves."""
    node: Any = argument.op() if isinstance(argument, ir.Expr) else argument  # hashable, which its type does not say
    return node
