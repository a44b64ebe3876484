"""What commands print: results on stdout (for people or as one JSON object), everything else on stderr."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

#: Larger whole numbers lose digits in JavaScript and spreadsheets, so JSON gives them as strings.
EXACT_IN_JSON = 2**53

#: What counts as a figure in a table, and how wide tables are where there is no terminal.
FIGURE = re.compile(r"^-?[\d,.]+%?$")
PIPED_WIDTH = 160

#: Work shorter than this says nothing where there is no terminal.
QUIET_SECONDS = 2.0

#: progress(what, share): a step's name and how far it is, 0 to 1; progress(what, done, total) says the same in pieces.
Report = Callable[..., None]


def emit(document: dict[str, Any]) -> None:
    """One JSON object on stdout, and nothing else."""
    sys.stdout.write(json.dumps(plain(document), ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def plain(value: Any) -> Any:
    """A value as JSON can carry it: ids over 2^53 as strings, days and times as ISO 8601, no NaN.

    >>> plain({"id": 2**60, "day": dt.date(2026, 6, 30)})
    {'id': '1152921504606846976', 'day': '2026-06-30'}
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= EXACT_IN_JSON else str(value)
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):  # sums of whole numbers come as decimals from some engines
        return plain(int(value)) if value == value.to_integral_value() else float(value)
    return str(value)


def out() -> Console:
    """The console of results."""
    return Console(highlight=False, soft_wrap=True)


def err() -> Console:
    """The console of messages and progress."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """A message for people, on stderr."""
    err().print(text, markup=False)


def suggest(command: str, why: str) -> None:
    """The next thing to do, on stderr."""
    err().print(Text.assemble(("next: ", "dim"), (command, "bold"), (f"  {why}", "dim")))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, header: bool = True) -> None:
    """A table for people, on stdout. Columns of figures are set flush right and never broken."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    drawn = Table(title=title or None, title_justify="left", header_style="bold", show_header=header)
    for place, column in enumerate(columns):
        figures = bool(cells) and all(FIGURE.match(row[place]) for row in cells)
        drawn.add_column(column, overflow="fold", justify="right" if figures else "left", no_wrap=figures)
    for row in cells:
        drawn.add_row(*map(Text, row))
    Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH).print(drawn)


@contextlib.contextmanager
def progress() -> Iterator[Report]:
    """A reporter for long work: a bar on a terminal, otherwise one plain line when a step begins."""
    console = err()
    if not console.is_terminal:
        yield _plain_lines()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
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
            tasks[what] = bars.add_task(what, total=total)
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
