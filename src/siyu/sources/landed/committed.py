"""Committed loads as they were read: what it takes to read the landed rows of one again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from siyu.core.errors import SourceError
from siyu.core.kinds import BY_NAME
from siyu.core.settings import Settings
from siyu.sources.facts.snapshot import listed
from siyu.sources.mappings import mapping as mappings
from siyu.sources.mappings import mappingfile
from siyu.sources.mappings.mapping import Mapping, Rows
from siyu.sources.mappings.options import Options
from siyu.store import raw_files
from siyu.store.declared import DECLARATION
from siyu.store.operations import Operations
from siyu.store.schema import COMMITTED, LOAD, READING
from siyu.store.workspace import Workspace


@dataclass(frozen=True)
class Committed:
    """One load. columns: of its file; kinds: rows of each kind by status, as they were counted."""

    load_id: int
    file_name: str
    mapping_name: str
    mapping_text: str
    loaded_at: int
    options: Options
    columns: list[str]
    kinds: dict[str, dict[str, int]]

    @property
    def declared(self) -> bool:
        """Whether it is a declaration, whose rows stand in operations and not in a landed file."""
        return self.mapping_name == DECLARATION

    @property
    def mapping(self) -> Mapping:
        """The mapping as it was when the file was loaded."""
        if self.mapping_text:
            return mappingfile.kept(self.mapping_text, where=self.mapping_name)
        if self.mapping_name not in BY_NAME:
            raise SourceError(f"Load {self.load_id} was made without landed rows ({self.mapping_name}).",
                              remedy="Load its file again after the rebuild.")
        return mappings.canonical(BY_NAME[self.mapping_name], self.columns)

    @property
    def outputs(self) -> list[Rows]:
        """What the load made of each line."""
        mapping = self.mapping
        return list(listed(mapping, self.options.scope) if self.options.snapshot_of else mapping.rows)

    def settings(self, workspace: Workspace) -> Settings:
        """The workspace's settings as they were at the load."""
        return self.options.apply(workspace)

    def read_with(self, settings: dict[str, Any]) -> Committed:
        """The load as it would be with other values of some settings."""
        return replace(self, options=replace(self.options, settings={**self.options.settings, **settings}))

    def path(self, workspace: Workspace) -> Path:
        """Where its raw rows are landed."""
        return raw_files.path_of(workspace.landed, self.load_id)


def committed(operations: Operations) -> Iterator[Committed]:
    """All committed loads, in order."""
    query = sa.select(LOAD, READING).join(READING, READING.c.reading_id == LOAD.c.reading_id)
    query = query.where(COMMITTED).order_by(LOAD.c.load_id)
    with operations.connect() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        yield Committed(row.load_id, row.file_name, row.mapping_name, row.mapping, row.loaded_at,
                        Options.from_json(row.options), json.loads(row.options).get("columns", []),
                        json.loads(row.counts)["kinds"])
