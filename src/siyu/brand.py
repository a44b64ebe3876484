"""A brand in Python: the same verbs as the command line, over a workspace.

>>> import siyu
>>> with siyu.open("my-brand") as brand:                              # doctest: +SKIP
...     brand.load("exports/")
...     brand.measure()["fast_plus"]["F"]["sustainable_relationships"]
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa

from siyu import daily
from siyu.console.report import check_paths, write_report
from siyu.console.words import LOCALES
from siyu.core.errors import SiyuError
from siyu.core.settings import Settings
from siyu.identity.resolve import Resolved, resolve
from siyu.sources.coverage.coverage import coverage
from siyu.sources.load import load
from siyu.sources.loading.loadreport import LoadReport
from siyu.store.workspace import Workspace, create, open_workspace


class Brand:
    """One brand's workspace with its verbs. Close it, or use it in a `with`: one process owns the warehouse."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def load(self, *paths: str | Path, now: dt.datetime | None = None, **options: Any) -> LoadReport:
        """Take files or folders in. Options are those of `siyu.sources.load.load`: kind, mapping, snapshot_of ..."""
        return load(self.workspace, [Path(path) for path in paths], now=now or _clock(), **options)

    def resolve(self, *, full: bool = False) -> Resolved:
        """Bring the identity up to the links; `full` computes it anew."""
        return resolve(self.workspace, full=full)

    def measure(
        self, as_of: dt.date | None = None, *, window: int = 30, now: dt.datetime | None = None
    ) -> dict[str, Any]:
        """The document of `siyu measure --json`; resolves first when new links have arrived. Raises MeasureError."""
        _check("as_of", as_of, "a datetime.date", as_of is None or type(as_of) is dt.date)
        _check("window", window, "a whole number of days", type(window) is int)
        return daily.resolve_and_measure(self.workspace, as_of=as_of, window=window, now=now or _clock())

    def report(self, path: str | Path, *, as_of: dt.date | None = None, lang: str | None = None,
               now: dt.datetime | None = None) -> Path:  # fmt: skip
        """Write the report (.html, .xlsx or .pptx, by the name's ending), in Chinese (zh) or English (en), and give its
        path. Raises SiyuError for another name or language, before anything is measured, and MeasureError.
        """
        moment, chosen, file = now or _clock(), lang or self.workspace.settings["report.language"], Path(path)
        _check("lang", chosen, " or ".join(LOCALES), chosen in LOCALES)
        check_paths((file,))
        self.measure(as_of, now=moment)
        return write_report(self.workspace, file, as_of=as_of, lang=chosen, now=moment).path

    def coverage(self) -> dict[str, Any]:
        """What the loaded files can and cannot answer."""
        return coverage(self.workspace)

    def query(self, sql: str) -> pa.Table:
        """Rows of one read-only SELECT."""
        return self.workspace.warehouse.query(sql)

    def close(self) -> None:
        """Let go of the stores."""
        self.workspace.close()

    def __enter__(self) -> Brand:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


def open(directory: str | Path, *, make: bool = False, settings: Settings | None = None) -> Brand:
    """The brand of a workspace; `make` creates the folder when it is none yet. Raises WorkspaceError."""
    folder = Path(directory)
    fresh = make and not (folder / "siyu.toml").exists()
    return Brand(create(folder, settings) if fresh else open_workspace(folder))


def _check(name: str, given: Any, expected: str, holds: bool) -> None:
    """SiyuError for an argument of another kind."""
    if not holds:
        raise SiyuError(f"{name}: expected {expected}, found {given!r}.")


def _clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


__all__ = ["Brand", "open"]
