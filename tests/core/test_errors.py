"""Errors: one family, each with its sentence and a remedy."""

from __future__ import annotations

import inspect

from siyu.core import errors
from siyu.core.errors import SiyuError, did_you_mean


def test_every_error_is_of_the_family_and_says_what_it_is():
    classes = [c for _name, c in inspect.getmembers(errors, inspect.isclass) if c.__module__ == errors.__name__]
    assert len(classes) > 5
    assert all(issubclass(c, SiyuError) and (c.__doc__ or "").strip().endswith(".") for c in classes)


def test_the_remedy_stands_below_the_message():
    assert str(SiyuError("It is held.", remedy="Wait.")) == "It is held.\n  Wait."
    assert str(SiyuError("It is held.")) == "It is held."


def test_only_a_near_word_is_proposed():
    assert did_you_mean("paid_ammount", ["paid_amount", "store"]) == " Did you mean 'paid_amount'?"
    assert did_you_mean("xyz", ["paid_amount", "store"]) == ""
