"""How long work tells where it stands."""

from __future__ import annotations

from collections.abc import Callable

#: Told of each step: what is being done, in a few words, and the share that is behind (0 to 1; None = unknown).
Progress = Callable[[str, float | None], None]


def silent(_text: str, _fraction: float | None) -> None:
    """For work that nobody watches."""
