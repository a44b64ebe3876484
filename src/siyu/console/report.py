"""The report: one HTML file an operator can show, send and keep. Needs no network and no server to read."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from siyu.console.gather import gather
from siyu.console.page import page
from siyu.console.render import html
from siyu.store.workspace import Workspace

#: Folder of the workspace for what can be made again.
CACHE = "cache"


@dataclass(frozen=True)
class Written:
    """Where the report stands, its size, and which pieces could not be gathered (name -> message)."""

    path: Path
    size_bytes: int
    failures: dict[str, str]


def write_report(
    workspace: Workspace,
    path: Path,
    *,
    as_of: dt.date | None = None,
    window: int = 30,
    lang: str = "zh",
    now: dt.datetime,
    progress: Callable[[str, float | None], None] | None = None,
) -> Written:
    """Measure what is not measured yet and write the page; an older file stands until the new one is whole.

    Raises MeasureError when there is nothing to measure. `progress(what, share_done)` is told of every step.
    """
    material = gather(workspace, as_of=as_of, window=window, now=now, progress=progress)
    text = html(page(material, lang), workspace.directory / CACHE).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(text)
    os.replace(unfinished, path)
    return Written(path, len(text), material.failures)
