"""How people stand to each purpose and channel by their consents: the fold, with the rows that decide.

The fold is that of definitions.md section 1.3. Of each identifier the newest row counts among those of the channel and
those that speak for all; at equal times the withdrawal is the newer. One withdrawn identifier makes the consumer
withdrawn. What the ledger dates later says nothing yet. Rows in, standings out; no tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from siyu.core.kinds import CHANNELS

GRANT, WITHDRAW = "grant", "withdraw"
#: What a standing is called.
GRANTED, WITHDRAWN = "granted", "withdrawn"


@dataclass(frozen=True)
class Consent:
    """One row of the ledger. channel: None = all. occurred_at: microseconds UTC."""

    identifier_id: int
    purpose: str
    channel: str | None
    action: str
    occurred_at: int
    source: str | None = None
    notice_version: str | None = None
    proof: str | None = None

    @property
    def order(self) -> tuple[int, bool]:
        """Which of two rows is the newer."""
        return self.occurred_at, self.action == WITHDRAW


@dataclass(frozen=True)
class Standing:
    """How a consumer stands to a channel for a purpose, and the row that decides it."""

    purpose: str
    channel: str
    standing: str
    because: Consent


def fold(rows: Iterable[Consent], at: int) -> list[Standing]:
    """The standings of one consumer at an instant (microseconds UTC), by the rows dated up to it: of all purposes and
    channels that any of them speaks for, by purpose and channel.

    >>> rows = [Consent(i, "marketing", "sms", a, t) for i, a, t in ((1, "withdraw", 5), (2, "grant", 9))]
    >>> [[(s.channel, s.standing) for s in fold(rows, at)] for at in (4, 5, 9)]
    [[], [('sms', 'withdrawn')], [('sms', 'withdrawn')]]
    """
    said = sorted((row for row in rows if row.occurred_at <= at), key=lambda row: row.purpose)
    by_purpose = groupby(said, key=lambda row: row.purpose)
    found = [_standing(purpose, channel, list(spoken)) for purpose, of_purpose in by_purpose
             for channel, spoken in _by_channel(list(of_purpose)).items()]  # fmt: skip
    return found


def _by_channel(rows: list[Consent]) -> dict[str, list[Consent]]:
    """The rows that speak for each channel; a row without one speaks for all."""
    named = {row.channel for row in rows if row.channel}
    channels = [*CHANNELS, *sorted(named - set(CHANNELS))] if any(not row.channel for row in rows) else sorted(named)
    return {channel: [row for row in rows if not row.channel or row.channel == channel] for channel in channels}


def _standing(purpose: str, channel: str, rows: list[Consent]) -> Standing:
    newest: dict[int, Consent] = {}
    for row in sorted(rows, key=lambda row: row.order):
        newest[row.identifier_id] = row
    refused = [row for row in newest.values() if row.action == WITHDRAW]
    deciding = max(refused or newest.values(), key=lambda row: row.order)
    return Standing(purpose, channel, WITHDRAWN if refused else GRANTED, deciding)
