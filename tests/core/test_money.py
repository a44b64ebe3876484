"""Money: integer minor units, shown exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.core.money import exponent, major


@pytest.mark.parametrize(("currency", "shown"), [
    ("CNY", "148.50"), ("JPY", "14850"), ("KWD", "14.850"), ("cny", "148.50"),
])
def test_a_currency_has_its_own_decimal_places(currency: str, shown: str):
    assert str(major(14850, currency)) == shown


@given(st.integers(-(2**63), 2**63 - 1), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_no_amount_is_rounded(amount_minor: int, currency: str):
    assert major(amount_minor, currency) * Decimal(10) ** exponent(currency) == amount_minor
