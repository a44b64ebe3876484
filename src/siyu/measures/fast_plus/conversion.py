"""A, conversion: how many of those who could rise on the ladder rose (definitions.md section 3.2)."""

from __future__ import annotations

from collections.abc import Iterable

from siyu.core.kinds import ROLES
from siyu.measures.fast_plus.moves import Move
from siyu.measures.ratio import ratio

RANK = {role: rank for rank, role in enumerate(ROLES, start=1)}
TOP = len(ROLES)


def conversion(moves: Iterable[Move]) -> dict:
    """The A part of the document, of the moves of the period: people who rose / people who could have, steps, falls and
    leavers. Who had no role at its opening does not count.
    """
    found = [(move.opening, move.closing, move.consumers) for move in moves if move.opening]
    base = sum(n for _, _, n in found)
    eligible = sum(n for start, _, n in found if RANK[start] < TOP)
    deepened = sum(n for start, end, n in found if _climbed(start, end) > 0)
    return {
        "value": ratio(deepened, eligible),
        "deepened": deepened,
        "eligible": eligible,
        "base": base,
        "weighted": ratio(
            sum(n * _climbed(start, end) for start, end, n in found if _climbed(start, end) > 0), eligible
        ),
        "steps": {f"{role}_up": _step(found, role) for role in ROLES[:-1]},
        "shallowing_rate": ratio(sum(n for start, end, n in found if _climbed(start, end) < 0), base),
        "relation_churn_rate": ratio(sum(n for _, end, n in found if end is None), base),
        "transitions": [
            {"from": start, "to": end, "consumers": n}
            for start, end, n in sorted(found, key=lambda move: (move[0], move[1] is None, move[1] or ""))
        ],
    }


def _climbed(start: str, end: str | None) -> int:
    """Rungs climbed; 0 for who left F (they neither rose nor fell)."""
    return RANK[end] - RANK[start] if end else 0


def _step(moves: list[tuple[str, str | None, int]], role: str) -> float | None:
    """Share of an opening rung that rose."""
    stood = [(end, n) for start, end, n in moves if start == role]
    return ratio(sum(n for end, n in stood if _climbed(role, end) > 0), sum(n for _, n in stood))
