"""How a load was read: snapshot, scope, and the settings facts depend on. Kept with it, so that a replay is exact."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from siyu.core.errors import SnapshotError
from siyu.core.settings import Settings
from siyu.store.operations import Operations
from siyu.store.schema import READING
from siyu.store.workspace import Workspace

#: Settings that change what a row becomes.
READ_WITH = ("brand.zone", "brand.currency", "brand.phone_region", "identity.namespaces", "identity.not_linking",
             "identity.not_identifying", "identity.blocked", "identity.blocked_phones")
#: Of these, what a rebuild reads all loads with as it is now. Not the region: it changes who identifiers are, also of
#: what has no landed rows.
READ_AGAIN_WITH = tuple(name for name in READ_WITH if name != "brand.phone_region")


@dataclass(frozen=True)
class Options:
    """snapshot_of: day of a full list. scope: what the list is full of. settings: as they were at the load. shows:
    relation types of the list, known once it is loaded."""

    settings: dict[str, Any]
    snapshot_of: dt.date | None = None
    scope: dict[str, str] = field(default_factory=dict)
    allow_drop: bool = False
    shows: tuple[str, ...] = ()

    @staticmethod
    def of(settings: Settings, snapshot_of: dt.date | None, scope: dict[str, str] | None, allow_drop: bool) -> Options:
        """The options of a new load. A snapshot needs a scope and a scope a snapshot."""
        if bool(snapshot_of) != bool(scope):
            lacking = "a scope" if snapshot_of else "the day it is a snapshot of"
            raise SnapshotError(f"A snapshot needs a day and a scope; {lacking} is missing.",
                                remedy="--snapshot-of 2026-06-30 --scope relation_type=member,platform=youzan")
        return Options({name: settings[name] for name in READ_WITH}, snapshot_of, dict(scope or {}), allow_drop)

    @staticmethod
    def from_json(text: str) -> Options:
        """The options kept with a load."""
        kept = json.loads(text)
        day = kept.get("snapshot_of")
        return Options(kept.get("settings", {}), dt.date.fromisoformat(day) if day else None, kept.get("scope", {}),
                       kept.get("allow_drop", False), tuple(kept.get("shows", ())))

    def as_json(self, *, columns: list[str]) -> str:
        """As kept with a load, with the file's columns."""
        return json.dumps({"snapshot_of": self.snapshot_of.isoformat() if self.snapshot_of else None,
                           "scope": self.scope, "allow_drop": self.allow_drop, "shows": self.shows,
                           "settings": self.settings, "columns": columns}, ensure_ascii=False)  # fmt: skip

    def apply(self, workspace: Workspace) -> Settings:
        """The workspace's settings as they were at the load."""
        return Settings({**workspace.settings.values, **self.settings})


def kept_options(operations: Operations) -> list[Options]:
    """The options of all committed loads, those of many alike once."""
    kept = sa.select(READING.c.options).distinct()
    with operations.connect() as connection:
        return [Options.from_json(text) for text in connection.execute(kept).scalars()]
