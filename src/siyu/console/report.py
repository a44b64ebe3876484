"""The report in the forms people read it: a page to open, a workbook to compute with, slides to review.

One measurement serves all files of a run; the name's ending chooses the form. None needs a network or a server.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siyu.console.gather import gather
from siyu.console.material import Material
from siyu.console.page import page
from siyu.console.render import html
from siyu.console.smallcells import sheltered
from siyu.console.smalltexts import SMALLEST
from siyu.core.errors import SiyuError, did_you_mean
from siyu.core.progress import Progress, silent
from siyu.store.workspace import Workspace

#: Folder of the workspace for what can be made again.
CACHE = "cache"
#: Folder of the workspace for the pages of measured days.
REPORTS = "reports"


@dataclass(frozen=True)
class Written:
    """Where the report stands, its size, and which pieces could not be gathered (name -> message)."""

    path: Path
    size_bytes: int
    failures: dict[str, str]


@dataclass(frozen=True)
class Asked:
    """What a form is drawn from."""

    material: Material
    lang: str
    now: dt.datetime
    cache: Path
    say: Progress


def publish(workspace: Workspace, document: dict[str, Any], *, now: dt.datetime) -> Path:
    """The page of a measured day in the workspace's own language, in its folder reports/; where it stands."""
    path = workspace.directory / REPORTS / f"{document['as_of']}.html"
    path.parent.mkdir(exist_ok=True)
    day, lang = dt.date.fromisoformat(document["as_of"]), workspace.settings["report.language"]
    return write_report(workspace, path, as_of=day, lang=lang, now=now).path


def write_report(
    workspace: Workspace,
    path: Path,
    *,
    as_of: dt.date | None = None,
    window: int = 30,
    lang: str = "zh",
    now: dt.datetime,
    progress: Progress | None = None,
) -> Written:
    """Measure what is not measured yet and write the report to one file. Raises as `write_reports` does."""
    return write_reports(workspace, (path,), as_of=as_of, window=window, lang=lang, now=now, progress=progress)[0]


def write_reports(
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    as_of: dt.date | None = None,
    window: int = 30,
    lang: str = "zh",
    now: dt.datetime,
    progress: Progress | None = None,
) -> list[Written]:
    """Measure once and write every file; an older file stands until the new one is whole.

    Raises MeasureError when there is nothing to measure and SiyuError for a form that is not known or a file that
    cannot be written. `progress(what, share_done)` is told of every step.
    """
    check_paths(paths)
    say = progress or silent
    material = gather(workspace, as_of=as_of, window=window, now=now, progress=progress)
    asked = Asked(material, lang, now, workspace.directory / CACHE, say)
    return [Written(path, _write(path, FORMS[path.suffix.lower()](asked)), material.failures) for path in paths]


def check_paths(paths: Sequence[Path]) -> None:
    """Refuse names that no report can be written to, before anything is measured."""
    for place, path in enumerate(paths):
        if path.suffix.lower() not in FORMS:
            expected, found = ", ".join(FORMS), path.suffix or "no ending"
            remedy = f"The ending chooses the form.{did_you_mean(path.suffix.lower(), tuple(FORMS))}"
            raise SiyuError(f"{path}: expected a name that ends in {expected}; found {found}.", remedy=remedy)
        if os.path.isdir(path):  # a name no file system takes is none either
            raise SiyuError(f"{path}: expected a file, found a folder.", remedy="Name a file in it.")
        if path in paths[:place]:
            raise SiyuError(f"{path} is named twice.", remedy="Name each file once.")
        if os.path.isdir(path.parent):
            _try(path)


def _page(asked: Asked) -> bytes:
    return html(page(asked.material, asked.lang), asked.cache).encode()


def _workbook(asked: Asked) -> bytes:
    from siyu.console.workbook import workbook  # here, as whoever writes a page need not wait for its library

    shown = sheltered(page(asked.material, asked.lang, smallest=SMALLEST))
    return workbook(shown, now=asked.now, progress=asked.say)


def _slides(asked: Asked) -> bytes:
    from siyu.console.slides.deck import slides  # here, as whoever writes a page need not wait for its library

    shown = sheltered(page(asked.material, asked.lang, smallest=SMALLEST))
    return slides(shown, now=asked.now, progress=asked.say)


#: Forms by the ending of the file's name.
FORMS: dict[str, Callable[[Asked], bytes]] = {".html": _page, ".htm": _page, ".xlsx": _workbook, ".pptx": _slides}


def _write(path: Path, content: bytes) -> int:
    """The whole file or none: it takes its name when it is complete. Gives its size in bytes."""
    with _refused(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _unfinished(path).write_bytes(content)
        os.replace(_unfinished(path), path)
    return len(content)


def _try(path: Path) -> None:
    """Learn before the work, not after it, that a file cannot be written."""
    with _refused(path):
        _unfinished(path).write_bytes(b"")
        _unfinished(path).unlink()


@contextlib.contextmanager
def _refused(path: Path) -> Iterator[None]:
    """A file that cannot be written, said as the caller can mend it; nothing half done is left."""
    try:
        yield
    except OSError as error:
        with contextlib.suppress(OSError):
            _unfinished(path).unlink()
        expected = f"{path}: expected a file that can be written, found: {error.strerror or error}."
        remedy = ("Name a file in a folder you may write to, on a disk with room; close it where another program has "
                  "it open.")
        raise SiyuError(expected, remedy=remedy) from error


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")
