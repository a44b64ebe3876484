"""What commands print: results on stdout (for people or as one JSON object), everything else on stderr. What data holds
gives no orders to a terminal; JSON is for programs and stays as it is.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from siyu.core.jsontext import plain

#: What counts as a figure in a table (a dash is none known), and how wide tables are where there is no terminal.
FIGURE = re.compile(r"^-?[\d,.]+%?$")
UNKNOWN = "-"
PIPED_WIDTH = 160
#: What a terminal obeys, and what turns the order of a line about: control characters but line ends and tabs, and marks
#: that embed, override or isolate a direction.
ORDERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
#: A column of words or a head may be folded to this width, no further; a column takes 3 more for its frame.
LEAST_WIDTH, FRAME_WIDTH = 8, 3

#: Work shorter than this says nothing where there is no terminal.
QUIET_SECONDS = 2.0

#: progress(what, share): a step's name and how far it is, 0 to 1; progress(what, done, total) says the same in pieces.
Report = Callable[..., None]


def emit(document: dict[str, Any]) -> None:
    """One JSON object on stdout, and nothing else."""
    sys.stdout.write(json_text(document))


def json_text(document: dict[str, Any]) -> str:
    """A document as one JSON object."""
    return json.dumps(plain(document), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def harmless(text: str) -> str:
    r"""A text with its orders to a terminal spelled out.

    >>> harmless("\x1b[31mred\u202e"), harmless("two\nlines")
    ('\\x1b[31mred\\u202e', 'two\nlines')
    """
    return ORDERS.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


class SafeConsole(Console):
    """A console that spells out orders to the terminal in whatever it is given to print; its own it gives."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """The pieces of what is printed."""
        for piece in super().render(renderable, options):
            yield piece if piece.control else Segment(harmless(piece.text), piece.style)


def out() -> Console:
    """The console of results."""
    return SafeConsole(highlight=False, soft_wrap=True)


def err() -> Console:
    """The console of messages and progress."""
    return SafeConsole(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """A message for people, on stderr."""
    err().print(text, markup=False)


def suggest(command: str, why: str) -> None:
    """The next thing to do, on stderr."""
    err().print(Text.assemble(("next: ", "dim"), (command, "bold"), (f"  {why}", "dim")))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, header: bool = True) -> None:
    """A table for people, on stdout. Columns of figures are set flush right and never broken: where they do not fit
    beside each other, every row is a list of its own.
    """
    console = SafeConsole(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
    cells = [["" if cell is None else harmless(str(cell)) for cell in row] for row in rows]  # before they are measured
    shaped = [_column(harmless(name), [row[place] for row in cells]) for place, name in enumerate(columns)]
    room = console.width - 1 - FRAME_WIDTH * len(shaped)
    if sum(column.least for column in shaped) > room:
        _list(console, title, shaped)
    else:
        console.print(_drawn(title, shaped, header, folded=sum(column.widest for column in shaped) > room))


@dataclass(frozen=True)
class _Column:
    """A column of a table: its head, its cells, and whether they are figures."""

    head: str
    cells: list[str]
    figures: bool

    @property
    def longest(self) -> int:
        return max(map(cell_len, self.cells), default=0)

    @property
    def least(self) -> int:
        """The width without which it cannot be read."""
        return self.longest if self.figures else min(self.longest, LEAST_WIDTH)

    @property
    def widest(self) -> int:
        return max(cell_len(self.head), self.longest)


def _column(head: str, cells: list[str]) -> _Column:
    known = [cell for cell in cells if cell != UNKNOWN]
    return _Column(head, cells, bool(known) and all(FIGURE.match(cell) for cell in known))


def _drawn(title: str, columns: list[_Column], header: bool, folded: bool) -> Table:
    """The table; where heads do not fit beside each other, those above figures are folded."""
    drawn = Table(title=Text(title, "italic") if title else None, title_justify="left", header_style="bold",
                  show_header=header)  # fmt: skip
    for column in columns:
        width = max(column.longest, LEAST_WIDTH)
        lines = Text(column.head).wrap(Console(width=width), width) if folded and column.figures else [column.head]
        head = Text("\n".join(str(line).rstrip() for line in lines))
        drawn.add_column(head, overflow="fold", no_wrap=column.figures,
                         min_width=column.least, justify="right" if column.figures else "left")  # fmt: skip
    for row in zip(*(column.cells for column in columns)):
        drawn.add_row(*map(Text, row))
    return drawn


def _list(console: Console, title: str, columns: list[_Column]) -> None:
    """The rows one after another, a line for each cell."""
    first, *others = columns
    console.print(Text(title, "italic"))
    for place, name in enumerate(first.cells):
        console.print(Text(name or "-", "bold"))
        for column in others:
            console.print(Text(f"  {column.head}: {column.cells[place]}"))


@contextlib.contextmanager
def progress() -> Iterator[Report]:
    """A reporter for long work: a bar on a terminal, otherwise one plain line when a step begins."""
    console = err()
    if not console.is_terminal:
        yield _plain_lines()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        yield _bars(bars)


def _bars(bars: Progress) -> Report:
    """One bar at a time: a new step takes the place of the one before."""
    tasks: dict[str, TaskID] = {}

    def report(what: str, done: float | None = None, total: float = 1.0) -> None:
        if what not in tasks:
            for earlier in tasks.values():
                bars.update(earlier, visible=False)
            tasks[what] = bars.add_task(harmless(what), total=total)
        bars.update(tasks[what], completed=done or 0.0, total=total)

    return report


def _plain_lines() -> Report:
    """The step at work, whenever nothing has been said for as long as people wait without a word."""
    begun: set[str] = set()
    said = time.monotonic()

    def report(what: str, done: float | None = None, total: float = 1.0) -> None:
        nonlocal said
        if what not in begun and (done or 0.0) < total and time.monotonic() - said > QUIET_SECONDS:
            begun.add(what)
            said = time.monotonic()
            say(f"{what} ...")

    return report
