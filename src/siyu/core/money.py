"""Money: integer minor units of the brand's one currency, never float."""

from __future__ import annotations

from decimal import Decimal

#: Decimal places of currencies that do not have two (ISO 4217).
EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3, "JOD": 3}


def exponent(currency: str) -> int:
    """Decimal places of a currency.

    >>> exponent("CNY"), exponent("JPY")
    (2, 0)
    """
    return EXPONENTS.get(currency.upper(), 2)


def major(amount_minor: int, currency: str) -> Decimal:
    """Currency units of an amount in minor units.

    >>> major(14850, "CNY")
    Decimal('148.50')
    """
    return Decimal(amount_minor).scaleb(-exponent(currency))
