"""Why rows were refused and figures are missing, in the reader's language: sentences of `sources` and `measures`, which
are stored in English.
"""

from __future__ import annotations

import re
from functools import cache

from siyu.console.words import N_, Words

#: What stands in a sentence for what varies.
VARYING = re.compile(r"{(\w+)}")
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
#: What a refused message is about, and the periods of a comparison.
THINGS: tuple[str, ...] = (
    N_("the body"),
    N_("the delivery"),
    N_("the payload"),
    N_("a row"),
    N_("the period"),
    N_("the period before"),
    N_("the period before and the period"),
)
#: Sentences as they are written, with what varies in braces; a `reason` is a sentence itself.
SENTENCES: tuple[str, ...] = (
    # of files
    N_("no usable identifier: empty, masked, blocked or invalid"),
    N_("is empty and is required"),
    N_("a row of totals, which is no record"),
    N_("an error of the spreadsheet, which is no value"),
    N_("a long number of which the spreadsheet kept the beginning; export it as text"),
    N_("a number of more than 15 digits was rounded by the spreadsheet; export it as text or CSV"),
    N_("a spreadsheet's number for a day; export the column as dates"),
    N_("another row of its {column} is in quarantine"),
    N_("expected a value the mapping knows"),
    N_("expected one of {choices}"),
    N_("expected JSON"),
    N_("expected one JSON object, found a line that is none"),
    N_("expected a time such as {example}"),
    N_("expected a date such as {example}"),
    N_("there is no such day or time"),
    N_("expected a year from {first} to {last}"),
    N_("expected {currency}, the currency of the brand"),
    N_("an amount of 10^12 or more"),
    N_("expected an amount such as {example}"),
    N_("expected at most {n} decimals"),
    N_("expected an amount of 0 or more"),
    N_("expected a whole number"),
    N_("expected a number"),
    N_("expected true or false"),
    N_("expected {n} cells, found {found}"),
    # of messages
    N_("found {reason}"),
    N_("expected one JSON object, found what is none"),
    N_("expected a message of the format: {error}"),
    N_("could not be taken ({error}): please report it"),
    N_("more columns (namespaces of identifiers) than the {n} that one load takes"),
    N_("a body that is no JSON"),
    N_("a body that is no XML"),
    N_("a body that is nested too deep"),
    N_("XML with a document type"),
    N_("XML that is no message: too deep, or too long"),
    N_("a delivery whose headers are no texts"),
    N_("{name} is no object"),
    N_("{name} is no list"),
    N_("{name} is a list"),
    N_("{name} is no amount"),
    N_("{name} is neither text, number, true nor false"),
    N_("{name} has more than {n} characters"),
    N_("there is no {name}"),
    N_("a NUL character in {name}"),
    N_("a list or an object where one value is expected"),
    N_("a time that is neither ISO 8601 nor milliseconds since 1970"),
    N_("a time {n} hours after it arrived"),
    N_("{name} is a time {n} hours after it arrived"),
    N_("a time before the year 2000"),
    N_("CreateTime is no number of seconds since 1970"),
    N_("a started_at that is still to come"),
    N_("a type other than {types}"),
    N_("a domain other than {domains}"),
    N_("a currency other than {currency}"),
    N_("an amount in {found}, where the brand counts in {currency} (brand.currency)"),
    N_("a {name} that is no number, or beyond any amount"),
    N_("a {name} beyond any amount"),
    N_("a track call without event"),
    N_("an alias without previousId and userId"),
    N_("an order without order_id"),
    N_("an order without total or revenue"),
    N_("a refund without total"),
    N_("a referral without inviter"),
    N_("products that are no list of objects"),
    N_("ids that are no object of namespaces"),
    N_("ids of more than {n} namespaces"),
    N_("kind is none of {kinds}"),
    N_("rows is no list of 1 to {n} rows"),
    N_("unknown column '{column}' of {kind}."),
    N_("unknown column '{column}' of {kind}. Did you mean '{near}'?"),
    # of figures
    N_("not measurable: no {facts}"),
    N_("not measurable: events before {day} are purged"),
    N_("not measurable: nobody for whom it could have happened"),
    N_("not measurable: nobody to divide by in {periods}"),
    N_("no target covers the day, fewer than {n} earlier windows, and no benchmark"),
    N_("the reference is 0"),
)


def said(words: Words, reason: str) -> str:
    """The reason in the reader's language; a sentence not known here stays as it is."""
    text, varying = sentence(reason)
    return words(text, **{name: _varying(words, name, value) for name, value in varying.items()}) if text else reason


def sentence(reason: str) -> tuple[str, dict[str, str]]:
    """Which sentence a reason is, and what varies in it; '' where none is known.

    >>> sentence("expected at most 2 decimals")
    ('expected at most {n} decimals', {'n': '2'})
    """
    matches = ((pattern.fullmatch(reason), text) for pattern, text in _patterns())
    return next(((text, match.groupdict()) for match, text in matches if match), ("", {}))


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Every sentence as a pattern, those that say most first ("there is no such day" is a "there is no {name}" too),
    those that begin with what varies last ("found the body is no object" is a "{name} is no object" too).
    """
    most_first = sorted(SENTENCES, key=lambda text: (text.startswith("{"), -len(VARYING.sub("", text))))
    return [(re.compile(_pattern(text), re.DOTALL), text) for text in most_first]


def _pattern(text: str) -> str:
    """The sentence with a named group for all that varies."""
    return re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(text))


def _varying(words: Words, name: str, value: str) -> str:
    """What varies in a sentence: a reason as it is said, facts and things by their names, all else as it is."""
    if name == "reason":
        return said(words, value)
    return words(value) if value in FACTS or value in THINGS else value
