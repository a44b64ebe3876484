"""Refunds that the figures of a day do not take off, and why: nothing in a net figure says that it is too high."""

from __future__ import annotations

from dataclasses import dataclass

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.orphans import Orphans, orphans
from siyu.measures.short import Short, short
from siyu.measures.undated import SeenLater, seen_later


@dataclass(frozen=True)
class Untaken:
    """None of each where there are none: refunds first seen after the day, refunds that fall short of what orders
    state, refunds of orders that are not loaded.
    """

    later: SeenLater | None
    short: Short | None
    orphans: Orphans | None


def untaken(facts: Facts, asked: Asked) -> Untaken:
    """What S as of a day does not take off."""
    return Untaken(seen_later(facts, asked), short(facts, asked), orphans(facts, asked))
