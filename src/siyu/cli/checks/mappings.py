"""Whether the workspace's own mappings can be read: one that cannot refuses every file that is loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from siyu.cli.checks.finding import Finding
from siyu.core.errors import MappingError
from siyu.sources.mappings import mappingfile
from siyu.store.workspace import Workspace


def mappings(workspace: Workspace, _now: dt.datetime) -> Iterator[Finding]:
    """A line for each file in the workspace's folder of mappings."""
    for path in mappingfile.own(workspace.directory / mappingfile.FOLDER):
        try:
            yield Finding(f"mapping {path.name}", True, mappingfile.read(path).name)
        except MappingError as error:
            yield Finding(f"mapping {path.name}", False, error.message)
