"""From errors to messages and exit codes: a caller's mistake is explained, a bug is logged without personal data."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import traceback
from pathlib import Path
from types import TracebackType

import siyu
from siyu.cli.output import err
from siyu.cli.outside import chain
from siyu.core.errors import DamagedError, SiyuError

DONE, REFUSALS, REFUSED, INTERRUPTED = 0, 1, 2, 130
LOG = "siyu.log"


def explain(error: SiyuError) -> int:
    """Message and remedy on stderr; the exit code."""
    remedy = error.remedy
    if isinstance(error, DamagedError):
        remedy = (
            "`siyu rebuild` sets the file aside (nothing is deleted), loads everything again from the landed files "
            "and compares the counts."
        )
    err().print(error.message, style="bold red", markup=False)
    if remedy:
        err().print(remedy, markup=False)
    return error.exit_code


def bug(error: BaseException, directory: Path) -> int:
    """Say that it is a bug and where the log is. The log has places in the code, no values."""
    path = log_of(directory)
    entry = (
        f"{dt.datetime.now(dt.UTC).isoformat()} siyu {siyu.__version__} {' '.join(sys.argv[1:2])}\n{places(error)}\n"
    )
    err().print(f"[bold red]This is a bug in siyu ({type(error).__name__}).[/bold red]")
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(entry)
    except OSError:  # a log that cannot be written is shown: it is all there is
        err().print(f"Nothing half done was kept. {path} cannot be written; send this with a report:", markup=False)
        err().print(entry, markup=False)
        return REFUSED
    err().print(
        f"Nothing half done was kept. The log is {path}; it holds no personal data, so you can send it with a report.",
        markup=False,
    )
    return REFUSED


def interrupted() -> int:
    """Ctrl-C: what was not finished leaves no trace."""
    err().print("Stopped. The workspace is as it was before the step; run the command again to finish.", markup=False)
    return INTERRUPTED


def log_of(directory: Path) -> Path:
    """The log stands in the workspace if there is one, else in the system's temporary folder."""
    home = directory if (directory / "siyu.toml").exists() else Path(tempfile.gettempdir())
    return home / LOG


def places(error: BaseException) -> str:
    """Where an error came from: types, files and lines. Messages are left out, for they may quote a value."""
    return "\n".join(line for one in chain(error) for line in (type(one).__qualname__, *_frames(one.__traceback__)))


def _frames(trace: TracebackType | None) -> list[str]:
    return [
        f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}: {frame.line}"
        for frame in traceback.extract_tb(trace)
    ]
