"""Texts that leave the house: what is said of few people, without what would tell how few."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from babel.numbers import get_currency_symbol, list_currencies

from siyu.console.words import LEFT_OUT, LOCALES, Words

#: Exports tell no count below it (definitions.md section 0.8).
SMALLEST = 10
UNTOLD = f"<{SMALLEST}"
#: What a number that is none of people may be followed by.
DAYS = r"(?!\s?(?:days?\b|hours?\b|天|日|小时))"


@cache
def resting() -> re.Pattern[str]:
    """Shares, points and money of any currency inside a sentence, label or tooltip."""
    symbols = {get_currency_symbol(code, locale=words.locale) for code in list_currencies()
               for words in map(Words, LOCALES)} | {"¥"}  # fmt: skip
    money = "|".join(map(re.escape, sorted(symbols, key=lambda symbol: (-len(symbol), symbol))))
    return re.compile(rf"[+−-]?(?:(?:{money})\s?\d[\d,.]*(?:\s?(?:万亿|[万亿]|[KMBT]\b))?|\d[\d,.]*\s?%)")


def parts(text: str, *, few: bool = False) -> str:
    """What a text says between semicolons is of different people, each part a sentence of its own.

    >>> parts("120 can be reached; <10 climbed (3%); they bought for ¥5")
    '120 can be reached; <10 climbed (*); they bought for ¥5'
    """
    return "".join(sentence(part, few=few) for part in re.split(r"(?<=[;；])", text))


def sentence(text: str, *, few: bool = False) -> str:
    """A sentence that names a small count, or is of a brand of a `few` people, keeps no share and no money."""
    return resting().sub(LEFT_OUT, text) if few or UNTOLD in text else text


def written(figures: Iterable[str]) -> re.Pattern[str]:
    """These figures where they stand by themselves, not inside longer ones."""
    return re.compile(rf"(?<![\d,.])(?:{'|'.join(map(re.escape, sorted(figures)))})(?![\d,.])")


def unsaid(text: str, figures: Iterable[str]) -> str:
    """A sentence without some figures; days are none of them."""
    return re.sub(written(figures).pattern + DAYS, LEFT_OUT, text) if figures else text
