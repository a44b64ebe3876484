"""The workspace's own measures: files in `metrics/`, SQL in TOML or Python, beside those siyu ships.

Built-in and own measures are the same dataclasses and answered by the same functions. Python files run as code of
whoever owns the workspace; SQL files only read.
"""

from __future__ import annotations

from pathlib import Path

from siyu.core.errors import MeasureError
from siyu.core.files import visible
from siyu.measures.metric import Registry
from siyu.measures.own.clashes import clashes
from siyu.measures.own.ownfile import OwnFile
from siyu.measures.own.pythonfile import read_python
from siyu.measures.own.tomlfile import read_toml
from siyu.measures.registry import BUILT_IN
from siyu.store.workspace import Workspace

FOLDER = "metrics"
READERS = {".toml": read_toml, ".py": read_python}


def registry_of(workspace: Workspace) -> Registry:
    """Built-in measures and those of the workspace. MeasureError lists every mistake of every file."""
    return registry_in(workspace.directory)


def registry_in(directory: Path) -> Registry:
    """Built-in measures and those of `directory/metrics`, if there is one. MeasureError."""
    own = own_in(directory)
    return Registry(
        BUILT_IN.figures,
        (*BUILT_IN.topics, *own.topics),
        (*BUILT_IN.sheets, *own.sheets),
        {**BUILT_IN.origin, **own.origin},
    )


def own_in(directory: Path) -> Registry:
    """The measures of `directory/metrics` alone. MeasureError."""
    files = [READERS[path.suffix](path, f"{FOLDER}/{path.name}") for path in _paths(directory / FOLDER)]
    mistakes = [mistake for file in files for mistake in file.mistakes] + clashes(BUILT_IN, files)
    if mistakes:
        raise MeasureError("\n".join(["The workspace's own metrics hold mistakes:", *mistakes]),
                           remedy="`siyu metrics new NAME` writes a file that works, to start from.")  # fmt: skip
    return _together(files)


def _paths(folder: Path) -> list[Path]:
    """The files to read; those with _ are for others to import."""
    return [path for path in visible(folder.glob("*")) if path.suffix in READERS and not path.name.startswith("_")]


def _together(files: list[OwnFile]) -> Registry:
    origin = {key: file.name for file in files for key in file.codes()}
    topics = tuple(topic for file in files for topic in file.topics)
    return Registry((), topics, tuple(sheet for file in files for sheet in file.sheets), origin)
