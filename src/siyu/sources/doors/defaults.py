"""What the key or hook of a sender says where its messages do not: platform, touchpoint, domain, user_namespace."""

from __future__ import annotations

import json
from dataclasses import dataclass

from siyu.core.kinds import BY_NAME
from siyu.sources.doors.message import Row
from siyu.store.inbox import Arrival

#: Columns of kinds that a default may fill, by the name of the default.
FILLS = {"platform": "platform", "touchpoint": "touchpoint", "domain": "domain"}


@dataclass(frozen=True)
class Defaults:
    """The defaults of one arrival."""

    values: dict[str, str]

    @staticmethod
    def of(arrival: Arrival, **ours: str) -> Defaults:
        """Those of the sender over those of its door."""
        return Defaults({**ours, **json.loads(arrival.defaults)})

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def fill(self, row: Row) -> Row:
        """The row with what it leaves unsaid, as far as its kind has the column."""
        kind = BY_NAME[row.kind]
        given = {column: self[name] for name, column in FILLS.items()
                 if self[name] and kind.field(column) and row.cells.get(column) is None}
        return Row(row.kind, {**row.cells, **given}) if given else row
