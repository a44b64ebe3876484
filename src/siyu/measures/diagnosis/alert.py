"""An alert: one thing out of the ordinary, in words for operators."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

Text = dict[str, str]


@dataclass(frozen=True)
class Alert:
    """One thing out of the ordinary. `since` is a day; usual and found say in which unit they stand. `people`: how many
    people or orders stand behind what was found, None where it is of files, or a rate of the document.
    """

    kind: str  # band, drop, silent, late, empty
    subject: str
    what: Text
    since: str
    usual: Text
    found: Text
    act: Text
    people: float | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
