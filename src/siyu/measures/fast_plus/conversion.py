"""A, conversion: how many of those who could rise on the ladder rose (metrics.md section 3)."""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.core.kinds import ROLES
from siyu.measures.asked import Asked
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.ratio import ratio
from siyu.store.warehouse import Warehouse

RANK = {role: rank for rank, role in enumerate(ROLES, start=1)}
TOP = len(ROLES)


def transitions(opening_day: int, closing_day: int) -> ir.Table:
    """Role at the opening to role at the closing, for everyone with a role at the opening (from_role, to_role,
    consumers); to_role is null for who left F."""
    opening = sustainable(opening_day).select("consumer_id", from_role="role")
    closing = sustainable(closing_day).select("consumer_id", to_role="role")
    moved = opening.left_join(closing, "consumer_id")
    return moved.group_by("from_role", "to_role").aggregate(consumers=moved.count())


def conversion(warehouse: Warehouse, asked: Asked) -> dict:
    """The A part of the document: people who rose / people who could have, steps, falls and leavers."""
    found = warehouse.rows(transitions(asked.opening_day, asked.day))
    moves = [(row["from_role"], row["to_role"], row["consumers"]) for row in found]
    base = sum(n for _, _, n in moves)
    eligible = sum(n for start, _, n in moves if RANK[start] < TOP)
    deepened = sum(n for start, end, n in moves if _climbed(start, end) > 0)
    return {
        "value": ratio(deepened, eligible),
        "deepened": deepened,
        "eligible": eligible,
        "base": base,
        "weighted": ratio(
            sum(n * _climbed(start, end) for start, end, n in moves if _climbed(start, end) > 0), eligible
        ),
        "steps": {f"{role}_up": _step(moves, role) for role in ROLES[:-1]},
        "shallowing_rate": ratio(sum(n for start, end, n in moves if _climbed(start, end) < 0), base),
        "relation_churn_rate": ratio(sum(n for _, end, n in moves if end is None), base),
        "transitions": [
            {"from": start, "to": end, "consumers": n}
            for start, end, n in sorted(moves, key=lambda move: (move[0], move[1] is None, move[1] or ""))
        ],
    }


def _climbed(start: str, end: str | None) -> int:
    """Rungs climbed; 0 for who left F (they neither rose nor fell)."""
    return RANK[end] - RANK[start] if end else 0


def _step(moves: list[tuple[str, str | None, int]], role: str) -> float | None:
    """Share of an opening rung that rose."""
    stood = [(end, n) for start, end, n in moves if start == role]
    return ratio(sum(n for end, n in stood if _climbed(role, end) > 0), sum(n for _, n in stood))
