"""Figures as the page writes them: texts for the reader that still carry their number, so that other forms of the
report (spreadsheets) hold numbers and not their writing."""

from __future__ import annotations

import re
from typing import Literal

#: count: people or things. share: 0.12 is 12%. points: a change of a share. money: in currency units, not small ones.
Kind = Literal["count", "share", "points", "money", "number"]

WRITTEN = re.compile(r"[+−-]?(?:0|[1-9][\d,]*)(?:\.\d+)?\s?%?")


class Figure(str):
    """A figure's writing with the number behind it.

    >>> figure = Figure("12.3%", 0.1234, "share")
    >>> f"{figure} of them", figure.number
    ('12.3% of them', 0.1234)
    """

    __slots__ = ("change", "few", "kind", "number")

    number: float
    kind: Kind
    change: bool
    few: bool  # of so few people that no export tells it

    def __new__(cls, text: str, number: float, kind: Kind, *, change: bool = False, few: bool = False) -> Figure:
        figure = super().__new__(cls, text)
        figure.number, figure.kind, figure.change, figure.few = number, kind, change, few
        return figure

    def of_few(self) -> Figure:
        """The same figure, known to be of few people."""
        return Figure(str(self), self.number, self.kind, change=self.change, few=True)


def of_few(text: str, *, known: bool) -> str:
    """A figure, `known` to be of few or not; what is no figure stays as it is."""
    return text.of_few() if known and isinstance(text, Figure) else text


def read(text: str) -> Figure | None:
    """The figure a cell holds: its own, or the one a plain writing such as `1,204` or `+3.1%` stands for.

    >>> read("1,204.50").number, read("−3%").number
    (1204.5, -0.03)
    >>> read("007") is read("12 people") is None
    True
    """
    if isinstance(text, Figure):
        return text
    if not WRITTEN.fullmatch(text):
        return None
    plain = text.replace(",", "").replace("−", "-").rstrip("%").strip()
    number = float(plain) if "." in plain or "%" in text else int(plain)
    change = text[0] in "+−"
    if "%" in text:
        return Figure(text, number / 100, "share", change=change)
    return Figure(text, number, "number", change=change)
