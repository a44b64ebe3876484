"""The one family of errors. Each says what was expected, what came, where, and what to do; imports nothing."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class SiyuError(Exception):
    """Something the caller can mend. The message is meant for people; no traceback is shown for it."""

    exit_code = 2
    passing = False  # whether time mends it, so that the same may be asked again
    told = ""  # in which class and place it was raised, where that was in another process

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  {self.remedy}" if self.remedy else self.message


class SettingsError(SiyuError):
    """siyu.toml holds mistakes; all of them are listed together."""


class WorkspaceError(SiyuError):
    """The folder is not a workspace, or one of its files is missing or unreadable."""


class NewerVersionError(SiyuError):
    """A file was written by a newer siyu; the message names the version it needs."""


class HeldError(SiyuError):
    """Another process holds the warehouse, or loads by the operations; the message says which, or who."""

    passing = True


class TakenError(HeldError):
    """Another process took the operations over for good: nothing is loaded here until this one is started again."""

    passing = False


class DamagedError(SiyuError):
    """The warehouse file will not open; it can be set aside and rebuilt from the landed raw files."""


class SourceError(SiyuError):
    """A file cannot be read as what it was said to be."""


class MappingError(SourceError):
    """A mapping's TOML holds mistakes; all of them are listed together."""


class SnapshotError(SourceError):
    """A snapshot would close more relations than the guard allows, or its scope does not fit."""


class IdentityError(SiyuError):
    """A link or identifier named by the caller does not exist or cannot be changed."""


class PrivacyError(SiyuError):
    """An erasure, an export of a person, a backup or a retention cannot be done as it was asked."""


class MeasureError(SiyuError):
    """A measure cannot be computed from what was asked (an as-of day before all facts, a bad window)."""


class QueryError(SiyuError):
    """A query could not be run; the engine's message follows."""


class AccessError(SiyuError):
    """A key or a hook cannot be made or revoked as asked."""


class RemoteError(SiyuError):
    """Another system refused a call or could not be reached; the message names the call and the code it answered."""

    def __init__(self, message: str, *, remedy: str = "", code: int = 0) -> None:
        super().__init__(message, remedy=remedy)
        self.code = code


class ServeError(SiyuError):
    """The server cannot listen where it was told to."""


def did_you_mean(word: str, known: list[str] | tuple[str, ...]) -> str:
    """' Did you mean ...?' for the nearest known word, or ''."""
    near = nearest(word, known)
    return f" Did you mean '{near}'?" if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like this one, whatever its case, or '' if none is like it.

    >>> nearest("paid_amout", ["paid_at", "paid_amount"]), nearest("order_id", ["ORDER_ID"])
    ('paid_amount', 'ORDER_ID')
    """
    spelled = {one.casefold(): one for one in known}
    return next((spelled[near] for near in get_close_matches(word.casefold(), spelled, n=1, cutoff=0.6)), "")


def is_it(word: str, unknown: Iterable[str]) -> str:
    """' (is it ...?)' for the word of a file that a missing one may have become, or ''.

    >>> is_it("商品名称", ["商品名", "价格"])
    " (is it '商品名'?)"
    """
    near = nearest(word, sorted(unknown))
    return f" (is it '{near}'?)" if near else ""
