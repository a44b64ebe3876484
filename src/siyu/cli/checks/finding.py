"""One question that `siyu check` asks, answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """A question's name, whether all is well, and what was found; what to do stands in it where it is not. next: the
    command that helps, if one does, and what it does."""

    name: str
    fine: bool
    found: str
    next: tuple[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """The finding as plain data."""
        return {"name": self.name, "fine": self.fine, "found": self.found}
