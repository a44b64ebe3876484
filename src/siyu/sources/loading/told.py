"""What a load tells of a file beside its counts, in plain words: what a person should look at, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from siyu.core.errors import did_you_mean
from siyu.core.identifiers import scrub
from siyu.core.kinds import CHANNELS, PURPOSES, Kind
from siyu.core.settings import Settings
from siyu.core.time import datetime_of
from siyu.sources.facts.doubts import Doubts
from siyu.sources.facts.stage import Stage
from siyu.sources.mappings.mapping import Rows

#: Unknown names that are told.
WORDS_TOLD = 5


def of_rows(rows: Rows, stage: Stage, settings: Settings) -> Iterator[str]:
    """What became of the rows of one output of a mapping."""
    kind = rows.kind
    if stage.older:
        yield (f"{stage.older:,} row(s) of {kind.name} show less than was loaded before ({', '.join(rows.grows)}): "
               "they come from an older export, and what was loaded stays in force.")  # fmt: skip
    if stage.outdated:
        yield (f"{stage.outdated:,} row(s) of {kind.name} equal an earlier version of their record that was corrected "
               "since: what is in force stays.")  # fmt: skip
    if stage.named:
        yield f"{stage.named:,} of these name the buyer whom the newer export does not: their orders have one now."
    if stage.unnamed and rows.grows:
        yield (f"{stage.unnamed:,} row(s) of {kind.name} no longer name their buyer: who bought stays known from an "
               "earlier export.")  # fmt: skip
    elif stage.unnamed:
        yield (f"{stage.unnamed:,} row(s) of {kind.name} replace earlier ones and name no buyer: these orders are "
               "nobody's now. If the buyer was only left out, load the file that names them again.")  # fmt: skip
    if stage.twice and kind.accounting:
        yield (f"{stage.twice:,} row(s) of {kind.name} are followed in this file by another with the same "
               f"{kind.key[0]} and other values: the last one counts.")  # fmt: skip
    if stage.elsewhere:
        yield (f"{stage.elsewhere:,} row(s) of {kind.name} repeat rows that were loaded under another identifier of "
               "theirs: both stand, so these end or change nothing of those. Full lists of relations do if they are "
               "loaded with --snapshot-of.")  # fmt: skip
    if stage.left_out:
        names = ", ".join(f"'{scrub(name)[:40]}'" for name in sorted(stage.left_out)[:WORDS_TOLD])
        yield f"{kind.name}: what stands in JSON under names of people is left out ({names})."
    yield from of_doubts(kind, stage.doubts, settings)


def of_doubts(kind: Kind, doubts: Doubts, settings: Settings) -> Iterator[str]:
    """What stands in the file and may be a mistake: dates to come, ends before beginnings, phones where
    names of things belong, words nobody knows.
    """
    if doubts.ahead:
        last = datetime_of(doubts.ahead_until, settings.zone).date()
        yield (f"{doubts.ahead:,} row(s) of {kind.name} are dated after the day of the load (up to {last}): they "
               "count from those days on. Is a year mistyped?")  # fmt: skip
    if doubts.nowhen:
        yield (f"{doubts.nowhen:,} row(s) of {kind.name} are dated 1970-01-01, which systems write that know no date: "
               "they count from that day on. Leave such cells empty.")  # fmt: skip
    if doubts.backwards:
        yield f"{doubts.backwards:,} row(s) of {kind.name} end no later than they begin: they count on no day."
    for column, labels in sorted(Counter(column for column, _ in doubts.marked).items()):
        yield (f"{labels:,} name(s) in {column} hold a phone or an e-mail address: a mark that cannot be read back "
               "stands in its place (***...). Names of their own would say more.")  # fmt: skip
    types = tuple(settings.channels_of_relation)
    yield from _unknown(doubts, "relation_type", types, "relation type(s) are not known and open no channel",
                        " Types of your own stand under relations.types in siyu.toml.")
    yield from _unknown(doubts, "purpose", PURPOSES, "purpose(s) of consents are not known and allow nothing")
    yield from _unknown(doubts, "channel", CHANNELS, "channel(s) of consents are not known and are never open")


def _unknown(doubts: Doubts, column: str, known: tuple[str, ...], what: str, remedy: str = "") -> Iterator[str]:
    """Words of a column that siyu does not know, with the nearest it does."""
    if unknown := sorted(doubts.words[column].difference(known)):
        names = ", ".join(f"'{scrub(name)}'" for name in unknown[:WORDS_TOLD])
        yield f"{len(unknown):,} {what}: {names}.{did_you_mean(unknown[0], known)}{remedy}"


def of_twins(orders: int, first: str) -> Iterator[str]:
    """Orders that have a platform in one file and none in another."""
    if orders:
        yield (f"{orders:,} order(s) are loaded under a platform and under none (first: {first}): both count, as two. "
               "A column platform in the file without one makes them one: give it before it is loaded.")  # fmt: skip


def of_pieces(orders: list[str]) -> Iterator[str]:
    """Orders of which this file has some lines and an earlier one others."""
    if orders:
        yield (f"{len(orders):,} order(s) have lines from another file that this one lacks (first: {orders[0]}): they "
               "count with the lines of this file alone. If an export was cut in two, join its parts and load that.")


def of_beside(rows: int, *, delimited: bool) -> Iterator[str]:
    """Rows with a cell behind the last column that has a name, of text with delimiters or of a table of cells."""
    if rows:
        shifted = " If what these rows hold stands in the wrong columns, put cells that hold a delimiter in quotes."
        yield (f"{rows:,} row(s) have a cell behind the last column that has a name: it is left out. If it is data, "
               f"give its column a name.{shifted if delimited else ''}")  # fmt: skip


def of_list(closed: dict[str, int] | None, held: int) -> Iterator[str]:
    """What a full list closed, of which so many rows show what was open already."""
    if closed and not closed["open_before"] and held:
        yield ("The list shows relations that were open already, and none of these is in its scope: nothing could be "
               "closed. Is the scope spelled as in the file?")  # fmt: skip
