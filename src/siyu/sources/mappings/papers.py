"""Identity papers: columns of exports that hold them are left out before anything of a file is kept, raw rows included.

Exports of goods from abroad carry the identity cards of buyer and recipient for the customs; no measure needs them.
"""

from __future__ import annotations

import re

from siyu.sources.mappings.mapping import Mapping

#: Headers of columns with numbers of identity papers and the names in them.
PAPERS = re.compile(r"身份证|证件号|护照|实名姓名|\bid (name|number)\b|id[ _-]?card|passport", re.IGNORECASE)
#: A number of a resident's identity card inside other text: region, date of birth, order, check digit.
CARD = re.compile(r"(?<!\d)\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?!\d)")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


def of(columns: list[str], mapping: Mapping) -> list[str]:
    """The columns of a file that hold identity papers and that its mapping does not read."""
    read = {header for rows in mapping.rows for header in rows.reads}
    return [column for column, known in zip(columns, mapping.headers(columns))
            if PAPERS.search(column) and known not in read]


def note(column: str) -> str:
    """What the report says of a column left out."""
    return f"column '{column}' holds identity papers and is not kept."


def hidden(text: str) -> str:
    """Text without the numbers of identity cards in it (GB 11643: the last digit checks the others).

    >>> hidden("某某,11010519491231002X,P11010519491231002")
    '某某,***,P11010519491231002'
    """
    return CARD.sub(lambda found: "***" if _checks(found[0]) else found[0], text)


def _checks(number: str) -> bool:
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS)) % 11] == number[-1].upper()
