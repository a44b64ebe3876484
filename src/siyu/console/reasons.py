"""Why rows were refused and figures are missing, in the reader's language: sentences of `sources` and `measures`, which
are stored in English.
"""

from __future__ import annotations

import re

from siyu.console.words import N_, Words

#: What a figure lacks, as measures name it: facts that were never loaded.
FACTS: tuple[str, ...] = (
    N_("relations and no members"),
    N_("relations, no members and no paid orders that name their buyers"),
    N_("memberships"),
    N_("paid orders that name their buyers, and no relations but memberships"),
    N_("events"),
    N_("relations, no contents, and no events or paid orders of known consumers"),
    N_("events of known consumers"),
    N_("events of known consumers and no relations"),
    N_("events of known consumers and no paid orders that name their buyers"),
    N_("events of known consumers, no paid orders that name their buyers, no contents"),
    N_("entries (visit, enter, open) of known consumers into touchpoints"),
    N_("paid orders"),
    N_("paid orders that name their buyers"),
    N_("paid order names its buyer"),
    N_("paid orders that name their buyers, and no contents"),
    N_("order lines"),
    N_("referrals"),
    N_("products"),
    N_("product costs"),
    N_("promotions"),
    N_("spend"),
    N_("touchpoint daily"),
    N_("feedback"),
    N_("reported metrics"),
    N_("rewards of referrals"),
    N_("messages sent by guides"),
    N_("tasks of guides"),
    N_("commissions of guides"),
    N_("costs of coupons"),
    N_("costs of points"),
    N_("costs of sends"),
    N_("proof"),
)
#: Sentences as they are written; what varies is a named group, and stands in braces where it is shown.
SENTENCES: tuple[tuple[str, str], ...] = (
    (r"no usable identifier.*", N_("no usable identifier: empty, masked, blocked or invalid")),
    (r"is empty and is required", N_("is empty and is required")),
    (r"a row of totals, which is no record", N_("a row of totals, which is no record")),
    (r"an error of the spreadsheet, which is no value", N_("an error of the spreadsheet, which is no value")),
    (r"another row of its (?P<column>\S+) is in quarantine", N_("another row of its {column} is in quarantine")),
    (r"expected a value the mapping knows", N_("expected a value the mapping knows")),
    (r"expected one of (?P<choices>.+)", N_("expected one of {choices}")),
    (r"expected JSON", N_("expected JSON")),
    (r"expected a time such as (?P<example>.+)", N_("expected a time such as {example}")),
    (r"expected a date such as (?P<example>.+)", N_("expected a date such as {example}")),
    (r"there is no such day or time", N_("there is no such day or time")),
    (
        r"expected a year from (?P<first>\d+) to (?P<last>\d+)",
        N_("expected a year from {first} to {last}"),
    ),
    (r"an amount of 10\^12 or more", N_("an amount of 10^12 or more")),
    (
        r"a spreadsheet's number for a day; export the column as dates",
        N_("a spreadsheet's number for a day; export the column as dates"),
    ),
    (r"expected an amount such as (?P<example>.+)", N_("expected an amount such as {example}")),
    (r"expected at most (?P<n>\d+) decimals", N_("expected at most {n} decimals")),
    (r"expected an amount of 0 or more", N_("expected an amount of 0 or more")),
    (r"expected a whole number", N_("expected a whole number")),
    (r"expected a number", N_("expected a number")),
    (r"expected true or false", N_("expected true or false")),
    (r"expected (?P<n>\d+) cells, found (?P<found>\d+)", N_("expected {n} cells, found {found}")),
    (r"not measurable: no (?P<facts>.+)", N_("not measurable: no {facts}")),
    (r"not measurable: events before (?P<day>\S+) are purged", N_("not measurable: events before {day} are purged")),
    (r"not measurable: nobody for whom it could.*", N_("not measurable: nobody for whom it could have happened")),
    (
        r"no target covers the day, fewer than (?P<n>\d+) earlier windows, and no benchmark",
        N_("no target covers the day, fewer than {n} earlier windows, and no benchmark"),
    ),
    (r"expected one JSON object, .*", N_("expected one JSON object, found a line that is none")),
)


def said(words: Words, reason: str) -> str:
    """The reason in the reader's language; a sentence not known here stays as it is."""
    for pattern, text in SENTENCES:
        match = re.fullmatch(pattern, reason)
        if match:
            return words(text, **{name: _varying(words, value) for name, value in match.groupdict().items()})
    return reason


def _varying(words: Words, value: str) -> str:
    """What varies in a sentence: facts by their name, all else as it is."""
    return words(value) if value in FACTS else value
