"""Why rows were refused, in the reader's language: the sentences of `sources`, which are stored in English."""

from __future__ import annotations

import re

from siyu.console.words import N_, Words

#: Sentences as sources write them; what varies is a named group, and stands in braces where it is shown.
SENTENCES: tuple[tuple[str, str], ...] = (
    (r"no usable identifier.*", N_("no usable identifier: empty, masked, blocked or invalid")),
    (r"is empty and is required", N_("is empty and is required")),
    (r"expected a value the mapping knows", N_("expected a value the mapping knows")),
    (r"expected one of (?P<choices>.+)", N_("expected one of {choices}")),
    (r"expected JSON", N_("expected JSON")),
    (r"expected a time such as (?P<example>.+)", N_("expected a time such as {example}")),
    (r"expected a date such as (?P<example>.+)", N_("expected a date such as {example}")),
    (r"expected an amount such as (?P<example>.+)", N_("expected an amount such as {example}")),
    (r"expected at most (?P<n>\d+) decimals", N_("expected at most {n} decimals")),
    (r"expected an amount of 0 or more", N_("expected an amount of 0 or more")),
    (r"expected a whole number", N_("expected a whole number")),
    (r"expected a number", N_("expected a number")),
    (r"expected true or false", N_("expected true or false")),
    (r"expected (?P<n>\d+) cells, found (?P<found>\d+)", N_("expected {n} cells, found {found}")),
    (r"expected one JSON object, .*", N_("expected one JSON object, found a line that is none")),
)


def said(words: Words, reason: str) -> str:
    """The reason in the reader's language; a sentence not known here stays as it is."""
    for pattern, text in SENTENCES:
        match = re.fullmatch(pattern, reason)
        if match:
            return words(text, **match.groupdict())
    return reason
