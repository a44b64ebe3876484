"""One question that `siyu check` asks, answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A question's name, whether all is well, and what was found; what to do stands in it where it is not."""

    name: str
    fine: bool
    found: str
