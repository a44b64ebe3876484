"""Where a command works and when: the folder chosen with -C, the open workspace, the clock."""

from __future__ import annotations

import contextlib
import datetime as dt
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siyu import __version__
from siyu.core.errors import SiyuError
from siyu.core.settings import EARLIEST

if TYPE_CHECKING:
    from siyu.store.workspace import Workspace


@dataclass
class Chosen:
    """The folder of this run of the command."""

    directory: Path = Path(".")


CHOSEN = Chosen()

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DAY",
                 help="Day the figures stand for (YYYY-MM-DD); default: yesterday, or the last with facts before."),
]  # fmt: skip
Window = Annotated[int, typer.Option("--window", metavar="DAYS", help="Days of the period that ends with the day.")]
Language = Annotated[
    str | None, typer.Option("--lang", metavar="zh|en", help="Language of the report; default: report.language.")
]


def choose(
    directory: Annotated[
        Path, typer.Option("-C", metavar="DIR", help="The workspace; may also follow the command.")
    ] = Path("."),
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=lambda asked: _version(asked)),
    ] = False,
) -> None:
    """One consumer base from a brand's raw exports, measured with FAST+."""
    CHOSEN.directory = directory


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"siyu {__version__}")
        raise typer.Exit


def directory_first(arguments: list[str]) -> list[str]:
    """`siyu load x -C DIR` means the same as `siyu -C DIR load x`.

    >>> directory_first(["load", "x.csv", "-C", "brand"])
    ['-C', 'brand', 'load', 'x.csv']
    """
    for place, word in enumerate(arguments):
        if word == "--":
            break
        if word == "-C" and place + 1 < len(arguments):
            return ["-C", arguments[place + 1], *arguments[:place], *arguments[place + 2 :]]
    return arguments


@contextlib.contextmanager
def workspace() -> Iterator[Workspace]:
    """The chosen workspace, open for one command."""
    from siyu.store.workspace import open_workspace  # and with it the engines, for which no help should wait

    with open_workspace(CHOSEN.directory) as opened:
        yield opened


def now() -> dt.datetime:
    """The clock. Only the edges read it."""
    return dt.datetime.now(dt.UTC)


def day(text: str | None, option: str = "--as-of") -> dt.date | None:
    """A day given by the caller; None if not given."""
    try:
        given = dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise SiyuError(f"{option}: expected a day such as 2026-06-30, found '{text}'.") from None
    if given and given < EARLIEST:
        raise SiyuError(f"{option}: expected a day from {EARLIEST} on, found {given}.")
    return given


def language(text: str | None, default: str) -> str:
    """zh or en."""
    chosen = text or default
    if chosen not in ("zh", "en"):
        raise SiyuError(f"--lang: expected zh or en, found '{chosen}'.")
    return chosen


def suffix() -> str:
    """` -C DIR` for suggested commands, when the workspace is elsewhere."""
    return "" if CHOSEN.directory == Path(".") else elsewhere(CHOSEN.directory)


def elsewhere(directory: Path) -> str:
    """` -C DIR`, as a shell takes it.

    >>> elsewhere(Path("my brand"))
    " -C 'my brand'"
    """
    return f" -C {shlex.quote(str(directory))}"
