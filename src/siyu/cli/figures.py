"""How commands print figures: money, shares and counts; `-` stands for one there is none of."""

from __future__ import annotations

from siyu.cli.output import UNKNOWN
from siyu.core.money import exponent


def money(amount_minor: float | None, currency: str, decimals: int = 0) -> str:
    """An amount with its currency, in whole units or with some decimals.

    >>> money(1234567, "CNY"), money(1234.5, "CNY", 2), money(None, "CNY")
    ('CNY 12,346', 'CNY 12.35', '-')
    """
    if amount_minor is None:
        return UNKNOWN
    return f"{currency} {amount_minor / 10 ** exponent(currency):,.{decimals}f}"


def amount(amount_minor: float, currency: str) -> str:
    """An amount to its smallest unit, for tables that name no currency.

    >>> amount(123450, "CNY"), amount(123450, "JPY")
    ('1,234.50', '123,450')
    """
    digits = exponent(currency)
    return f"{amount_minor / 10**digits:,.{digits}f}"


def share(value: float | None) -> str:
    """A share of a whole.

    >>> share(0.1234), share(None)
    ('12.3%', '-')
    """
    return UNKNOWN if value is None else f"{value:.1%}"


def count(value: int | None) -> str:
    """A number of things.

    >>> count(12345), count(None)
    ('12,345', '-')
    """
    return UNKNOWN if value is None else f"{value:,}"
